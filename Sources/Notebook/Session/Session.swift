import Synchronization

/// An interpreter with its variables, history and workspace.
///
/// `execute` runs on one thread at a time, the caller's; completion, inspection and completeness may be asked from other
/// threads while a cell runs and see the session as the last finished statement left it.
package final class Session: Sendable {
  package let options: SessionOptions
  package let table: CommandTable
  private let core: Mutex<Core>
  let view: Mutex<SessionState>

  /// What a cell works on; taken when it starts and put back when it ends.
  private struct Core: Sendable {
    var state: SessionState
    var results = Results()
    var undoStack = UndoStack()
    var cell = 0
    var history = History()
  }

  /// Starts a session.
  package init(_ options: SessionOptions, table: CommandTable = .standard) throws {
    self.options = options
    self.table = table
    var state = SessionState()
    state.settings.seed = options.seed
    state.settings.threads = options.threads
    self.core = Mutex(Core(state: state))
    self.view = Mutex(state)
  }

  /// The number of the last cell.
  package var cellNumber: Int { core.withLock { $0.cell } }

  /// Variables and settings as the last finished statement left them.
  package var state: SessionState { view.withLock { $0 } }

  /// Cells of this session and, with a workspace, of earlier ones.
  package var history: History { core.withLock { $0.history } }

  /// Runs a cell of one or more statements, each shown through `frontEnd` when it is finished and kept.
  ///
  /// - Parameters:
  ///   - source: The text of the cell.
  ///   - storeHistory: Whether the cell gets a number and is kept.
  ///   - silent: Nothing is shown or kept; variables change all the same.
  ///   - interruption: Looked at between steps of work.
  package func execute(
    _ source: String, storeHistory: Bool = true, silent: Bool = false, frontEnd: any FrontEnd,
    interruption: Interruption
  ) -> CellOutcome {
    let start = ContinuousClock.now
    let keeps = storeHistory && !silent
    var core = self.core.withLock { core in
      if keeps { core.cell += 1 }
      return core
    }
    let text = SourceText(source)
    let execution = Execution(
      session: self, state: core.state, results: core.results, undoStack: core.undoStack, cell: core.cell, source: text,
      frontEnd: frontEnd, interruption: interruption)
    var run = CellRun(execution: execution, source: source, silent: silent)
    run.all()
    core.state = execution.state
    core.results = execution.results
    core.undoStack = execution.undoStack
    let seconds = (ContinuousClock.now - start).seconds
    if keeps {
      core.history.add(
        HistoryEntry(
          session: 0, number: core.cell, source: source, outputs: run.outputs.map(\.text), seconds: seconds,
          succeeded: run.status == .ok))
    }
    let done = core
    self.core.withLock { $0 = done }
    if execution.state.settings.showsTime, !silent {
      frontEnd.emit(.output(Output(role: .note, text: "took \(NumberText.duration(seconds))")))
    }
    return CellOutcome(
      number: keeps ? done.cell : 0, status: run.status, seconds: seconds, outputs: run.outputs,
      wantsToQuit: execution.wantsToQuit, transcriptRequest: execution.transcriptRequest)
  }

  /// Evaluates an expression without changing anything, for `user_expressions`.
  package func evaluate(_ expression: String, width: Int = 80) throws(Diagnostic) -> Output {
    let source = SourceText(expression)
    let core = core.withLock { $0 }
    let execution = Execution(
      session: self, state: core.state, results: core.results, undoStack: core.undoStack, cell: core.cell,
      source: source,
      frontEnd: SilentFrontEnd(width: width), interruption: Interruption())
    do {
      var parser = try ExpressionParser(source, range: 0..<source.count)
      let value = try Evaluator(execution: execution).evaluate(try parser.whole())
      return value.output(width: width, format: core.state.settings.format)
    } catch let fault as Fault {
      throw Diagnostic(fault, source: expression)
    } catch {
      throw Diagnostic(Fault(.internalError, "\(error)"), source: expression)
    }
  }

  /// Shows the state to completion and inspection.
  func publish(_ state: SessionState) { view.withLock { $0 = state } }
}

/// A front end that shows nothing.
final class SilentFrontEnd: FrontEnd {
  let width: Int
  init(width: Int) { self.width = width }
  func emit(_ event: Event) {}
  func ask(_ prompt: String) -> String? { nil }
}

extension Duration {
  var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
