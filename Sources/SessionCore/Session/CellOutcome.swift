import Language

/// How a cell ended.
package enum CellStatus: Equatable, Sendable {
  case ok
  case failed(Diagnostic)
  /// Interrupted; the text describes what was kept.
  case interrupted(String)
}

/// A finished cell.
package struct CellOutcome: Sendable {
  /// Its number in the session, from 1; 0 when it was not kept in the history.
  package var number: Int
  package var status: CellStatus
  package var seconds: Double
  package var outputs: [Output]
  /// What there is to say of the workspace, such as a full disk.
  package var remarks: [Output] = []
  /// The cell requested to quit.
  package var wantsToQuit = false
  /// The cell began or ended a transcript.
  package var transcriptRequest: TranscriptRequest?
  /// The cell began, followed or ended a lesson: no part of the session that waits.
  package var isOfLesson = false
}

/// Whether text is ready to be executed.
package enum Completeness: Equatable, Sendable {
  case complete
  /// More is needed; `indent` starts the next line.
  case incomplete(indent: String)
  case invalid(Diagnostic)
}

/// What could stand at the cursor.
package struct Completion: Equatable, Sendable {
  package struct Candidate: Equatable, Sendable {
    package enum Kind: String, Sendable {
      case command, option, value, variable, function, attribute, label, path, topic
    }
    package var text: String
    package var kind: Kind
    /// One line about it.
    package var help: String
    package init(text: String, kind: Kind, help: String) {
      self.text = text
      self.kind = kind
      self.help = help
    }
  }
  /// What a chosen candidate replaces, in Unicode scalars of the source.
  package var range: Range<Int>
  package var candidates: [Candidate]
}
