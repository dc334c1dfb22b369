import Tensors

/// What was fitted to data, and how it is undone: people read values in the unit of their data, whatever a model sees.
extension [Transform] {
  /// The transforms from the first `standardize` on; empty where nothing was fitted.
  package var fitted: [Transform] {
    firstIndex { if case .standardize = $0 { true } else { false } }.map { Array(self[$0...]) } ?? []
  }

  /// Whether some statistics of the data are among them.
  package var isFitted: Bool { !fitted.isEmpty }

  /// The transforms without what brings stored bytes to [0, 1]: bytes and numbers up to 1 are the same data.
  package var withoutByteScale: [Transform] { first?.isByteScale == true ? Array(dropFirst()) : self }

  /// Examples as they were before the first `standardize`:
  ///
  ///     x = factor · y + offset     for every element
  ///
  /// In float64 where float32 would round a deviation away that is small beside its mean. Noise stays, and a change of
  /// size.
  ///
  /// - Parameter examples: `[N]` and the shape of an example, as the last of the transforms leaves it.
  /// - Returns: nil where nothing was fitted, or something behind it cannot be undone, such as `binarize`.
  package func undone(_ examples: Tensor) throws -> Tensor? {
    let shape = examples.shape.droppingFirst
    guard let inverse = inverse(for: shape), !inverse.isEmpty else { return nil }
    let isWide = inverse.contains { abs($0.offset) > 4096 * abs($0.factor) }
    let values = examples.doubles()
    if isWide {
      return try Tensor(
        values.indices.map { values[$0] * inverse[$0 % inverse.count].factor + inverse[$0 % inverse.count].offset },
        shape: examples.shape)
    }
    return try Tensor(
      values.indices.map {
        Float(values[$0] * inverse[$0 % inverse.count].factor + inverse[$0 % inverse.count].offset)
      }, shape: examples.shape)
  }

  /// The line of each element of an example that undoes what was fitted; nil where there is none.
  private func inverse(for shape: Shape) -> [(factor: Double, offset: Double)]? {
    let fitted = self.fitted
    guard !fitted.isEmpty else { return nil }
    var lines = [(factor: Double, offset: Double)](repeating: (1, 0), count: shape.count)
    let plane = shape.rank == 3 ? shape[1] * shape[2] : 1
    for (place, transform) in fitted.enumerated().reversed() {
      switch transform {
      case .scale(let factor):
        for i in lines.indices { lines[i] = (lines[i].factor / Double(factor), lines[i].offset / Double(factor)) }
      case .shift(let offset): for i in lines.indices { lines[i].offset -= Double(offset) }
      case .invert: for i in lines.indices { lines[i] = (-lines[i].factor, 1 - lines[i].offset) }
      case .standardize(let means, let deviations):
        let isOfElements = means.count == shape.count && means.count > 1
        // A mean of each pixel has no place in images of another size.
        if isOfElements, fitted[place...].contains(where: \.changesSize) { return nil }
        guard means.count == 1 || isOfElements || (shape.rank == 3 && means.count == shape[0]) else { return nil }
        for i in lines.indices {
          let index = means.count == 1 ? 0 : isOfElements ? i : i / plane
          lines[i] = (lines[i].factor * deviations[index], lines[i].offset * deviations[index] + means[index])
        }
      case .gaussianNoise, .maskNoise, .saltAndPepper, .resize, .crop, .augment: break
      case .binarizeStatic, .binarizeDynamic, .threshold: return nil
      }
    }
    return lines
  }
}

extension Transform {
  /// Whether it is what brings stored bytes, or pairs of them, to [0, 1].
  var isByteScale: Bool { self == .scale(1 / 255) || self == .scale(1 / 65535) }

  fileprivate var changesSize: Bool {
    switch self {
    case .resize, .crop, .augment(.crop): true
    default: false
    }
  }
}
