import SessionFiles
import WorkspaceStore

/// Cells as a session file holds them, for transcripts and for `history > FILE.session`.
package enum SessionExport {
  /// A header that makes a replay on the same machine give the same bits.
  package static func header(_ session: Session, width: Int) -> SessionHeader {
    var header = SessionHeader()
    header.seed = session.firstSeed
    header.rtol = 0
    header.atol = 0
    header.width = min(1000, max(20, width))
    header.threads = session.table.knowledge.threads(session.state.settings.threads)
    return header
  }

  /// A cell with its output, and an empty line.
  package static func text(source: String, output: String) -> String {
    let lines = SessionFile.promptLines(source) + outputLines(output).map(escaped)
    return lines.joined(separator: "\n") + "\n\n"
  }

  /// A cell of the history. The message of a failed cell is not stored, so any message matches.
  package static func text(of entry: HistoryEntry) -> String {
    if entry.succeeded {
      return text(source: entry.source, output: entry.recordings.filter { !$0.isEmpty }.joined(separator: "\n"))
    }
    return SessionFile.promptLines(entry.source).joined(separator: "\n") + "\n...\n\n"
  }
}
