import Glibc
import Notebook
import SessionCore
import SessionFiles
import Terminal
import Text

/// Runs the commands of a session file in a fresh session, in memory.
///
/// Everything that could make two runs differ is fixed: seed and width come from the file's header, time zone and locale
/// are UTC and C, nothing is colored, no progress and no times are shown, no rc file is read.
package struct SessionPlayer {
  /// The output of each command.
  package struct PlayedSession: Sendable {
    package var outputs: [String] = []
    package var seconds: [Double] = []
    /// Commands whose diagnostic the file did not expect.
    package var failures = 0
    /// The signal that ended the replay after these commands.
    package var signal: Int32?
  }
  package let process: ProcessContext
  package let threads: Int?

  package init(process: ProcessContext, threads: Int?) { (self.process, self.threads) = (process, threads) }

  /// - Parameters:
  ///   - folder: The folder of the session file, where it finds files to read that the working folder does not have.
  ///   - isScratch: Runs in a temporary folder that is deleted afterwards.
  ///   - show: Called with each command and its output, to show them.
  package func play(
    _ file: SessionFile, folder: String, isScratch: Bool,
    show: (SessionFile.Command, String) -> Void = { _, _ in }
  ) throws(ExitStatus) -> PlayedSession {
    var scratch: ScratchFolder?
    if isScratch { scratch = try ScratchFolder(under: ScratchFolder.base(process)) }
    defer { scratch?.remove() }
    setenv("TZ", "UTC", 1)
    tzset()
    _ = setlocale(LC_NUMERIC, "C")
    var options = process.sessionOptions(seed: file.header.seed, threads: file.header.threads ?? threads)
    // Abbreviated verbs are accepted, because transcripts of a prompt may contain them.
    options.isInteractive = true
    options.allowsDownloads = file.header.usesNetwork
    options.outputDirectory = scratch?.path
    options.inputDirectories = [folder] + (scratch.map { [$0.origin] } ?? [])
    let session = try startSession(options)
    let runner = try CellRunner(process: process)
    let frontEnd = RecordingFrontEnd(width: file.header.width)
    var played = PlayedSession()
    for command in file.commands {
      guard let outcome = runner.run(command.source, in: session, frontEnd: frontEnd) else { break }
      let text = CellText.text(of: outcome)
      show(command, ClockMarks.plain(text))
      played.outputs.append(text)
      played.seconds.append(outcome.seconds)
      if case .failed(let diagnostic) = outcome.status {
        let isExpected = command.expected.contains { $0.contains("(\(diagnostic.code))") || $0 == "..." }
        if !isExpected { played.failures += 1 }
      }
      if runner.wasInterrupted { played.signal = SIGINT }
      if let signal = runner.terminatedBy { played.signal = signal }
      if played.signal != nil || outcome.wantsToQuit { break }
    }
    return played
  }
}

/// Shows nothing, because the outcome is compared.
package final class RecordingFrontEnd: FrontEnd, Sendable {
  package let width: Int
  package init(width: Int) { self.width = width }
  package func emit(_ event: Event) {}
  package func ask(_ prompt: String) -> String? { nil }
  /// A transcript contains the command that started it; a replay does not write the transcript.
  package var keepsTranscripts: Bool { true }
}

/// A cell's outputs as session files are written from them, with marks around what the clock decides.
package enum CellText {
  package static func text(of outcome: CellOutcome) -> String {
    var parts = outcome.outputs.map(\.recording).filter { !$0.isEmpty }
    switch outcome.status {
    case .ok: break
    case .failed(let diagnostic): parts.append(diagnostic.rendered(color: false))
    case .interrupted(let note): parts.append("interrupted" + (note.isEmpty ? "" : ": " + note))
    }
    return parts.joined(separator: "\n")
  }
}
