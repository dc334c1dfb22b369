import Glibc
import Tensors

/// Evaluates a graph node by node in naive Double arithmetic: slow, obvious, and what every compiled op is checked
/// against.
package struct Reference {
  package typealias Values = [Double]

  /// Values of the leaves: inputs and parameters by name.
  package var leaves: [String: Values]
  package let seed: UInt64
  package let step: UInt64
  /// The part of a global batch that the graph's rows are; nil for all of it.
  package var globalRows: GlobalRows?

  package init(leaves: [String: Values], seed: UInt64 = 0, step: UInt64 = 0) {
    self.leaves = leaves
    self.seed = seed
    self.step = step
  }

  /// The values of `outputs`, row-major.
  ///
  /// - Precondition: they are of one graph, and every leaf they depend on has values of its shape's count.
  package func evaluate(_ outputs: [Symbol]) -> [Values] {
    guard let graph = outputs.first?.graph else { return [] }
    precondition(outputs.allSatisfy { $0.graph === graph }, "Reference: outputs of different graphs")
    var needed = Set(outputs.map(\.id))
    for id in stride(from: graph.nodes.count - 1, through: 0, by: -1) where needed.contains(id) {
      needed.formUnion(graph.nodes[id].inputs)
    }
    var values: [Int: Values] = [:]
    for id in needed.sorted() {
      let node = graph.nodes[id]
      values[id] = evaluate(node, node.inputs.map { Operand(values[$0] ?? [], graph.nodes[$0].shape) })
    }
    return outputs.map { values[$0.id] ?? [] }
  }

  /// The element of the global batch's draw that a local one is.
  private func element(_ local: Int, _ layout: RowLayout?) -> Int {
    guard let layout, let globalRows else { return local }
    let (row, inner) = (local / layout.elements, local % layout.elements)
    let (outer, inBatch) = (row / layout.rows, row % layout.rows)
    return (outer * globalRows.count + globalRows.first + inBatch) * layout.elements + inner
  }

  struct Operand {
    let values: Values
    let shape: Shape
    init(_ values: Values, _ shape: Shape) {
      self.values = values
      self.shape = shape
    }
  }

  func evaluate(_ node: Graph.Node, _ inputs: [Operand]) -> Values {
    let shape = node.shape
    switch node.op {
    case .input(let name), .parameter(let name):
      guard let values = leaves[name], values.count == shape.count else {
        preconditionFailure("Reference: leaf '\(name)' needs \(shape.count) values")
      }
      return values
    case .constant(let value): return Values(repeating: Double(value), count: shape.count)
    case .array(let array): return array.values.map(Double.init)
    case .random(let distribution, let name, let layout):
      let stream = RandomStream(seed: seed, purpose: name, step: step)
      return (0..<shape.count).map { Self.draw(distribution, stream, element($0, layout)) }
    case .unary(let op): return inputs[0].values.map { op($0) }
    case .binary(let op): return zip(inputs[0].values, inputs[1].values).map { op($0, $1) }
    case .select: return (0..<shape.count).map { inputs[inputs[0].values[$0] != 0 ? 1 : 2].values[$0] }
    case .stopGradient, .reshape: return inputs[0].values

    case .broadcast:
      return Self.gather(shape, inputs[0]) { index in
        index.enumerated().map { inputs[0].shape[$0.offset] == 1 ? 0 : $0.element }
      }
    case .transpose(let permutation):
      return Self.gather(shape, inputs[0]) { index in
        var source = index
        for (to, from) in permutation.enumerated() { source[from] = index[to] }
        return source
      }
    case .slice(let starts): return Self.gather(shape, inputs[0]) { index in zip(index, starts).map(+) }
    case .pad(let before, let value):
      return Self.gather(shape, inputs[0], otherwise: Double(value)) { index in zip(index, before).map(-) }
    case .concat(let axis):
      return Self.indices(shape).map { index in
        var index = index
        for input in inputs {
          if index[axis] < input.shape[axis] { return input.values[Self.offset(index, input.shape)] }
          index[axis] -= input.shape[axis]
        }
        return .nan
      }
    case .gatherRows:
      let (rows, width) = (inputs[0].shape[0], inputs[0].shape[1])
      return inputs[1].values.flatMap { index in
        inputs[0].values[Self.row(index, rows) * width..<(Self.row(index, rows) + 1) * width]
      }
    case .scatterRows:
      var result = Values(repeating: 0, count: shape.count)
      for (b, index) in inputs[1].values.enumerated() {
        for d in 0..<shape[1] { result[Self.row(index, shape[0]) * shape[1] + d] += inputs[0].values[b * shape[1] + d] }
      }
      return result

    case .reduce(let reduction, let axes):
      var result = Values(repeating: reduction == .sum ? 0 : -.infinity, count: shape.count)
      for (position, index) in Self.indices(inputs[0].shape).enumerated() {
        let target = Self.offset(index.enumerated().map { axes.contains($0.offset) ? 0 : $0.element }, shape)
        let value = inputs[0].values[position]
        switch reduction {
        case .sum: result[target] += value
        case .max: result[target] = value.isNaN || result[target].isNaN ? .nan : Swift.max(result[target], value)
        }
      }
      return result

    case .argMax:
      let extent = inputs[0].shape[-1]
      return (0..<shape.count).map { row in
        let values = inputs[0].values[row * extent..<(row + 1) * extent]
        let first =
          values.firstIndex(where: \.isNaN)
          ?? values.indices.max { values[$0] < values[$1] || (values[$0] == values[$1] && $0 > $1) }
        return Double((first ?? 0) - row * extent)
      }
    case .batchedMatmul(let ta, let tb):
      func matrix(_ operand: Operand, _ b: Int) -> Operand {
        let matrix = operand.shape.droppingFirst
        return Operand(Values(operand.values[b * matrix.count..<(b + 1) * matrix.count]), matrix)
      }
      return (0..<shape[0]).flatMap {
        Self.matmul(matrix(inputs[0], $0), matrix(inputs[1], $0), ta, tb, shape.droppingFirst)
      }
    case .matmul(let ta, let tb): return Self.matmul(inputs[0], inputs[1], ta, tb, shape)
    case .conv(let geometry):
      return Self.convolve(geometry, x: inputs[0].shape, w: inputs[1].shape, y: shape, count: shape.count) {
        result, x, w, y in result[y] += inputs[0].values[x] * inputs[1].values[w]
      }
    case .convInput(let geometry):
      return Self.convolve(geometry, x: shape, w: inputs[1].shape, y: inputs[0].shape, count: shape.count) {
        result, x, w, y in result[x] += inputs[0].values[y] * inputs[1].values[w]
      }
    case .convWeight(let geometry):
      return Self.convolve(geometry, x: inputs[0].shape, w: shape, y: inputs[1].shape, count: shape.count) {
        result, x, w, y in result[w] += inputs[0].values[x] * inputs[1].values[y]
      }
    case .pool(let pooling, let geometry): return Self.pool(pooling, geometry, inputs[0], shape)
    case .poolGradient(let pooling, let geometry):
      return Self.poolGradient(pooling, geometry, inputs[0], inputs[1], inputs[2])
    }
  }
}
