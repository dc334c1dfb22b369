import Tensors

/// A static graph of symbolic values, in the order they were written (inputs before users).
///
/// Write an objective once over `Symbol`s, ask for `gradients`, and hand both to `Program`.
package final class Graph {
  package struct Node: Sendable {
    package let op: Op
    package let inputs: [Int]
    package let shape: Shape
    /// The layer it was written in.
    package let scope: String
  }

  package private(set) var nodes: [Node] = []
  private var scopes: [String] = []
  private var leaves: [Op: Int] = [:]

  package init() {}

  /// The name of the layer being written, joined by dots.
  package var currentScope: String { scopes.joined(separator: ".") }

  /// Names everything written in `body` for errors, parameters and random streams.
  package func scope<R, E: Error>(_ name: String, _ body: () throws(E) -> R) throws(E) -> R {
    scopes.append(name)
    defer { scopes.removeLast() }
    return try body()
  }

  /// `name` inside the current scope: `encoder.conv1.weight`.
  package func qualified(_ name: String) -> String { (scopes + [name]).joined(separator: ".") }

  /// - Precondition: The inputs are of this graph; whoever takes them from outside checks it.
  func append(_ op: Op, _ inputs: [Symbol] = [], _ shape: Shape) -> Symbol {
    precondition(inputs.allSatisfy { $0.graph === self }, "Graph: \(op) of another graph's values")
    nodes.append(Node(op: op, inputs: inputs.map(\.id), shape: shape, scope: currentScope))
    return Symbol(graph: self, id: nodes.count - 1)
  }

  /// Writes `body` as if in layer `scope`; gradients belong to the layer whose values they are of.
  func withScope<R, E: Error>(of node: Node, _ body: () throws(E) -> R) throws(E) -> R {
    let saved = scopes
    scopes = [node.scope]
    defer { scopes = saved }
    return try body()
  }

  private func leaf(_ op: Op, _ shape: Shape, _ what: String) throws(ShapeError) -> Symbol {
    if let id = leaves[op] {
      guard nodes[id].shape == shape else {
        throw ShapeError(
          layer: currentScope, operation: what, shapes: [nodes[id].shape, shape], reason: "one name, two shapes")
      }
      return Symbol(graph: self, id: id)
    }
    let symbol = append(op, [], shape)
    leaves[op] = symbol.id
    return symbol
  }

  /// An input named `name`, written before every run.
  package func input(_ name: String, _ shape: Shape) throws(ShapeError) -> Symbol {
    try leaf(.input(name: name), shape, "input '\(name)'")
  }

  /// A parameter named inside the current scope.
  package func parameter(_ name: String, _ shape: Shape) throws(ShapeError) -> Symbol {
    try leaf(.parameter(name: qualified(name)), shape, "parameter '\(qualified(name))'")
  }

  /// The number `value`, as a scalar that broadcasts.
  package func constant(_ value: Float, _ shape: Shape = []) -> Symbol { append(.constant(value), [], shape) }

  /// A draw named inside the current scope, new at every step.
  package func random(_ distribution: Distribution, _ name: String, _ shape: Shape) throws(ShapeError) -> Symbol {
    try leaf(.random(distribution, stream: qualified(name)), shape, "random '\(qualified(name))'")
  }

  /// 1 with the probability given by `probability` for each element, else 0; a draw as above. No gradient.
  package func bernoulli(_ probability: Symbol, _ name: String) throws(ShapeError) -> Symbol {
    guard probability.graph === self else {
      throw probability.fail("bernoulli", [], "the probabilities are of another graph")
    }
    return try less(random(.uniform, name, probability.shape), probability)
  }

  package func shape(of id: Int) -> Shape { nodes[id].shape }
}

/// A value of a graph: a node and its shape, known before anything runs.
package struct Symbol {
  package let graph: Graph
  package let id: Int

  package var shape: Shape { graph.nodes[id].shape }
  package var op: Op { graph.nodes[id].op }

  /// Throws when one of `others` is a value of another graph, which has no meaning in this graph.
  func requireSameGraph(_ operation: String, _ others: [Symbol]) throws(ShapeError) {
    guard others.allSatisfy({ $0.graph === graph }) else {
      throw fail(operation, others, "the operands are of different graphs")
    }
  }

  func fail(_ operation: String, _ others: [Symbol] = [], _ reason: String) -> ShapeError {
    ShapeError(
      layer: graph.currentScope, operation: operation, shapes: [shape] + others.map(\.shape), reason: reason)
  }
}
