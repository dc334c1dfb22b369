import Graphs

/// A loss that is neither a mean over examples nor a function of such means that are all-reduced, so that a batch cannot be
/// divided among processes.
package struct CoupledRowsError: Error, Equatable, Sendable, CustomStringConvertible {
  package let family: String
  /// The layer whose result depends on several examples; empty where the loss itself does.
  package let layer: String

  package init(family: String, layer: String) { (self.family, self.layer) = (family, layer) }

  package var description: String {
    layer.isEmpty
      ? "the loss of this \(family) couples the examples of a batch in a way that several ranks cannot divide"
      : "\(layer) couples the examples of a batch in a way that several ranks cannot divide"
  }

  package var fix: String { "Train it in one process, without mpirun." }
}

extension Model {
  /// Checks that the parts of a batch have the gradient of the whole.
  ///
  /// - Throws: `CoupledRowsError`.
  func checkDividesRows() throws {
    // A number of rows that no layer has as an extent by chance.
    let objective = ObjectiveGraph(
      configuration, rows: 1009, globalRows: GlobalRows(first: 2, of: 1013), training: true)
    let terms = try objective.terms()
    let opponents = terms.opponents.flatMap { [$0.loss] + ($0.gate.map { [$0] } ?? []) }
    let assigned = objective.builder.assignments.map(\.1)
    let dependences = objective.graph.rowDependences()
    for symbol in [terms.loss] + terms.terms.values + opponents + assigned {
      switch dependences[symbol.id] {
      case .none, .mean: continue
      case .rows: throw CoupledRowsError(family: configuration.family.word, layer: "")
      case .coupled(let layer): throw CoupledRowsError(family: configuration.family.word, layer: layer)
      }
    }
    // What is assigned, or opens a gate, would differ from rank to rank.
    let local = terms.opponents.compactMap(\.gate) + assigned
    guard local.allSatisfy({ dependences[$0.id] == .none }) else {
      throw CoupledRowsError(family: configuration.family.word, layer: "")
    }
  }
}
