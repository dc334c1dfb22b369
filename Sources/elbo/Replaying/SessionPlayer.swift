import Glibc
import Notebook
import Replay
import Terminal

/// Runs the commands of a session file in a fresh session, in memory.
///
/// Everything that could make two runs differ is fixed: seed and width come from the file's header, time zone and locale
/// are UTC and C, nothing is coloured, no progress and no times are shown, no rc file is read.
struct SessionPlayer {
  /// What each command gave.
  struct PlayedSession: Sendable {
    var outputs: [String] = []
    var seconds: [Double] = []
    /// Commands whose diagnostic the file did not expect.
    var failures = 0
    /// Stopped by a signal after these commands.
    var signal: Int32?
  }
  let process: ProcessContext
  let threads: Int?

  /// - Parameters:
  ///   - folder: The folder of the session file, where it finds files to read that the working folder does not have.
  ///   - isScratch: Runs in a fresh folder, taken away afterwards: what the commands write leaves no trace and finds none.
  ///   - show: Called with each command and its output as it comes, to be shown.
  func play(
    _ file: SessionFile, folder: String, isScratch: Bool,
    show: (SessionFile.Command, String) -> Void = { _, _ in }
  ) throws(ExitStatus) -> PlayedSession {
    let scratch = isScratch ? ScratchFolder(under: process.environment["TMPDIR"] ?? "/tmp") : nil
    defer { scratch?.remove() }
    setenv("TZ", "UTC", 1)
    tzset()
    _ = setlocale(LC_NUMERIC, "C")
    var options = process.sessionOptions(seed: file.header.seed, threads: file.header.threads ?? threads)
    // What was typed at a prompt, shortened verbs included, must read the same here.
    options.isInteractive = true
    options.allowsDownloads = file.header.usesNetwork
    options.inputDirectories = [folder] + (scratch.map { [$0.origin] } ?? [])
    let session = try startSession(options)
    let runner = try CellRunner(process: process)
    let frontEnd = RecordingFrontEnd(width: file.header.width)
    var played = PlayedSession()
    for command in file.commands {
      guard let outcome = runner.run(command.source, in: session, frontEnd: frontEnd) else { break }
      let text = CellText.text(of: outcome)
      show(command, text)
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

/// Shows nothing: what is compared is taken from the outcome.
final class RecordingFrontEnd: FrontEnd, Sendable {
  let width: Int
  init(width: Int) { self.width = width }
  func emit(_ event: Event) {}
  func ask(_ prompt: String) -> String? { nil }
  /// A transcript holds the command that started it; nothing is written when it is replayed.
  var keepsTranscripts: Bool { true }
}

/// A cell's outputs as session files hold them.
enum CellText {
  static func text(of outcome: CellOutcome) -> String {
    var parts = outcome.outputs.map(\.record).filter { !$0.isEmpty }
    switch outcome.status {
    case .ok: break
    case .failed(let diagnostic): parts.append(diagnostic.rendered(color: false))
    case .interrupted(let note): parts.append("interrupted" + (note.isEmpty ? "" : ": " + note))
    }
    return parts.joined(separator: "\n")
  }
}
