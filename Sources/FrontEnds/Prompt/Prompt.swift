import Glibc
import Notebook
import POSIX
import SessionCore
import SessionFiles
import Terminal
import Text

/// An interactive session.
package final class Prompt {
  private let process: ProcessContext
  private let color: ColorPolicy
  private let runner: CellRunner
  private let editor: LineEditor
  private let reader: PromptReader
  private let frontEnd: TerminalFrontEnd
  private let session: Session
  private let readsRC: Bool
  private let isFirstRun: Bool
  private let recovery: RecoveryWorkspace?
  private var transcript: Transcript?

  package init(process: ProcessContext, seed: UInt64?, threads: Int?, workspace: String?, readsRC: Bool)
    throws(ExitStatus)
  {
    self.process = process
    self.readsRC = readsRC
    color = process.outputColor
    runner = try CellRunner(process: process)
    editor = LineEditor(signals: process.signals, color: color)
    let historyPath = process.stateFolder + "/history"
    isFirstRun = access(historyPath, F_OK) != 0
    makeFolder(process.stateFolder)
    recovery = workspace == nil ? RecoveryWorkspace.chosen(process, editor) : nil
    var options = process.sessionOptions(
      seed: seed, threads: threads, workspace: workspace ?? recovery?.path)
    options.isInteractive = true
    let session = try startSession(options)
    self.session = session
    frontEnd = TerminalFrontEnd(process: process, isPrompt: true, interruption: runner.interrupter)
    reader = PromptReader(editor: editor, session: session, history: HistoryFile(path: historyPath))
    let (completer, color) = (PromptCompleter(session: session), color)
    editor.configureCompletion(
      complete: { completer.complete($0, cursor: $1) },
      help: { line, cursor in
        completer.help(line, cursor: cursor, width: process.screen.columns).map {
          Style.faint.apply(HangingText.wrapped($0, to: process.screen.columns), color)
        }
      })
    let (painter, external) = (LinePainter(session: session), ExternalEditor(process: process))
    editor.configureLine(paint: { painter.painted($0) }, edit: { external.edited($0) })
    runner.onRepeatedInterrupt = { [frontEnd] in frontEnd.remark("stopping at the end of this step …") }
  }

  /// Runs until the user quits; returns the exit code.
  ///
  /// - Parameter first: A cell to run before anything is typed.
  package func run(first: String? = nil) -> Int32 {
    say(
      Banner.text(
        isFirstRun: isFirstRun, workspace: session.options.workspace, isRecovery: recovery != nil, color: color,
        width: process.screen.columns))
    for remark in session.openingNotes {
      process.say(remark, .warning)
    }
    if session.options.workspace == nil {
      let folder = RecoveryWorkspace.folder(process)
      process.say(
        "\(folder) cannot be written: nothing of this session is on disk. To keep it: save session work.elbodb",
        .warning)
    }
    if readsRC { runRC() }
    if let signal = runner.terminatedBy { return terminated(signal) }
    if let first, let code = run([first]) { return code }
    while true {
      switch reader.next() {
      case .cells(let cells):
        if let code = run(cells) { return code }
      case .help(let source):
        help(on: source)
        if let signal = runner.terminatedBy { return terminated(signal) }
        reader.initial = source
      case .shell(let command):
        if case .quit(let code) = shell(command) { return code }
      case .terminated(let signal): return terminated(signal)
      case .endOfInput:
        say("\n")
        if let code = confirmQuit() { return code }
      }
    }
  }

  /// The outcome of a line.
  private enum Outcome {
    case done
    /// The rest of the paste must not run.
    case failed
    /// The session is over, with this exit code.
    case quit(Int32)
  }

  /// Runs cells in order; the exit code when the session is over.
  private func run(_ cells: [String]) -> Int32? {
    for (index, source) in cells.enumerated() {
      // A paste of several is shown command by command, as if it had been typed.
      if cells.count > 1 {
        let lines = SessionFile.promptLines(source).map { line in
          Style.prompt.apply(String(line.prefix(5)), color) + VisibleText.name(String(line.dropFirst(5))) + "\n"
        }
        say(lines.joined())
      }
      switch cells.count > 1 ? runPasted(source) : runCell(source) {
      case .done: continue
      case .quit(let code): return code
      case .failed:
        let left = cells.count - index - 1
        if left > 0 {
          say(Style.warning.apply("\(left) pasted \(left == 1 ? "command" : "commands") not run", color) + "\n")
        }
        return nil
      }
    }
    return nil
  }

  /// Runs one of several pasted commands as if it had been typed, except that the next prompt does not start with it.
  private func runPasted(_ source: String) -> Outcome {
    switch PromptReader.meaning(of: source) {
    case .shell(let command)?: return shell(command)
    case .help(let topic)?:
      help(on: topic)
      return runner.terminatedBy.map { .quit(terminated($0)) } ?? .done
    default: return runCell(source)
    }
  }

  private func runCell(_ source: String) -> Outcome {
    if source != PromptReader.lessonStep { reader.remember(source) }
    let ran = withoutControlEcho { runner.run(source, in: session, frontEnd: frontEnd) }
    guard let outcome = ran else { return .done }
    if let failure = frontEnd.closedBy { return .quit(StandardOutput.exitCode(after: failure)) }
    if let signal = runner.terminatedBy { return .quit(terminated(signal)) }
    var isDone = true
    switch outcome.status {
    case .ok: break
    case .failed(let diagnostic):
      isDone = false
      say(process.shown(diagnostic, on: STDOUT_FILENO) + "\n")
    case .interrupted(let note):
      isDone = false
      process.say("interrupted" + (note.isEmpty ? "" : ": " + note), .warning)
    }
    keepTranscript(source, outcome)
    if outcome.wantsToQuit, let code = confirmQuit() { return .quit(code) }
    return isDone ? .done : .failed
  }

  /// Writes the cell to the transcript, if there is one; starts or ends one when the cell asked for it.
  private func keepTranscript(_ source: String, _ outcome: CellOutcome) {
    defer { frontEnd.isRecording = transcript != nil }
    do throws(FileFailure) {
      // A lesson runs in a copy of the session, and what was watched is no cell.
      if !outcome.isOfLesson, outcome.number > 0 { try transcript?.add(source, outcome) }
      switch outcome.transcriptRequest {
      case .start(let path):
        transcript = try Transcript(path: path, session: session, width: process.screen.columns)
      case .stop: transcript = nil
      case nil: break
      }
    } catch {
      transcript = nil
      process.say("the transcript ends here: \(error)", .error)
    }
  }

  /// `word?`: help.
  private func help(on source: String) {
    let text = session.inspect(
      source, cursor: source.unicodeScalars.count, width: process.screen.columns)?.text
    if let text {
      // On the executing thread, so that signals are answered while a pager shows it.
      let frontEnd = frontEnd
      runner.interrupter.clear()
      _ = runner.perform { frontEnd.emit(.output(Output(role: .display, text: text))) }
    } else {
      process.say("no help on '\(source)'. Try: help")
    }
    reader.remember(source + "?")
  }

  private func shell(_ command: String) -> Outcome {
    reader.remember("!" + command)
    let status = (try? ChildProcess(shell: command))?.wait() ?? -1
    var wasInterrupted = false
    var ending: Int32?
    while let signal = process.signals.next() {
      switch signal {
      // Keyboard signals were sent to the command; within a paste, Ctrl-C also drops the rest.
      case .interrupt: wasInterrupted = true
      case .stop, .continued, .windowChanged: break
      case .terminate: ending = SIGTERM
      case .hangUp: ending = SIGHUP
      }
    }
    if let ending { return .quit(terminated(ending)) }
    if status >= 0, status & 0x7F == 0, status >> 8 != 0 {
      say(Style.faint.apply("exit code \((status >> 8) & 0xFF)", color) + "\n")
    }
    return wasInterrupted ? .failed : .done
  }

  private func runRC() {
    let path = process.configurationFolder + "/rc.elbo"
    guard access(path, F_OK) == 0 else { return }
    switch textOfFile(path) {
    case .failure(let failure): process.say("\(failure)", .warning)
    case .success(let text):
      let session = session
      for cell in BatchScript(text: text, name: path).cells(session) {
        let (interruption, frontEnd) = (runner.interrupter, frontEnd)
        let outcome = runner.perform {
          session.execute(
            cell.source, storeHistory: false, silent: true, frontEnd: frontEnd, interruption: interruption)
        }
        if case .failed(let diagnostic)? = outcome?.status {
          say(process.shown(diagnostic, place: "\(path):\(cell.line): ", on: STDOUT_FILENO) + "\n")
        }
      }
    }
  }

  // MARK: Quitting

  /// Trained models that would be lost with the recovery workspace.
  private var unsaved: [String] {
    session.workspace == recovery?.path || session.workspace == nil ? session.unsavedModels : []
  }

  /// Quits, after a confirmation when models would be lost; returns nil when the user cancels.
  private func confirmQuit() -> Int32? {
    let names = unsaved
    // Of a recovery workspace nothing stays anyway.
    let unwritten = session.workspace == recovery?.path ? nil : session.unwritten
    if let unwritten {
      process.say("\(unwritten). 'save session PATH' writes everything to another file.")
    }
    if !names.isEmpty {
      let list = names.joined(separator: ", ")
      let noun = names.count == 1 ? "Model" : "Models"
      process.say("\(noun) \(list) would be lost; 'save session work.elbodb' saves everything.")
    }
    if !names.isEmpty || unwritten != nil {
      switch reader.ask("Quit anyway? [y/N] ") {
      case .line(let answer):
        if !["y", "yes"].contains(answer.lowercased()) { return nil }
      case .terminated(let signal): return terminated(signal)
      case .endOfInput, .interrupted:
        say("\n")
        return nil
      }
    }
    session.close()
    guard let recovery else { return 0 }
    let left = session.unsavedModels(in: recovery.path)
    if left.isEmpty {
      recovery.remove()
    } else {
      // The session before 'open' has trained models that were not saved to a file.
      let noun = left.count == 1 ? "Model" : "Models"
      process.say(
        "\(noun) \(left.joined(separator: ", ")) of the session before 'open' will be offered at the next start.")
      recovery.release()
    }
    return 0
  }

  /// Handles a fatal signal: the recovery workspace is kept and offered at the next start.
  private func terminated(_ signal: Int32) -> Int32 {
    if recovery == nil, let lost = session.close() { writeAll("elbo: \(lost)\n", to: STDERR_FILENO) }
    if session.cellNumber == 0 { recovery?.remove() }
    say("\n")
    return 128 + signal
  }

  private func say(_ text: String) { writeAll(text, to: STDOUT_FILENO) }
}
