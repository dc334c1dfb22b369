import Glibc
import POSIX
import SessionCore
import Synchronization

/// Answers messages, independent of the transport.
///
/// `receive` is called from the threads that read. Cells run one after another on a thread of their own; everything else
/// is answered immediately on the reading thread, also while a cell runs.
package final class Dispatcher: Sendable {
  let session: Session
  let publisher: Publisher
  let renderer: DrawFigure?
  let questions = Questions()
  let interruption = Interruption()
  private let thread: ExecutingThread
  private let log: @Sendable (String) -> Void
  private let onExit: @Sendable () -> Void
  private let state = Mutex(State())
  /// What the person has to know before anything else: said by the first cell that speaks, and in the banner.
  let remarks: [String]

  struct State {
    /// Queued cells, oldest first, with increasing numbers.
    var waiting: [(number: Int, request: Request)] = []
    var nextNumber = 0
    var running: Request?
    /// Cells queued before this number are aborted, because an earlier cell failed.
    var abortsBefore = 0
    var isEnding = false
    /// Whether the kernel ends when the queue is empty.
    var endsWhenIdle = false
    var ending = Ending.orderly
    var hasSaidRemarks = false

    /// Whether a cell runs or will run; queued cells that will be aborted do not count.
    var isBusy: Bool { running != nil || waiting.last.map { $0.number >= abortsBefore } ?? false }
  }

  /// Why a kernel leaves.
  package enum Ending: Sendable {
    /// Somebody asked for it, or there is nothing left to do.
    case orderly
    /// Its client wants a fresh one in its place.
    case restart
    /// A signal, or the program that started it is gone: nobody decided to give the session up.
    case cutOff
  }
  /// Why it left, or is about to.
  package var ending: Ending { state.withLock { $0.ending } }

  /// - Parameters:
  ///   - renderer: Draws figures; nil leaves them as text.
  ///   - remarks: What the first cell says besides what opening the workspace had to say.
  ///   - log: Takes a line for whoever looks after the kernel, such as standard error.
  ///   - onExit: Called once, on any thread, when the kernel is to end.
  /// - Throws: When the system has no thread for the cells.
  package init(
    session: Session, transport: any Transport, renderer: DrawFigure? = nil, remarks: [String] = [],
    log: @escaping @Sendable (String) -> Void = { _ in }, onExit: @escaping @Sendable () -> Void
  ) throws(SystemError) {
    thread = try ExecutingThread()
    self.session = session
    self.publisher = Publisher(transport: transport)
    self.renderer = renderer
    self.remarks = session.openingNotes + remarks
    self.log = log
    self.onExit = onExit
  }

  /// The remarks, the first time.
  func takeRemarks() -> [String] {
    state.withLock { state in
      defer { state.hasSaidRemarks = true }
      return state.hasSaidRemarks ? [] : remarks
    }
  }

  /// Publishes that the kernel is starting.
  package func start() { publisher.status("starting", parent: Request.noParent) }

  /// Reports input that is not a message.
  package func reject(_ name: String, _ why: String) { publisher.error(name, why, parent: Request.noParent) }

  /// Handles one message.
  package func receive(_ request: Request) {
    switch request.type {
    case "execute_request": enqueue(request)
    case "input_reply": questions.answer(request.content["value"]?.stringValue ?? "")
    default: answerNow(request)
    }
  }

  /// Asks the running cell to stop; queued cells are aborted unless they were sent with stop_on_error: false.
  package func interrupt() {
    let isBusy = state.withLock { state in
      // The request is cleared when a cell ends; without a running cell it would stop a later one.
      if state.isBusy { interruption.request() }
      return state.isBusy
    }
    if isBusy { questions.wake() }
  }

  /// Handles the end of input: runs the queued cells, then ends the kernel.
  package func finish() {
    let isIdle = state.withLock { state in
      state.endsWhenIdle = true
      return state.running == nil && state.waiting.isEmpty
    }
    questions.close()
    if isIdle { end() }
  }

  /// Stops the running cell, aborts queued ones, and ends the kernel.
  package func shutDown(_ ending: Ending = .orderly) {
    let isIdle = state.withLock { state in
      if !state.endsWhenIdle { state.ending = ending }
      state.abortsBefore = .max
      state.endsWhenIdle = true
      return state.running == nil && state.waiting.isEmpty
    }
    if isIdle { end() } else { interrupt() }
  }

  /// Closes the session and ends the kernel, once.
  private func end() {
    let isFirst = state.withLock { state in
      defer { state.isEnding = true }
      return !state.isEnding
    }
    guard isFirst else { return }
    if let lost = session.close() { log(lost) }
    onExit()
  }

  /// `quit` in a notebook: the client asks for a shutdown when it has read the reply, but not from a kernel that has
  /// already exited.
  private func endAfterReply() {
    do {
      try startThread(stackBytes: 1 << 20) { [self] in
        sleep(1)
        end()
      }
    } catch { end() }
  }

  // MARK: Cells

  private func enqueue(_ request: Request) {
    state.withLock { state in
      state.waiting.append((state.nextNumber, request))
      state.nextNumber += 1
    }
    thread.submit { [self] in runNext() }
  }

  private func runNext() {
    let next = state.withLock { state -> (request: Request, isAborted: Bool)? in
      guard !state.waiting.isEmpty else { return nil }
      let (number, request) = state.waiting.removeFirst()
      let isAborted = number < state.abortsBefore
      if !isAborted { state.running = request }
      return (request, isAborted)
    }
    guard let next else { return }
    if next.isAborted {
      abort(next.request)
    } else {
      let ending = CellExecution(dispatcher: self, request: next.request).run()
      state.withLock { state in
        state.running = nil
        interruption.clear()
        if ending == .quits { (state.abortsBefore, state.endsWhenIdle) = (.max, true) }
      }
      publisher.status("idle", parent: next.request.header)
      if ending == .quits, publisher.isNotebook { return endAfterReply() }
    }
    if state.withLock({ $0.endsWhenIdle && $0.waiting.isEmpty && $0.running == nil }) { end() }
  }

  /// Aborts the queued cells after a failed cell. Called before its reply, because cells sent after the reply are not
  /// aborted.
  func abortWaitingCells() { state.withLock { $0.abortsBefore = max($0.abortsBefore, $0.nextNumber) } }

  private func abort(_ request: Request) {
    publisher.status("busy", parent: request.header)
    // No count: it never ran, and a notebook would show the number of the cell that did.
    publisher.reply(to: request, "execute_reply", .members(["status": .string("aborted")]))
    publisher.status("idle", parent: request.header)
  }

  // MARK: Everything else

  private func answerNow(_ request: Request) {
    publisher.status("busy", parent: request.header)
    let leaves = answer(request)
    publisher.status("idle", parent: request.header)
    // Published under the lock: after the cell's own idle it would leave the notebook busy.
    if publisher.isNotebook {
      state.withLock { if let running = $0.running { publisher.status("busy", parent: running.header) } }
    }
    if let leaves { shutDown(leaves) }
  }
}
