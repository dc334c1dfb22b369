import Glibc
import Tensors

/// Procedural 64×64 images of one white shape on black, for measures of disentanglement: every image is made from
/// known factors, drawn evenly and independently from a grid (the grid of dSprites; the shapes differ).
///
/// Edges are anti-aliased: a pixel's value is the fraction of it that the shape covers, ½ − distance to the outline.
package struct Sprites: Sendable {
  package static let side = 64
  package static let defaultCount = 20_000
  /// 16 GiB of images.
  package static let largestCount = 1 << 22

  package let count: Int
  package let seed: UInt64

  package init(count: Int, seed: UInt64) { (self.count, self.seed) = (count, seed) }

  /// Centers lie this far from the edges at least, so that no shape is cut.
  private static let margin: Float = 16
  /// Pixels of a shape's unit at scale 1.
  private static let unit: Float = 14

  package static let factors = [
    Factors.Factor(name: "shape", values: [0, 1, 2], valueNames: SpriteShape.allCases.map(\.name)),
    Factors.Factor(name: "scale", values: (0..<6).map { 0.5 + Float($0) / 10 }),
    Factors.Factor(name: "rotation", values: (0..<40).map { Float($0) / 40 * 2 * .pi }),
    Factors.Factor(name: "x", values: (0..<32).map { Float($0) / 31 }),
    Factors.Factor(name: "y", values: (0..<32).map { Float($0) / 31 }),
  ]

  /// Classes of the factors of image `index`, a pure function of the seed and the index.
  func classes(_ index: Int) -> [Int32] {
    let stream = RandomStream(seed: seed, purpose: "sprites")
    let words = [stream.block(UInt32(2 * index)), stream.block(UInt32(2 * index + 1))]
    return Self.factors.indices.map { factor in
      Int32((UInt64(words[factor / 4][factor % 4]) * UInt64(Self.factors[factor].values.count)) >> 32)
    }
  }

  /// Images `[N, 1, 64, 64]` uint8 with factors; the shape is the label. Made on all cores.
  ///
  /// - Parameter progress: Called with the number of images done, at intervals; errors that it throws end the work.
  /// - Throws: `AllocationError`; `Stopped`.
  package func dataset(progress: (Int) throws -> Void = { _ in }) throws -> Dataset {
    let area = Self.side * Self.side
    let storage = try Storage(byteCount: count * area)
    let classStorage = try Storage(byteCount: count * Self.factors.count * 4)
    let block = 256
    let (count, width) = (count, Self.factors.count)
    for begin in stride(from: 0, to: count, by: 32 * block) {
      let end = min(count, begin + 32 * block)
      try Parallel.tryEach((end - begin + block - 1) / block) { part in
        let table = classStorage.base.assumingMemoryBound(to: Int32.self)
        for index in begin + part * block..<min(end, begin + (part + 1) * block) {
          let own = self.classes(index)
          for factor in 0..<width { table[index * width + factor] = own[factor] }
          draw(own, into: (storage.base + index * area).assumingMemoryBound(to: UInt8.self))
        }
      }
      try progress(end)
    }
    let table = UnsafeBufferPointer(
      start: classStorage.base.assumingMemoryBound(to: Int32.self), count: count * width)
    let classes = Array(table)
    let labels = stride(from: 0, to: classes.count, by: width).map { classes[$0] }
    var dataset = Dataset(
      name: "sprites", source: "made: \(count) shapes, seed \(seed)",
      storage: Tensor(storage: storage, byteOffset: 0, shape: [count, 1, Self.side, Self.side], dtype: .uint8),
      labels: labels, labelNames: SpriteShape.allCases.map(\.name))
    dataset.factors = Factors(Self.factors, classes: classes)
    return dataset
  }

  /// One image into zeroed memory.
  func draw(_ classes: [Int32], into pixels: UnsafeMutablePointer<UInt8>) {
    let values = zip(Self.factors, classes).map { $0.values[Int($1)] }
    guard let shape = SpriteShape(rawValue: Int(classes[0])) else { return }
    let size = Self.unit * values[1]
    let span = Float(Self.side) - 2 * Self.margin
    let (centerX, centerY) = (Self.margin + span * values[3], Self.margin + span * values[4])
    let (cosine, sine) = (cos(values[2]) / size, sin(values[2]) / size)
    let reach = shape.radius * size + 1
    let columns = max(0, Int(centerX - reach))...min(Self.side - 1, Int(centerX + reach))
    let rows = max(0, Int(centerY - reach))...min(Self.side - 1, Int(centerY + reach))
    @inline(__always) func fill(_ distance: (Float, Float) -> Float) {
      for row in rows {
        // Up is up: rotations turn counter-clockwise.
        let dy = centerY - (Float(row) + 0.5)
        for column in columns {
          let dx = Float(column) + 0.5 - centerX
          let covered = 0.5 - distance(cosine * dx + sine * dy, cosine * dy - sine * dx) * size
          pixels[row * Self.side + column] = UInt8(max(0, min(1, covered)) * 255 + 0.5)
        }
      }
    }
    switch shape {
    case .square: fill(SpriteShape.square)
    case .ellipse: fill(SpriteShape.ellipse)
    case .heart: fill(SpriteShape.heart)
    }
  }
}
