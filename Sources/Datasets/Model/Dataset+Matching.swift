import Tensors

/// New data brought into the form that a model was trained on: its columns by name, its unit of brightness.
extension Dataset {
  /// Why columns do not match those of a model.
  package struct ColumnMismatch: Error, Equatable, Sendable {
    package let reason: String
    package let fix: String?
  }

  /// Whether the columns have names of their own.
  package var hasNamedColumns: Bool {
    !columns.isEmpty && columns != (1...columns.count).map { "c\($0)" }
  }

  /// The same examples with these columns in this order. A category that does not occur is a column of zeros.
  ///
  /// - Throws: `ColumnMismatch` that names what is missing, unknown or more.
  package func arranged(as wanted: [String]) throws -> Dataset {
    guard wanted != columns, exampleShape == [columns.count], storage.shape.rank == 2 else { return self }
    let own = Dictionary(uniqueKeysWithValues: columns.enumerated().map { ($1, $0) })
    func group(_ name: String) -> Substring? { name.firstIndex(of: "=").map { name[..<$0] } }
    let groups = Set(columns.compactMap(group))
    let missing = wanted.filter { name in own[name] == nil && !(group(name).map(groups.contains) ?? false) }
    guard missing.isEmpty else {
      throw ColumnMismatch(
        reason: "the data have no column \(Self.listed(missing)), which the model was trained on",
        fix: "Columns of the model: \(wanted.prefix(12).joined(separator: ", "))\(wanted.count > 12 ? ", …" : "")")
    }
    let known = Set(wanted)
    let extra = columns.filter { !known.contains($0) }
    guard extra.isEmpty else {
      let isCategory = extra.allSatisfy { name in
        group(name).map { own in wanted.contains { group($0) == own } } ?? false
      }
      throw ColumnMismatch(
        reason: isCategory
          ? "the model was not trained on the category \(Self.listed(extra))"
          : "the data have the column \(Self.listed(extra)), which the model was not trained on",
        fix: isCategory
          ? "Leave out these rows, or train on data that have them."
          : "Load them again without it: without=\(extra.prefix(3).joined(separator: ","))")
    }
    let places = wanted.map { own[$0] }
    var other = Dataset(
      name: name, source: source, storage: try gathered(places), labels: labels, labelNames: labelNames, parts: parts)
    other.take(self, columns: wanted)
    return try other.replacing(transforms: transforms.map { $0.arranged(places) })
  }

  private static func listed(_ names: [String]) -> String {
    names.prefix(3).map { "'\($0)'" }.joined(separator: ", ") + (names.count > 3 ? " and \(names.count - 3) more" : "")
  }

  private func gathered(_ places: [Int?]) throws -> Tensor {
    let (rows, width) = (storage.shape[0], storage.shape[1])
    var result = try Tensor(zeros: [rows, places.count], dtype: storage.dtype)
    let size = storage.dtype.size
    try storage.withUnsafeBytes { from in
      try result.withUnsafeMutableBytes { to in
        guard let source = from.baseAddress, let target = to.baseAddress else { return }
        for row in 0..<rows {
          for (place, column) in places.enumerated() {
            guard let column else { continue }
            (target + (row * places.count + place) * size)
              .copyMemory(from: source + (row * width + column) * size, byteCount: size)
          }
        }
      }
    }
    return result
  }

  /// The transforms of a model's training data for these data: what brings stored values to [0, 1] depends on the type
  /// they are stored in, and bytes are the same data as numbers in [0, 1].
  ///
  /// - Parameter reachedBeyondOne: Whether the training data had stored numbers outside of [−1, 1], so that bytes without
  ///   a factor are the same data.
  package func transforms(like trained: [Transform], reachedBeyondOne: Bool = false) -> [Transform] {
    let isBrought = trained.first?.isByteScale == true
    let rest = trained.withoutByteScale
    switch storage.dtype {
    case .uint8:
      let isScaled = isBrought ? transforms.first == Self.ofBytes || !isWithinOne : !reachedBeyondOne && !isWithinOne
      return isScaled ? [Self.ofBytes] + rest : rest
    case .int32 where transforms.first == Self.ofPairs: return [Self.ofPairs] + rest
    case .int32, .float32, .float64: return isBrought && isWithinOne ? rest : trained
    }
  }

  private static let ofBytes = Transform.scale(1 / 255)
  private static let ofPairs = Transform.scale(1 / 65535)

  /// Whether the stored values lie in [−1, 1]: of large data the first 4 million, so that what lies on a disk stays there.
  package var isWithinOne: Bool {
    let part = 0..<min(storage.count, 4 << 20)
    return switch storage.dtype {
    case .uint8: storage.withElements(of: UInt8.self) { !$0[part].contains { $0 > 1 } }
    case .int32: storage.withElements(of: Int32.self) { !$0[part].contains { $0.magnitude > 1 } }
    case .float32: storage.withElements(of: Float.self) { !$0[part].contains { $0.magnitude > 1 } }
    case .float64: storage.withElements(of: Double.self) { !$0[part].contains { $0.magnitude > 1 } }
    }
  }
}

extension Transform {
  /// For columns in another order; nil stands for one of zeros, which stays as it is.
  fileprivate func arranged(_ places: [Int?]) -> Transform {
    guard case .standardize(let means, let deviations) = self, means.count > 1 else { return self }
    return .standardize(
      means: places.map { $0.map { means[$0] } ?? 0 }, deviations: places.map { $0.map { deviations[$0] } ?? 1 })
  }
}
