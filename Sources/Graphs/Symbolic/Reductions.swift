import Tensors

extension Symbol {
  private func reduce(
    _ reduction: Reduction, _ name: String, _ axes: [Int]?, keepingAxes: Bool
  ) throws(ShapeError) -> Symbol {
    let axes = (axes ?? Array(0..<shape.rank)).map { $0 < 0 ? $0 + shape.rank : $0 }.sorted()
    guard Set(axes).count == axes.count, axes.allSatisfy({ $0 >= 0 && $0 < shape.rank }) else {
      throw fail(name, [], "has no axes \(axes)")
    }
    let kept = Shape((0..<shape.rank).map { axes.contains($0) ? 1 : shape[$0] })
    let reduced = kept == shape ? self : graph.append(.reduce(reduction, axes: axes), [self], kept)
    if keepingAxes { return reduced }
    return try reduced.reshaped((0..<shape.rank).filter { !axes.contains($0) }.map { shape[$0] })
  }

  /// Sum over `axes` (all when nil).
  package func sum(_ axes: [Int]? = nil, keepingAxes: Bool = false) throws(ShapeError) -> Symbol {
    try reduce(.sum, "sum", axes, keepingAxes: keepingAxes)
  }

  /// Mean over `axes` (all when nil).
  package func mean(_ axes: [Int]? = nil, keepingAxes: Bool = false) throws(ShapeError) -> Symbol {
    let total = try sum(axes, keepingAxes: keepingAxes)
    return total * (Float(total.shape.count) / Float(Swift.max(shape.count, 1)))
  }

  /// Largest over `axes` (all when nil). Ties share the gradient equally.
  package func max(_ axes: [Int]? = nil, keepingAxes: Bool = false) throws(ShapeError) -> Symbol {
    try reduce(.max, "max", axes, keepingAxes: keepingAxes)
  }

  /// Index of the largest element along `axis`, a whole number; the first where several are. No gradient.
  package func argMax(_ axis: Int = -1, keepingAxes: Bool = false) throws(ShapeError) -> Symbol {
    let axis = axis < 0 ? axis + shape.rank : axis
    guard axis >= 0, axis < shape.rank, shape[axis] > 0 else {
      throw fail("argMax", [], "has no elements on axis \(axis)")
    }
    let others = (0..<shape.rank).filter { $0 != axis }
    let moved = try transposed(others + [axis])
    let kept = others.map { shape[$0] }
    let indices = graph.append(.argMax, [moved], Shape(kept + [1]))
    return try indices.reshaped(keepingAxes ? (0..<shape.rank).map { $0 == axis ? 1 : shape[$0] } : kept)
  }

  /// `log Σ exp x` over `axes`, by way of the largest so that nothing overflows: −∞ where all are, +∞ where one is, as
  /// PyTorch's `logsumexp`.
  ///
  /// Backward: ∂/∂x = softmax(x).
  package func logSumExp(_ axes: [Int], keepingAxes: Bool = false) throws(ShapeError) -> Symbol {
    // Limited to finite numbers: ∞ − ∞ would be no number.
    let finite = Float.greatestFiniteMagnitude
    let peak = stopGradient(clip(try max(axes, keepingAxes: true), -finite, finite))
    let total = try log(exp(self - peak).sum(axes, keepingAxes: true)) + peak
    if keepingAxes { return total }
    let dropped = axes.map { $0 < 0 ? $0 + shape.rank : $0 }
    return try total.reshaped((0..<shape.rank).filter { !dropped.contains($0) }.map { shape[$0] })
  }

  /// `exp x / Σ exp x` over one axis.
  package func softmax(_ axis: Int = -1) throws(ShapeError) -> Symbol {
    let weights = exp(try self - stopGradient(max([axis], keepingAxes: true)))
    return try weights / weights.sum([axis], keepingAxes: true)
  }
}

extension OpDefinition {
  static func sum(_ axes: [Int]) -> OpDefinition {
    OpDefinition(
      name: "sum", gradient: { node throws(ShapeError) in [try node.gradient.broadcast(to: node.inputs[0].shape)] },
      reference: { Reference.reduce($0, axes, from: 0, +) },
      error: { node in
        let terms = node.inputs[0].values.count / Swift.max(node.values.count, 1)
        return node.grown(node.again(), node.again([node.reach(0)]), terms)
      })
  }

  static func max(_ axes: [Int]) -> OpDefinition {
    OpDefinition(
      name: "max",
      gradient: { node throws(ShapeError) in
        let mask = try equal(node.inputs[0], node.value)
        return [try node.gradient * mask / mask.sum(axes, keepingAxes: true)]
      },
      reference: {
        Reference.reduce($0, axes, from: -.infinity) { $0.isNaN || $1.isNaN ? .nan : Swift.max($0, $1) }
      }, error: { $0.again() })
  }

  static let argMax = OpDefinition(
    name: "argMax", gradient: { _ in [nil] },
    reference: { node in
      let extent = node.inputs[0].shape[-1]
      return (0..<node.shape.count).map { row in
        let values = node.inputs[0].values[row * extent..<(row + 1) * extent]
        let first =
          values.firstIndex(where: \.isNaN)
          ?? values.indices.max { values[$0] < values[$1] || (values[$0] == values[$1] && $0 > $1) }
        return Double((first ?? 0) - row * extent)
      }
    }, error: { $0.mayTurn ? $0.unknown : $0.exact })
}
