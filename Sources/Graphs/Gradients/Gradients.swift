import Tensors

extension Graph {
  /// Reverse-mode gradients of the scalar `loss` with respect to `sources`, written into this graph.
  ///
  /// One rule per op (`OpDefinition`) returns the gradient of each input from the gradient of the node's value; gradients
  /// of several users are added. A source the loss does not depend on has gradient zero.
  ///
  /// - Throws: `ShapeError` when `loss` is not a scalar, or when it or a source is of another graph.
  package func gradients(of loss: Symbol, withRespectTo sources: [Symbol]) throws(ShapeError) -> [Symbol] {
    guard loss.graph === self else { throw loss.fail("gradient", sources, "the loss is of another graph") }
    try loss.requireSameGraph("gradient", sources)
    guard loss.shape.count == 1 else { throw loss.fail("gradient", [], "needs a scalar") }
    let forward = nodes.count
    let needed = nodesReaching(sources, below: forward)
    var shares: [Int: Symbol] = [loss.id: constant(1, loss.shape)]

    for id in stride(from: forward - 1, through: 0, by: -1) where needed[id] {
      guard let gradient = shares[id], !nodes[id].inputs.isEmpty else { continue }
      let node = nodes[id]
      let place = Differentiation(
        inputs: node.inputs.map { Symbol(graph: self, id: $0) }, value: Symbol(graph: self, id: id),
        gradient: gradient, wanted: node.inputs.map { needed[$0] })
      let contributions = try withScope(of: node) { () throws(ShapeError) -> [Symbol?] in
        try node.op.definition.gradient(place)
      }
      for (input, contribution) in zip(node.inputs, contributions) where needed[input] {
        guard let contribution else { continue }
        if let share = shares[input] {
          shares[input] = try withScope(of: node) { () throws(ShapeError) -> Symbol in try share + contribution }
        } else {
          shares[input] = contribution
        }
      }
    }
    var results: [Symbol] = []
    for source in sources { results.append(shares[source.id] ?? constant(0, source.shape)) }
    return results
  }

  /// Which nodes depend on one of `sources`.
  private func nodesReaching(_ sources: [Symbol], below count: Int) -> [Bool] {
    var reaches = [Bool](repeating: false, count: count)
    for source in sources where source.id < count { reaches[source.id] = true }
    for id in 0..<count where !reaches[id] { reaches[id] = nodes[id].inputs.contains { reaches[$0] } }
    return reaches
  }
}
