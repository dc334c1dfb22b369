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

  /// Examples of a batch, where the graph is of a batch: what draws are keyed by (see `random`).
  package let rows: Int?
  /// Where these rows lie in a global batch, of which other processes have the rest; nil where they are all of it.
  package let globalRows: GlobalRows?
  /// All-reduces written so far.
  var allReduceCount = 0

  package init(rows: Int? = nil, globalRows: GlobalRows? = nil) { (self.rows, self.globalRows) = (rows, globalRows) }

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
    var key = op
    if case .random(let distribution, let stream, _) = op { key = .random(distribution, stream: stream, rows: nil) }
    if let id = leaves[key] {
      guard nodes[id].op == op else {
        throw ShapeError(
          layer: currentScope, operation: what, shapes: [shape], reason: "one name, two axes of rows")
      }
      guard nodes[id].shape == shape else {
        throw ShapeError(
          layer: currentScope, operation: what, shapes: [nodes[id].shape, shape], reason: "one name, two shapes")
      }
      return Symbol(graph: self, id: id)
    }
    let symbol = append(op, [], shape)
    leaves[key] = symbol.id
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

  /// Numbers that never change, such as a mask.
  ///
  /// - Throws: `ShapeError` when the values do not fill the shape.
  package func array(_ values: [Float], _ shape: Shape) throws(ShapeError) -> Symbol {
    guard values.count == shape.count else {
      throw ShapeError(
        layer: currentScope, operation: "array", shapes: [shape], reason: "\(values.count) numbers do not fill it")
    }
    return append(.array(ConstantArray(values)), [], shape)
  }

  /// A draw named inside the current scope, new at every step.
  ///
  /// In a graph of a batch every row draws for itself: the numbers depend on the row's place in the global batch, however
  /// that is divided among programs (see `Program.globalRows`).
  ///
  /// - Parameter rowAxis: The axis of the rows, or of several batches one after another. Nil, or an extent that is no
  ///   multiple of the graph's rows, for a draw that belongs to no row.
  package func random(
    _ distribution: Distribution, _ name: String, _ shape: Shape, rowAxis: Int? = 0
  ) throws(ShapeError) -> Symbol {
    var layout: RowLayout?
    if let rows, rows > 0, let rowAxis, rowAxis < shape.rank, shape[rowAxis] > 0, shape[rowAxis] % rows == 0 {
      layout = RowLayout(rows: rows, elements: shape.dimensions[(rowAxis + 1)...].reduce(1, *))
    }
    let op = Op.random(distribution, stream: qualified(name), rows: layout)
    return try leaf(op, shape, "random '\(qualified(name))'")
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
