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
  func element(_ local: Int, _ layout: RowLayout?) -> Int {
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
    node.op.definition.reference(Calculation(inputs: inputs, shape: node.shape, reference: self))
  }
}
