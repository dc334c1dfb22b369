import Glibc
import POSIX
import SessionCore
import SessionFiles
import Terminal

/// A session file that grows with the session: each finished cell is on disk before the next prompt.
package final class Transcript {
  package let path: String
  private let descriptor: Int32

  /// Starts one with the cells so far, so that it can be replayed from the beginning.
  package init(path: String, session: Session, width: Int) throws(FileFailure) {
    self.path = path
    descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw FileFailure(path: path, reason: SystemError().description) }
    let header = SessionExport.header(session, width: width).line + "\n"
    let cells = session.history.range(start: 1, stop: nil, withOutputs: true).map(SessionExport.text(of:))
    try write(header + cells.joined())
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Adds a finished cell.
  package func add(_ source: String, _ outcome: CellOutcome) throws(FileFailure) {
    try write(SessionExport.text(source: source, output: CellText.text(of: outcome)))
    if case .interrupted = outcome.status {
      try write("# Interrupted. A replay runs this training to completion, and its numbers differ.\n\n")
    }
  }

  private func write(_ text: String) throws(FileFailure) {
    if !writeAll(text, to: descriptor) { throw FileFailure(path: path, reason: SystemError().description) }
  }
}
