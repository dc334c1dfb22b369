import Glibc
import SessionCore
import Terminal

/// Runs scripts: results on standard output, errors on standard error, a code at the end.
package final class BatchRun {
  private let process: ProcessContext
  private let session: Session
  private let options: BatchOptions
  private let runner: CellRunner
  private let frontEnd: any BatchFrontEnd
  /// Whether the script called `quit`.
  package private(set) var hasQuit = false

  package init(process: ProcessContext, session: Session, options: BatchOptions) throws(ExitStatus) {
    self.process = process
    self.session = session
    self.options = options
    runner = try CellRunner(process: process)
    for remark in session.openingNotes { process.say("elbo: \(remark)", on: STDERR_FILENO) }
    frontEnd =
      options.format == .json
      ? JSONFrontEnd(width: process.screen.columns, interruption: runner.interrupter)
      : TerminalFrontEnd(process: process, isPrompt: false, interruption: runner.interrupter)
  }

  /// Runs all cells of a script; the exit code.
  package func run(_ script: BatchScript) -> Int32 {
    var code: Int32 = 0
    for cell in script.cells(session) {
      let result = run(cell, name: script.name)
      code = max(code, result)
      if result != 0, !(options.keepsGoing && result == 1) { return result }
      if hasQuit { break }
    }
    return code
  }

  /// Runs standard input as it arrives, cell by cell; returns the exit code.
  package func runStandardInput() -> Int32 {
    var input = InputLines(descriptor: STDIN_FILENO, signals: process.signals)
    var splitter = CellSplitter()
    var transcript = TranscriptFilter()
    var code: Int32 = 0
    while !hasQuit {
      let cell: BatchScript.Cell?
      let isEnd: Bool
      switch input.next() {
      case .line(let line):
        guard let command = transcript.command(in: line) else { continue }
        cell = splitter.add(command, session)
        isEnd = false
      case .end:
        cell = splitter.rest()
        isEnd = true
      case .signal(let number): return number == SIGINT ? 130 : 128 + number
      }
      if let cell {
        let result = run(cell, name: nil)
        code = max(code, result)
        if result != 0, !(options.keepsGoing && result == 1) { return result }
      }
      if isEnd { break }
    }
    return code
  }

  /// Closes the session after everything; the exit code, which says so when the workspace could not be written.
  package func end(_ code: Int32) -> Int32 {
    guard let lost = session.close() else { return code }
    writeAll("elbo: \(lost)\n", to: STDERR_FILENO)
    return max(code, 1)
  }

  private func run(_ cell: BatchScript.Cell, name: String?) -> Int32 {
    guard let outcome = runner.run(cell.source, in: session, frontEnd: frontEnd) else { return 1 }
    frontEnd.finish(cell, outcome)
    if outcome.wantsToQuit { hasQuit = true }
    // After the cell was kept.
    if let failure = frontEnd.closedBy { return StandardOutput.exitCode(after: failure) }
    if let signal = runner.terminatedBy {
      // A launcher turns Ctrl-C into SIGTERM.
      if process.launch != .alone, case .interrupted(let note) = outcome.status { sayInterrupted(note) }
      return 128 + signal
    }
    switch outcome.status {
    case .ok: return runner.wasInterrupted ? 130 : 0
    case .interrupted(let note):
      sayInterrupted(note)
      return 130
    case .failed(let diagnostic):
      if options.format == .text {
        let place = name.map { "\($0):\(cell.line): " } ?? (cell.line > 1 ? "line \(cell.line): " : "")
        writeAll(process.shown(diagnostic, place: place, on: STDERR_FILENO) + "\n", to: STDERR_FILENO)
      }
      return 1
    }
  }

  private func sayInterrupted(_ note: String) {
    guard options.format == .text else { return }
    process.say("elbo: interrupted\(note.isEmpty ? "" : ": " + note)", on: STDERR_FILENO)
  }
}

/// A front end for batches.
package protocol BatchFrontEnd: FrontEnd, Sendable {
  /// The error (`errno`) of standard output; nil while it can be written.
  var closedBy: Int32? { get }
  func finish(_ cell: BatchScript.Cell, _ outcome: CellOutcome)
}

extension TerminalFrontEnd: BatchFrontEnd {
  package func finish(_ cell: BatchScript.Cell, _ outcome: CellOutcome) {}
}

/// Removes prompts and outputs from a transcript; other input is unchanged.
package struct TranscriptFilter {
  private var isTranscript = false

  package mutating func command(in line: String) -> String? {
    if line.hasPrefix("elbo> ") || line == "elbo>" {
      isTranscript = true
      return String(line.dropFirst(6))
    }
    guard isTranscript else { return line }
    return line.hasPrefix("....> ") ? String(line.dropFirst(6)) : nil
  }
}
