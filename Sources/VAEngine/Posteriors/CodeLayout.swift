import Graphs
import Tensors

/// How the numbers of a code are arranged: one vector, a grid of vectors, or several levels of either.
///
/// Outside the networks a code is a row of `count` numbers, the levels one after another, each in row-major order: what
/// `encode` returns, paths move through and files hold. The decoder sees the levels in their shapes.
package struct CodeLayout: Sendable, Hashable {
  package struct Level: Sendable, Hashable {
    package let name: String
    /// `[D]`, or `[C, H, W]` for a grid.
    package let shape: Shape

    package init(_ name: String, _ shape: Shape) { (self.name, self.shape) = (name, shape) }
  }

  package let levels: [Level]

  package init(_ levels: [Level]) { self.levels = levels }

  /// One vector.
  package static func vector(_ dimensions: Int) -> CodeLayout { CodeLayout([Level("z", [dimensions])]) }

  /// Numbers of a code, all levels together.
  package var count: Int { levels.reduce(0) { $0 + $1.shape.count } }

  /// The levels of codes `[n, count]`, each `[n, …]` in its shape.
  package func split(_ z: Symbol) throws(ShapeError) -> [Symbol] {
    let rows = z.shape[0]
    var (parts, first): ([Symbol], Int) = ([], 0)
    for level in levels {
      let part = levels.count == 1 ? z : try z.slice(axis: 1, first..<first + level.shape.count)
      parts.append(level.shape.rank == 1 ? part : try part.reshaped([rows] + level.shape.dimensions))
      first += level.shape.count
    }
    return parts
  }
}

/// What the encoder's layers make of a batch, and the labels that go with it.
package struct Features {
  /// `[B, …]` as the last layer leaves it.
  package let value: Symbol
  /// One-hot `[B, classes]`; nil where the family uses none.
  package let labels: Symbol?

  /// `[B, F]`, the labels behind the features.
  package func vector() throws(ShapeError) -> Symbol {
    let flat = try value.flattened()
    guard let labels else { return flat }
    return try concat([flat, labels], axis: 1)
  }

  /// `[B, C, H, W]`, every label a plane behind the channels.
  ///
  /// - Throws: `ShapeError` when the layers end in a vector.
  package func grid() throws(ShapeError) -> Symbol {
    guard value.shape.rank == 4 else {
      throw ShapeError(
        layer: "encoder", operation: "a grid of codes", shapes: [value.shape],
        reason: "needs an encoder that ends in images [B, C, H, W]; leave out its last dense layers")
    }
    return try labels.map { labels throws(ShapeError) in try Self.planes(value, labels) } ?? value
  }

  /// Images `[n, C, H, W]` with `labels` `[n, K]` as K planes more.
  static func planes(_ images: Symbol, _ labels: Symbol) throws(ShapeError) -> Symbol {
    let (n, k, s) = (labels.shape[0], labels.shape[1], images.shape)
    return try concat([images, labels.reshaped([n, k, 1, 1]).broadcast(to: [n, k, s[2], s[3]])], axis: 1)
  }
}
