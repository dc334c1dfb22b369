import Glibc
import Tensors

/// A random change of images that is drawn anew whenever an example is trained on. What is measured, encoded or shown
/// stays as it is.
package enum Augmentation: Hashable, Sendable, Codable {
  /// Mirrored with probability ½ from left to right, from top to bottom, or each by a draw of its own.
  case flip(horizontal: Bool, vertical: Bool)
  /// Moved by whole pixels, on each axis uniform in −n … n. Beyond its edge an image goes on as its edge.
  case translate(Int)
  /// Turned about its center by an angle uniform in ± these degrees, with bilinear interpolation; edges as in `translate`.
  case rotate(Float)
  /// x · f with f uniform in [1 − amount, 1 + amount]; values in [0, 1] stay there.
  case brightness(Float)
  /// A window of this size in a place that is uniform; in the middle where nothing is drawn.
  case crop(height: Int, width: Int)

  package var description: String {
    switch self {
    case .flip(true, true): "flip=both"
    case .flip(let horizontal, _): horizontal ? "flip=horizontal" : "flip=vertical"
    case .translate(let pixels): "translate=\(pixels)"
    case .rotate(let degrees): "rotate=\(Self.short(degrees))"
    case .brightness(let amount): "brightness=\(Self.short(amount))"
    case .crop(let height, let width): "crop=\(height)x\(width)@random"
    }
  }

  private static func short(_ value: Float) -> String {
    let text = String(value)
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  /// The shape of an example after this.
  func shape(after shape: Shape) throws(TransformError) -> Shape {
    guard shape.rank == 3 else { throw TransformError("\(description): examples of shape \(shape) are not images") }
    switch self {
    case .crop(let height, let width):
      guard height > 0, width > 0, height <= shape[1], width <= shape[2] else {
        throw TransformError("\(description): larger than images of \(shape[1])×\(shape[2])")
      }
      return [shape[0], height, width]
    case .translate(let pixels):
      guard pixels < min(shape[1], shape[2]) else {
        throw TransformError("\(description): moves images of \(shape[1])×\(shape[2]) out of themselves")
      }
      return shape
    default: return shape
    }
  }

  /// One image `[C, H, W]` from `source` to `target`, which do not overlap.
  ///
  /// - Parameter draw: Uniform numbers of this example and this augmentation; nil where nothing is drawn.
  func apply(
    _ source: UnsafePointer<Float>, shape: Shape, to target: UnsafeMutablePointer<Float>, draw: ((Int) -> Float)?
  ) {
    let (channels, height, width) = (shape[0], shape[1], shape[2])
    let size = channels * height * width
    if case .crop(let h, let w) = self {
      // (n + 1) places; a uniform draw is below 1.
      let top = draw.map { Int($0(0) * Float(height - h + 1)) } ?? (height - h) / 2
      let left = draw.map { Int($0(1) * Float(width - w + 1)) } ?? (width - w) / 2
      for row in 0..<channels * h {
        let (channel, y) = row.quotientAndRemainder(dividingBy: h)
        (target + row * w).update(from: source + (channel * height + top + y) * width + left, count: w)
      }
      return
    }
    guard let draw else { return target.update(from: source, count: size) }
    switch self {
    case .flip(let horizontal, let vertical):
      let (mirrored, turned) = (horizontal && draw(0) < 0.5, vertical && draw(1) < 0.5)
      for row in 0..<channels * height {
        let (channel, y) = row.quotientAndRemainder(dividingBy: height)
        let from = source + (channel * height + (turned ? height - 1 - y : y)) * width
        let to = target + row * width
        if mirrored { for x in 0..<width { to[x] = from[width - 1 - x] } } else { to.update(from: from, count: width) }
      }
    case .translate(let pixels):
      let down = Int(draw(0) * Float(2 * pixels + 1)) - pixels
      let right = Int(draw(1) * Float(2 * pixels + 1)) - pixels
      for row in 0..<channels * height {
        let (channel, y) = row.quotientAndRemainder(dividingBy: height)
        let from = source + (channel * height + min(max(y - down, 0), height - 1)) * width
        let to = target + row * width
        for x in 0..<width { to[x] = from[min(max(x - right, 0), width - 1)] }
      }
    case .rotate(let degrees):
      rotate(source, shape, to: target, by: (2 * draw(0) - 1) * degrees * .pi / 180)
    case .brightness(let amount):
      let factor = 1 + (2 * draw(0) - 1) * amount
      for i in 0..<size { target[i] = source[i] <= 1 ? min(source[i] * factor, 1) : source[i] * factor }
    case .crop: break
    }
  }

  /// Pixel (y, x) is read where it came from:
  ///
  ///     (y', x') = center + R(−angle) · ((y, x) − center)
  private func rotate(
    _ source: UnsafePointer<Float>, _ shape: Shape, to target: UnsafeMutablePointer<Float>, by angle: Float
  ) {
    let (height, width) = (shape[1], shape[2])
    let (cosine, sine) = (cosf(angle), sinf(angle))
    let (middleY, middleX) = (Float(height - 1) / 2, Float(width - 1) / 2)
    for y in 0..<height {
      for x in 0..<width {
        let (dy, dx) = (Float(y) - middleY, Float(x) - middleX)
        let fromY = min(max(middleY + cosine * dy + sine * dx, 0), Float(height - 1))
        let fromX = min(max(middleX + cosine * dx - sine * dy, 0), Float(width - 1))
        let (top, left) = (Int(fromY), Int(fromX))
        let (bottom, right) = (min(top + 1, height - 1), min(left + 1, width - 1))
        let (a, b) = (fromY - Float(top), fromX - Float(left))
        for channel in 0..<shape[0] {
          let plane = source + channel * height * width
          let upper = (1 - b) * plane[top * width + left] + b * plane[top * width + right]
          let lower = (1 - b) * plane[bottom * width + left] + b * plane[bottom * width + right]
          target[(channel * height + y) * width + x] = (1 - a) * upper + a * lower
        }
      }
    }
  }
}

extension [Transform] {
  /// What is done to data that are measured: without the augmentations, which only training sees.
  package var measured: [Transform] {
    filter { transform in
      switch transform {
      case .augment(.crop): true
      case .augment: false
      default: true
      }
    }
  }
}

extension RandomStream {
  /// The stream of the n-th augmentation of training data; nil for any other data.
  func augmentation(_ index: Int) -> RandomStream? {
    guard purpose == RandomStream.purpose(named: TrainingBatches.purpose) else { return nil }
    return RandomStream(seed: seed, purpose: RandomStream.purpose(named: "augmentation \(index)"), step: step)
  }
}
