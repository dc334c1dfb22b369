import Glibc
import Language
import Synchronization
import Tensors
import Text
import WorkspaceStore

/// An interpreter with its variables, history and workspace.
///
/// `execute` runs on one thread at a time, the caller's; completion, inspection and completeness may be asked from other
/// threads while a cell runs and see the session as the last finished statement left it.
package final class Session: Sendable {
  package let options: SessionOptions
  package let table: CommandTable
  /// Notes from opening the workspace: variables that could not be read, a read-only file.
  package let openingNotes: [String]
  /// The initial seed.
  package let firstSeed: UInt64
  private let core: Mutex<Core>
  private let view: Mutex<SessionState>

  /// The state that a cell works on; taken when the cell starts and put back when it ends.
  package struct Core: Sendable {
    package var state = SessionState()
    package var results = Results()
    package var undoStack = UndoStack()
    /// Where `cd -` leads.
    package var folderBefore: String?
    package var cell = 0
    package var history = History()
    package var store: Store?
    /// The workspace could not be written, or could not for a while and nobody knows.
    package var outage: Outage?
    /// States of models that were saved to a file.
    package var savedModels: Set<TrainedState> = []
    /// Workspaces that this session has left by `open`, with their trained models that were not saved to a file.
    package var unsavedByWorkspace: [String: [String]] = [:]
    /// The lesson that is being followed: then this is a copy of the session, which waits in it.
    package var lesson: LessonProgress?

    package var unsavedModels: [String] {
      state.names.filter { name in
        guard case .object(let object)? = state.variables[name]?.value else { return false }
        return object.trainedState.map { !savedModels.contains($0) } ?? false
      }
    }

    /// A core over a workspace, with everything it holds.
    package init(store: Store, options: SessionOptions, table: CommandTable) throws(StoreError) {
      let restorers = Restorers(options: options, kinds: table.knowledge.restorers)
      var (state, results) = (SessionState(), Results())
      let opened = try store.restore(
        variable: { name, stored, cell in
          state.set(name, to: try restorers.value(stored), cell: cell)
          return state.variables[name]?.revision ?? 0
        },
        result: { stored, cell in results.add(try restorers.value(stored), cell: cell) },
        reason: { error in
          let fault = Fault.translated(error)
          return "\(fault.message) (\(fault.code.rawValue))"
        })
      if let settings = opened.settings { state.settings = Settings(stored: settings) }
      store.begin(with: state.storedSettings)
      (self.state, self.results, self.store) = (state, results, store)
      cell = opened.lastCell
      history = History(store: store)
      problems = opened.problems
      interruptedCell = opened.interruptedCell
    }

    package init() {}

    package var problems: [String] = []
    /// The note about a cell that the previous session did not finish.
    package var interruptedCell: String?
  }

  /// Starts a session, with everything that its workspace holds.
  ///
  /// - Throws: `StoreError` when the workspace is open elsewhere, newer, damaged or not readable.
  package init(_ options: SessionOptions, table: CommandTable) throws(StoreError) {
    self.options = options
    self.table = table
    var core = Core()
    var remarks: [String] = []
    if let path = options.workspace {
      let store = try Session.store(path, options)
      core = try Core(store: store, options: options, table: table)
      remarks = core.problems.map { "could not be restored: \($0)" } + [core.interruptedCell].compactMap { $0 }
      if store.isReadOnly, !options.readOnly {
        remarks.append("\(path) is read-only: the session continues in memory. To keep it: save session PATH")
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
  package var workspace: String? { core.withLock { $0.base.store?.path } }

  /// Whether a lesson is being followed.
  package var isInLesson: Bool { core.withLock { $0.lesson != nil } }

  /// Variables and settings as the last finished statement left them.
  package var state: SessionState { view.withLock { $0 } }

  /// Names of trained models whose current state was not saved to a file. A workspace may contain them.
  package var unsavedModels: [String] { core.withLock { $0.base }.unsavedModels }

  /// The same for a workspace that this session used before it opened another.
  package func unsavedModels(in workspace: String) -> [String] {
    core.withLock { $0.base.unsavedByWorkspace[workspace] ?? [] }
  }

  /// The value of `_` or `_3`; nil when there is none, or the name is another.
  package func result(_ name: String) -> Value? {
    guard name.hasPrefix("_") else { return nil }
    let results = core.withLock { $0.results }
    return name == "_" ? results.last : Int(name.dropFirst()).flatMap { results[$0] }
  }

  /// Cells of this session and, with a workspace, of earlier ones.
  package var history: History { core.withLock { $0.history } }

  /// Closes the session: the workspace is marked as closed cleanly and its write-ahead log is merged.
  ///
  /// - Returns: Why the workspace could not be written, and what is lost with it; nil when it holds everything.
  @discardableResult
  package func close() -> String? {
    core.withLock { core in
      core.endLesson()
      return core.store?.close(core.state)
    }
  }

  /// The same without an end: what would be lost now.
  package var unwritten: String? {
    core.withLock { core in
      let base = core.base
      return base.store?.catchUp(base.state)
    }
  }

  /// Lets the workspace grow to `pages` pages at most, so that tests can fill the disk.
  package func limitPagesForTesting(to pages: Int) { core.withLock { $0.store?.limitPages(to: pages) } }

  /// Bytes of results that `_N` reaches, so that tests can see them bounded.
  package var resultBytesForTesting: Int { core.withLock { core in core.results.bytes } }

  /// Runs a cell of one or more statements, each shown through `frontEnd` when it is finished and kept.
  ///
  /// - Parameters:
  ///   - source: The text of the cell.
  ///   - storeHistory: Whether the cell gets a number and is kept.
  ///   - silent: Nothing is shown or kept; variables still change.
  ///   - interruption: Checked between steps of work.
  package func execute(
    _ source: String, storeHistory: Bool = true, silent: Bool = false, frontEnd: any FrontEnd,
    interruption: Interruption
  ) -> CellOutcome {
    let start = WorkClock.now
    let (typed, remarks) = Lookalikes.cleaned(source)
    // While a lesson is followed `next` is its next command.
    let lesson = self.core.withLock { $0.lessonSource(of: typed) }
    let source = lesson?.source ?? typed
    let prefix = CellPrefix(SourceText(source))
    // What is watched is shown, and nothing of it stays.
    let isKept = (lesson == nil || lesson?.isStep == true) && !(prefix?.isWatch ?? false)
    let keeps = storeHistory && !silent && isKept
    let wasInLesson = isInLesson
    let core = self.core.withLock { core in
      if keeps { core.cell += 1 }
      return core
    }
    let execution = Execution(
      session: self, core: core, source: SourceText(prefix?.blanked(SourceText(source)) ?? source), frontEnd: frontEnd,
      interruption: interruption, keepsCell: keeps)
    execution.isLessonStep = lesson?.isStep == true
    for remark in remarks { execution.note(remark) }
    var run = CellRun(execution: execution, source: source, keeps: keeps, silent: silent, start: start)
    Stopping.when({ interruption.isRequested }) {
      if case .watch(let seconds)? = prefix?.kind { run.watch(every: seconds) } else { run.all() }
    }
    let seconds = (WorkClock.now - start).seconds
    let done = execution.core
    self.core.withLock { $0 = done }
    if done.state.settings.showsTime || prefix?.kind == .time, !silent {
      frontEnd.emit(.output(Output(role: .note, text: "took \(NumberText.duration(seconds))")))
    }
    return CellOutcome(
      number: keeps ? done.cell : 0, status: run.status, seconds: seconds, outputs: run.outputs, remarks: run.remarks,
      wantsToQuit: execution.wantsToQuit, transcriptRequest: execution.transcriptRequest,
      isOfLesson: wasInLesson || done.lesson != nil)
  }

  /// Gives a cell that ran outside of the language, such as a notebook's shell command, its number and its place in the
  /// history and the workspace. Runs on the executing thread, as `execute` does.
  ///
  /// - Returns: What there is to say of the workspace.
  package func remember(_ source: String, output: String, succeeded: Bool, seconds: Double) -> String? {
    var core = self.core.withLock { core in
      core.cell += 1
      return core
    }
    // Not under the lock: who asks for the history does not wait for the disk.
    core.keep(
      CellRecord(
        number: core.cell, source: source, status: succeeded ? "ok" : "failed", error: nil, seconds: seconds,
        outputs: output.isEmpty ? [] : [OutputRecord(Output(role: .note, text: output))], result: nil))
    core.history.add(
      HistoryEntry(
        session: 0, number: core.cell, source: source, outputs: output.isEmpty ? [] : [output],
        recordings: output.isEmpty ? [] : [output], seconds: seconds, succeeded: succeeded), isStored: core.isStored)
    let remark = core.takeRemark()
    let done = core
    self.core.withLock { $0 = done }
    return remark
  }

  /// Evaluates an expression without changing anything, for `user_expressions`.
  package func evaluate(_ expression: String, width: Int = 80) throws(Diagnostic) -> Output {
    let expression = Lookalikes.cleaned(expression).text
    let source = SourceText(expression)
    let core = core.withLock { $0 }
    let execution = Execution(
      session: self, core: core, source: source, frontEnd: SilentFrontEnd(width: width), interruption: Interruption())
    do {
      var parser = try ExpressionParser(source, range: 0..<source.count)
      let value = try Evaluator(execution: execution).evaluate(try parser.whole())
      return value.output(width: width, format: core.state.settings.format, writers: table.knowledge.writers)
    } catch let fault as Fault {
      throw Diagnostic(fault, source: expression)
    } catch {
      throw Diagnostic(Fault(.internalError, "\(error)"), source: expression)
    }
  }

  /// Shows the state to completion and inspection.
  package func publish(_ state: SessionState) { view.withLock { $0 = state } }
}

/// A front end that shows nothing.
package final class SilentFrontEnd: FrontEnd {
  package let width: Int
  package init(width: Int) { self.width = width }
  package func emit(_ event: Event) {}
  package func ask(_ prompt: String) -> String? { nil }
}

extension Duration {
  package var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
