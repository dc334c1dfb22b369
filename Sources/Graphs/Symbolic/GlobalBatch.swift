import Tensors

// Values of a batch that several processes share. In a graph that has all rows of its batch (`Graph.globalRows` is nil) each
// of these is what it is given, and no op is written.

extension Graph {
  /// Rows of the global batch.
  package var globalRowCount: Int? { globalRows?.count ?? rows }

  /// Of so many values of this graph's rows, those of the global batch: a whole number, the same on every process.
  package func globalCount(of count: Int) -> Int {
    guard let globalRows, let rows else { return count }
    return count * globalRows.count / rows
  }
}

extension Symbol {
  /// The mean over the global batch of what is a mean over this process's rows,
  ///
  ///     y = Σ_r w_r · x_r,   w_r the share of rank r in the rows of the batch
  ///
  /// the same on every process, so that any function of it may follow.
  ///
  /// Backward: the same of the gradient. The loss of the batch is L = Σ_r w_r L_r, and processes scale the gradients of
  /// their own L_r by w_r when they add them up: ∂L/∂x_r = w_r · Σ_s w_s ∂L_s/∂y.
  package func overGlobalBatch() -> Symbol { graph.globalRows == nil ? self : graph.allReduced(self) }

  /// The rows of all processes, in the order of the global batch: `[rows, …]` → `[global rows, …]`.
  ///
  /// Each process puts its rows in their place among zeros, scaled so that the mean over processes is their sum; backward,
  /// it takes the slice of its rows from the mean of the gradients.
  ///
  /// - Throws: `ShapeError` when the first axis is not that of the graph's rows.
  package func ofGlobalBatch() throws(ShapeError) -> Symbol {
    guard let place = graph.globalRows else { return self }
    guard shape.rank > 0, shape[0] == graph.rows, place.first + shape[0] <= place.count else {
      throw fail("gather", [], "needs rows of the batch on its first axis")
    }
    var (before, after) = ([Int](repeating: 0, count: shape.rank), [Int](repeating: 0, count: shape.rank))
    (before[0], after[0]) = (place.first, place.count - place.first - shape[0])
    let share = Float(place.count) / Float(shape[0])
    return graph.allReduced(try (self * share).padded(before: before, after: after))
  }
}

extension Graph {
  /// An all-reduce of its own, also where the graph has another of the same value.
  package func allReduced(_ x: Symbol) -> Symbol {
    allReduceCount += 1
    return append(.allReduce(number: allReduceCount), [x], x.shape)
  }
}

extension OpDefinition {
  static let allReduce = OpDefinition(
    name: "all-reduce", gradient: { node in [node.graph.allReduced(node.gradient)] },
    reference: { $0.inputs[0].values }, error: { $0.inputs[0].errors })
}
