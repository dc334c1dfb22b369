import Tensors

/// A transform of the examples in a batch. Transforms are plain data: they are shown, saved with models, and applied to
/// new data.
package enum Transform: Hashable, Sendable, Codable {
  /// x · factor.
  case scale(Float)
  /// x + offset.
  case shift(Float)
  /// (x − mean) / deviation: one pair for all elements, one for each channel of images, or one for each element.
  case standardize(means: [Double], deviations: [Double])
  /// 1 with probability x, drawn once: every time an example is read it is the same.
  case binarizeStatic(seed: UInt64)
  /// 1 with probability x, redrawn for every batch.
  case binarizeDynamic
  /// 1 where x ≥ threshold, else 0.
  case threshold(Float)
  /// 1 − x.
  case invert
  /// x + N(0, σ²), redrawn for every batch.
  case gaussianNoise(Float)
  /// 0 for this fraction, redrawn for every batch.
  case maskNoise(Float)
  /// 0 or 1 for this fraction, redrawn for every batch.
  case saltAndPepper(Float)
  /// Images resized to this size, with area averaging when shrinking.
  case resize(height: Int, width: Int)
  /// A window of images.
  case crop(top: Int, left: Int, height: Int, width: Int)
  /// A change of images that is drawn anew for every batch of training.
  case augment(Augmentation)

  package var description: String {
    switch self {
    case .scale(let factor): factor == 1 / 255 ? "scale 1/255" : "scale \(factor)"
    case .shift(let offset): "shift \(offset)"
    case .standardize(let means, let deviations):
      means.count == 1
        ? "standardize mean=\(Float(means[0])) deviation=\(Float(deviations[0]))"
        : "standardize \(means.count) means and deviations"
    case .binarizeStatic(let seed): "binarize=static seed=\(seed)"
    case .binarizeDynamic: "binarize=dynamic"
    case .threshold(let value): "binarize=\(value)"
    case .invert: "invert"
    case .gaussianNoise(let sigma): "noise=gaussian:\(sigma)"
    case .maskNoise(let share): "noise=mask:\(share)"
    case .saltAndPepper(let share): "noise=salt:\(share)"
    case .resize(let height, let width): "resize=\(height)x\(width)"
    case .crop(let top, let left, let height, let width): "crop=\(height)x\(width) at \(top),\(left)"
    case .augment(let change): change.description
    }
  }
}

/// A transform that does not fit the examples.
package struct TransformError: Error, Equatable, Sendable, CustomStringConvertible {
  package let description: String

  init(_ description: String) { self.description = description }
}

extension Transform {
  /// The shape of an example after this.
  func shape(after shape: Shape) throws(TransformError) -> Shape {
    switch self {
    case .resize(let height, let width):
      guard shape.rank == 3 else { throw TransformError("\(description): examples of shape \(shape) are not images") }
      guard (1...16384).contains(height), (1...16384).contains(width) else {
        throw TransformError("\(description): sides must be from 1 to 16384")
      }
      return [shape[0], height, width]
    case .crop(let top, let left, let height, let width):
      guard shape.rank == 3 else { throw TransformError("\(description): examples of shape \(shape) are not images") }
      guard top >= 0, left >= 0, height > 0, width > 0, height <= shape[1], width <= shape[2],
        top <= shape[1] - height, left <= shape[2] - width
      else { throw TransformError("\(description): reaches outside of images of \(shape[1])×\(shape[2])") }
      return [shape[0], height, width]
    case .augment(let change): return try change.shape(after: shape)
    case .standardize(let means, let deviations):
      let fits = means.count == 1 || means.count == shape.count || (shape.rank == 3 && means.count == shape[0])
      guard fits, deviations.count == means.count, deviations.allSatisfy({ $0 > 0 && $0.isFinite }) else {
        throw TransformError("\(description): examples are \(shape)")
      }
      return shape
    default: return shape
    }
  }

  /// The window or size as a matrix for each axis; nil for transforms of single elements.
  func geometry(on shape: Shape) -> Geometry? {
    switch self {
    case .resize(let height, let width):
      Geometry(rows: .resize(from: shape[1], to: height), columns: .resize(from: shape[2], to: width))
    case .crop(let top, let left, let height, let width):
      Geometry(
        rows: .crop(from: shape[1], offset: top, count: height),
        columns: .crop(from: shape[2], offset: left, count: width))
    default: nil
    }
  }

  /// As x · scale + offset, when it is that for all elements alike and float32 carries it: the offset's rounding would be
  /// noise where a mean is many deviations from 0.
  var affine: (scale: Float, offset: Float)? {
    switch self {
    case .scale(let factor): (factor, 0)
    case .shift(let offset): (1, offset)
    case .invert: (-1, 1)
    case .standardize(let means, let deviations) where means.count == 1 && abs(means[0] / deviations[0]) <= 64:
      (1 / Float(deviations[0]), -Float(means[0]) / Float(deviations[0]))
    default: nil
    }
  }

  /// Whether it draws anew whenever an example is read.
  package var isRandom: Bool {
    switch self {
    case .binarizeDynamic, .gaussianNoise, .maskNoise, .saltAndPepper: true
    default: false
    }
  }

  /// Whether it is a rule for single elements, which `apply(_:channels:)` follows in Double.
  var isExact: Bool {
    switch self {
    case .scale, .shift, .standardize, .invert, .threshold: true
    default: false
    }
  }

  /// In place on one example in Double; nothing for transforms that are not exact.
  func apply(_ x: UnsafeMutableBufferPointer<Double>, channels: Int) {
    switch self {
    case .scale(let factor): for i in x.indices { x[i] *= Double(factor) }
    case .shift(let offset): for i in x.indices { x[i] += Double(offset) }
    case .standardize(let means, let deviations):
      let plane = x.count / Swift.max(channels, 1)
      let perElement = means.count == x.count
      for i in x.indices {
        let index = means.count == 1 ? 0 : perElement ? i : i / plane
        x[i] = (x[i] - means[index]) / deviations[index]
      }
    case .invert: for i in x.indices { x[i] = 1 - x[i] }
    case .threshold(let threshold): for i in x.indices { x[i] = x[i] >= Double(threshold) ? 1 : 0 }
    default: break
    }
  }
}
