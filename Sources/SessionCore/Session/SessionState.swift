/// A variable: its value and when it was set.
package struct Variable: Sendable {
  package var value: Value
  /// The cell that set it.
  package var cell: Int
  /// Differs whenever the value differs; the store writes what it has not seen.
  package var revision: Int
  /// Whether the clock had a part in it: a model that raced, a duration that was read.
  package var isClocked = false
}

/// Settings of the user: `set`, `format`, `time`, `seed` and `threads`.
package struct Settings: Sendable, Equatable {
  package var format = ResultFormat.text
  package var showsTime = false
  package var seed: UInt64 = 0
  /// Draws made without a seed of their own; each gets the next number, so a session replays exactly.
  package var draws: UInt64 = 0
  package var threads: Int?
  /// The allowed numbers of threads; each thread needs working memory in every program of every model.
  package static let threadCounts = 1...256
  /// Options of figures: terminal, size, theme.
  package var plot: [String: String] = [:]
  /// Where trainings write beside the workspace: files and folders by form.
  package var logs: [String: String] = [:]
}

/// Everything a statement can change; copying it is the snapshot that `undo` and failed statements go back to.
package struct SessionState: Sendable {
  package private(set) var variables: [String: Variable] = [:]
  package var settings = Settings() {
    didSet { if settings != oldValue { changes += 1 } }
  }
  /// Counts changes, so that two states of one line are equal when their counts are.
  package private(set) var changes = 0
  /// The last revision given to a variable.
  private var revision = 0

  /// Sets a variable.
  package mutating func set(_ name: String, to value: Value, cell: Int, isClocked: Bool = false) {
    revision += 1
    changes += 1
    variables[name] = Variable(value: value, cell: cell, revision: revision, isClocked: isClocked)
  }

  /// Removes a variable.
  package mutating func drop(_ name: String) {
    changes += 1
    variables[name] = nil
  }

  /// Goes back to `earlier`, without resetting the revision counters, so that the store detects the change.
  package mutating func restore(_ earlier: SessionState) {
    let (changes, revision) = (changes, revision)
    self = earlier
    self.changes = changes + 1
    self.revision = max(revision, self.revision)
  }

  /// Names in the order they sort for a person.
  package var names: [String] { variables.keys.sorted() }
}
