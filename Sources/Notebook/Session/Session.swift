import Glibc
import Synchronization
import Tensors

/// An interpreter with its variables, history and workspace.
///
/// `execute` runs on one thread at a time, the caller's; completion, inspection and completeness may be asked from other
/// threads while a cell runs and see the session as the last finished statement left it.
package final class Session: Sendable {
  package let options: SessionOptions
  package let table: CommandTable
  /// What opening the workspace had to say: variables that could not be read, a file open for reading alone.
  package let openingNotes: [String]
  /// The seed it began with.
  package let firstSeed: UInt64
  private let core: Mutex<Core>
  private let view: Mutex<SessionState>

  /// What a cell works on; taken when it starts and put back when it ends.
  struct Core: Sendable {
    var state = SessionState()
    var results = Results()
    var undoStack = UndoStack()
    var cell = 0
    var history = History()
    var store: Store?
    /// The workspace could not be written the last time.
    var isDetached = false
    /// Models that a file of their own holds, as they are there.
    var savedModels: Set<ModelStamp> = []
    /// Workspaces that the session was left for others in, with their trained models that no file of their own holds.
    var unsavedByWorkspace: [String: [String]] = [:]

    var unsavedModels: [String] {
      state.names.filter { name in
        guard case .object(let object as ModelValue)? = state.variables[name]?.value else { return false }
        return object.training.step > 0 && !savedModels.contains(object.stamp)
      }
    }

    /// A core over a workspace, with everything it holds.
    init(store: Store, options: SessionOptions) throws(StoreError) {
      let restored = try store.restore(Restorers(options: options))
      state = restored.state
      results = restored.results
      cell = restored.lastCell
      history = History(store: store)
      self.store = store
      problems = restored.problems
      interruptedCell = restored.interruptedCell
    }

    init() {}

    var problems: [String] = []
    /// What to say of the cell in whose middle the session before ended.
    var interruptedCell: String?
  }

  /// Starts a session, with everything that its workspace holds.
  ///
  /// - Throws: `StoreError` when the workspace is open elsewhere, newer, damaged or not readable.
  package init(_ options: SessionOptions, table: CommandTable = .standard) throws(StoreError) {
    self.options = options
    self.table = table
    var core = Core()
    var remarks: [String] = []
    if let path = options.workspace {
      let store = try Session.store(path, options)
      core = try Core(store: store, options: options)
      remarks = core.problems.map { "could not be restored: \($0)" } + [core.interruptedCell].compactMap { $0 }
      if store.isReadOnly {
        remarks.append("\(path) can only be read: the session goes on in memory. Keep it with: save session PATH")
      }
    }
    if let seed = options.seed { (core.state.settings.seed, core.state.settings.draws) = (seed, 0) }
    if let threads = options.threads { core.state.settings.threads = threads }
    openingNotes = remarks
    firstSeed = core.state.settings.seed
    view = Mutex(core.state)
    self.core = Mutex(core)
  }

  /// A workspace that may not be written is opened for reading.
  private static func store(_ path: String, _ options: SessionOptions) throws(StoreError) -> Store {
    do {
      return try Store(path: path, readOnly: options.readOnly, program: options.version)
    } catch StoreError.readOnly where access(path, F_OK) == 0 {
      return try Store(path: path, readOnly: true, program: options.version)
    }
  }

  /// The number of the last cell.
  package var cellNumber: Int { core.withLock { $0.cell } }

  /// The workspace's path; nil in memory.
  package var workspace: String? { core.withLock { $0.store?.path } }

  /// Variables and settings as the last finished statement left them.
  package var state: SessionState { view.withLock { $0 } }

  /// Names of trained models that no file of their own holds as they are now. A workspace may hold them.
  package var unsavedModels: [String] { core.withLock { $0 }.unsavedModels }

  /// The same of a workspace that this session was in before it opened another.
  package func unsavedModels(in workspace: String) -> [String] {
    core.withLock { $0.unsavedByWorkspace[workspace] ?? [] }
  }

  /// Cells of this session and, with a workspace, of earlier ones.
  package var history: History { core.withLock { $0.history } }

  /// Ends the session well: the workspace is marked so and its log folded in.
  package func close() { core.withLock { $0.store?.close($0.state) } }

  /// Lets the workspace grow to `pages` pages at most, so that tests can fill the disk.
  package func limitPagesForTesting(to pages: Int) { core.withLock { $0.store?.limitPages(to: pages) } }

  /// Bytes of results that `_N` reaches, so that tests can see them bounded.
  package var resultBytesForTesting: Int { core.withLock { core in core.results.bytes } }

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
    let core = self.core.withLock { core in
      if keeps { core.cell += 1 }
      return core
    }
    let execution = Execution(
      session: self, core: core, source: SourceText(source), frontEnd: frontEnd, interruption: interruption,
      keepsCell: keeps)
    var run = CellRun(execution: execution, source: source, keeps: keeps, silent: silent, start: start)
    Stopping.when({ interruption.isRequested }) { run.all() }
    let seconds = (ContinuousClock.now - start).seconds
    let done = execution.core
    self.core.withLock { $0 = done }
    if done.state.settings.showsTime, !silent {
      frontEnd.emit(.output(Output(role: .note, text: "took \(NumberText.duration(seconds))")))
    }
    return CellOutcome(
      number: keeps ? done.cell : 0, status: run.status, seconds: seconds, outputs: run.outputs,
      wantsToQuit: execution.wantsToQuit, transcriptRequest: execution.transcriptRequest)
  }

  /// Gives a cell that ran outside of the language, such as a notebook's shell command, its number and its place in the
  /// history and the workspace.
  package func remember(_ source: String, output: String, succeeded: Bool, seconds: Double) {
    core.withLock { core in
      core.cell += 1
      let record = CellRecord(
        number: core.cell, source: source, status: succeeded ? "ok" : "failed", error: nil, seconds: seconds,
        outputs: output.isEmpty ? [] : [Output(role: .note, text: output)], result: nil)
      var isStored = false
      if let store = core.store, !store.isReadOnly, !core.isDetached {
        isStored = (try? store.commit(record, state: core.state)) != nil
      }
      core.history.add(
        HistoryEntry(
          session: 0, number: core.cell, source: source, outputs: output.isEmpty ? [] : [output], seconds: seconds,
          succeeded: succeeded), isStored: isStored)
    }
  }

  /// Evaluates an expression without changing anything, for `user_expressions`.
  package func evaluate(_ expression: String, width: Int = 80) throws(Diagnostic) -> Output {
    let source = SourceText(expression)
    let core = core.withLock { $0 }
    let execution = Execution(
      session: self, core: core, source: source, frontEnd: SilentFrontEnd(width: width), interruption: Interruption())
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
