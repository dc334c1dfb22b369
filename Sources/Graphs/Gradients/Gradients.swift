import Tensors

extension Graph {
  /// Reverse-mode gradients of the scalar `loss` with respect to `sources`, written into this graph.
  ///
  /// One rule per op returns the gradient of each input from the gradient of the node's value; gradients of several
  /// users are added. A source the loss does
  /// not depend on has gradient zero.
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
      let contributions = try withScope(of: node) { () throws(ShapeError) -> [Symbol?] in
        try inputGradients(of: node, value: Symbol(graph: self, id: id), gradient: gradient) { needed[$0] }
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

  /// The gradient of each input of `node`, nil where none flows.
  private func inputGradients(
    of node: Node, value: Symbol, gradient g: Symbol, wanted: (Int) -> Bool
  ) throws(ShapeError) -> [Symbol?] {
    let inputs = node.inputs.map { Symbol(graph: self, id: $0) }
    switch node.op {
    case .input, .parameter, .constant, .array, .random: return []
    case .stopGradient, .argMax: return [nil]
    case .unary(let op):
      guard let gradient = op.definition.gradient else { return [nil] }
      return [try gradient(inputs[0], value, g, op.parameters)]
    case .binary(let op):
      guard let gradients = op.definition.gradients else { return [nil, nil] }
      return try gradients(inputs[0], inputs[1], value, g, (a: wanted(node.inputs[0]), b: wanted(node.inputs[1])))
    case .select:
      let zero = constant(0, node.shape)
      return [nil, try select(inputs[0], g, zero), try select(inputs[0], zero, g)]

    case .broadcast:
      let axes = (0..<node.shape.rank).filter { inputs[0].shape[$0] != node.shape[$0] }
      return [try g.sum(axes, keepingAxes: true)]
    case .reshape: return [try g.reshaped(inputs[0].shape.dimensions)]
    case .transpose(let permutation):
      var inverse = permutation
      for (to, from) in permutation.enumerated() { inverse[from] = to }
      return [try g.transposed(inverse)]
    case .slice(let starts):
      let after = (0..<starts.count).map { inputs[0].shape[$0] - starts[$0] - node.shape[$0] }
      return [try g.padded(before: starts, after: after)]
    case .pad(let before, _): return [append(.slice(starts: before), [g], inputs[0].shape)]
    case .concat(let axis):
      var start = 0
      var shares: [Symbol?] = []
      for input in inputs {
        shares.append(try g.slice(axis: axis, start..<start + input.shape[axis]))
        start += input.shape[axis]
      }
      return shares
    case .gatherRows: return [append(.scatterRows, [g, inputs[1]], inputs[0].shape), nil]
    case .scatterRows: return [append(.gatherRows, [g, inputs[1]], inputs[0].shape), nil]

    case .reduce(.sum, _): return [try g.broadcast(to: inputs[0].shape)]
    case .reduce(.max, let axes):
      let mask = try equal(inputs[0], value)
      return [try g * mask / mask.sum(axes, keepingAxes: true)]

    case .matmul(let ta, let tb), .batchedMatmul(let ta, let tb):
      let (a, b) = (inputs[0], inputs[1])
      return [
        wanted(a.id)
          ? ta ? try matmul(b, g, transposeA: tb, transposeB: true) : try matmul(g, b, transposeB: !tb) : nil,
        wanted(b.id)
          ? tb ? try matmul(g, a, transposeA: true, transposeB: ta) : try matmul(a, g, transposeA: !ta) : nil,
      ]
    case .conv(let geometry):
      return [
        wanted(node.inputs[0]) ? append(.convInput(geometry), [g, inputs[1]], inputs[0].shape) : nil,
        wanted(node.inputs[1]) ? append(.convWeight(geometry), [inputs[0], g], inputs[1].shape) : nil,
      ]
    case .convInput(let geometry):
      return [
        wanted(node.inputs[0]) ? append(.conv(geometry), [g, inputs[1]], inputs[0].shape) : nil,
        wanted(node.inputs[1]) ? append(.convWeight(geometry), [g, inputs[0]], inputs[1].shape) : nil,
      ]
    case .convWeight(let geometry):
      return [
        append(.convInput(geometry), [inputs[1], g], inputs[0].shape),
        append(.conv(geometry), [inputs[0], g], inputs[1].shape),
      ]
    case .pool(let pooling, let geometry):
      return [append(.poolGradient(pooling, geometry), [inputs[0], value, g], inputs[0].shape)]
    case .poolGradient:
      throw g.fail("gradient", [], "second derivatives through pooling are not defined here")
    }
  }
}
