import Tensors

/// What keeps a graph from being compiled into a program.
package enum ProgramError: Error, Equatable, Sendable, CustomStringConvertible {
  case unknownParameter(String)
  /// Name, shape in the store, shape in the graph.
  case parameterShape(String, Shape, Shape)
  /// A value that is not part of the graph.
  case otherGraph(String)
  /// A loss for a group that has no trainable parameters.
  case emptyGroup(String)
  /// Two losses for one group.
  case twoLosses(String)
  /// A gate that is not a scalar.
  case gateShape(String, Shape)
  /// A row that a table does not have, at a position of a vector of indices.
  case indexOutOfRange(table: String, rows: Int, position: Int, index: Float)
  /// A scalar result that is NaN or infinite.
  case nonFinite(String, Float)
  /// A primitive that the kernel library cannot create.
  case unsupported(String)

  package var description: String {
    switch self {
    case .unknownParameter(let name): "no parameter '\(name)' in the store"
    case .parameterShape(let name, let stored, let wanted):
      "parameter '\(name)' is \(stored), the graph expects \(wanted)"
    case .otherGraph(let what): "\(what) is of another graph than the program's"
    case .emptyGroup(let group): "the parameter group '\(group)' has no trainable parameters"
    case .twoLosses(let group): "the parameter group '\(group)' has two losses; add them up, or name two groups"
    case .gateShape(let group, let shape): "the gate of parameter group '\(group)' is \(shape), not a scalar"
    case .indexOutOfRange(let table, let rows, let position, let index):
      "index \(index) at position \(position) is not one of the \(rows) rows of \(table), 0 to \(rows - 1)"
    case .nonFinite(let name, let value): "the term '\(name)' is \(value)"
    case .unsupported(let what): what
    }
  }
}
