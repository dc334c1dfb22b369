import JSONText

/// Something a cell showed, as it is kept: its text, and in a few words what it was. The value itself is in the results
/// or in a variable; its JSON and its HTML can be made of it again.
package struct OutputRecord: Sendable {
  package let role: String
  package let text: String
  /// `{"kind": "tensor", "summary": "2000×20 float32 · latents"}`, and the text with marks where the clock decides a
  /// part.
  package let detail: JSON?

  package init(role: String, text: String, detail: JSON?) {
    (self.role, self.text, self.detail) = (role, text, detail)
  }

  /// What the history has of it.
  package init(text: String, marked: String) {
    (role, self.text) = ("result", text)
    detail = marked == text ? nil : .object([.init("marked", .string(marked))])
  }
}

/// A cell as it is kept.
package struct CellRecord: Sendable {
  package var number: Int
  package var source: String
  package var status: String
  package var error: String?
  package var seconds: Double
  package var outputs: [OutputRecord]
  /// The value for `_N`, when it is small enough to keep.
  package var result: StoredValue?

  package init(
    number: Int, source: String, status: String, error: String? = nil, seconds: Double = 0,
    outputs: [OutputRecord] = [], result: StoredValue? = nil
  ) {
    (self.number, self.source, self.status, self.error) = (number, source, status, error)
    (self.seconds, self.outputs, self.result) = (seconds, outputs, result)
  }
}

/// A cell of this or an earlier session of the workspace.
package struct HistoryEntry: Equatable, Sendable {
  /// The session it belongs to, counted from 1 in the workspace.
  package var session: Int
  package var number: Int
  package var source: String
  /// text/plain of its outputs.
  package var outputs: [String]
  /// The same with marks around what the clock decides.
  package var recordings: [String]
  package var seconds: Double
  package var succeeded: Bool
  /// The message of a cell that failed or was stopped; nil of others.
  package var error: String?

  package init(
    session: Int, number: Int, source: String, outputs: [String], recordings: [String], seconds: Double,
    succeeded: Bool, error: String? = nil
  ) {
    (self.session, self.number, self.source) = (session, number, source)
    (self.outputs, self.recordings) = (outputs, recordings)
    (self.seconds, self.succeeded, self.error) = (seconds, succeeded, error)
  }
}
