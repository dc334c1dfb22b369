/// A variable as the workspace writes it.
package protocol StorableVariable: Sendable {
  /// Differs whenever the value differs: what was written is not written again.
  var revision: Int { get }
  /// The cell that set it.
  var cell: Int { get }
  /// One line about the value.
  var summary: String { get }
  /// How the workspace keeps the value.
  func stored() throws -> StoredValue
  /// The history of a model's training; nil of other values.
  var metrics: MetricHistory? { get }
}

/// What the workspace keeps of a session beside its cells.
package protocol StorableState: Sendable {
  associatedtype StoredVariable: StorableVariable
  var variables: [String: StoredVariable] { get }
  /// Settings as texts by key.
  var storedSettings: [String: String] { get }
}
