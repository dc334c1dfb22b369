import Glibc
import Notebook
import Synchronization

/// Answers messages, whatever carries them.
///
/// `receive` is called from the threads that read. Cells run one after another on a thread of their own; everything else
/// is answered at once on the reading thread, while a cell runs as well.
package final class Dispatcher: Sendable {
  let session: Session
  let publisher: Publisher
  let renderer: DrawFigure?
  let questions = Questions()
  let interruption = Interruption()
  private let worker = Worker()
  private let onExit: @Sendable () -> Void
  private let state = Mutex(State())

  struct State {
    /// Cells that wait, oldest first, each with a number that only grows.
    var waiting: [(number: Int, request: Request)] = []
    var nextNumber = 0
    var running: Request?
    /// Cells queued before this number are not run: one before them failed.
    var abortsBefore = 0
    var isEnding = false
    /// Leaves when the queue is empty.
    var endsWhenIdle = false

    /// Whether a cell runs or is going to: those that wait to be given up do not count.
    var isBusy: Bool { running != nil || waiting.last.map { $0.number >= abortsBefore } ?? false }
  }

  /// - Parameters:
  ///   - renderer: Draws figures; nil leaves them as text.
  ///   - onExit: Called once, on any thread, when the kernel is to end.
  package init(
    session: Session, transport: any Transport, renderer: DrawFigure? = nil,
    onExit: @escaping @Sendable () -> Void
  ) {
    self.session = session
    self.publisher = Publisher(transport: transport)
    self.renderer = renderer
    self.onExit = onExit
  }

  /// Says that the kernel is there.
  package func start() { publisher.status("starting", parent: Request.noParent) }

  /// Something came that is no message.
  package func reject(_ name: String, _ why: String) { publisher.error(name, why, parent: Request.noParent) }

  /// Takes one message.
  package func receive(_ request: Request) {
    switch request.type {
    case "execute_request": enqueue(request)
    case "input_reply": questions.answer(request.content["value"]?.stringValue ?? "")
    default: answerNow(request)
    }
  }

  /// Asks the running cell to stop; cells that wait behind it are given up when they said so.
  package func interrupt() {
    let isBusy = state.withLock { state in
      // Only a cell that ran forgets the request: without one it would stop the next, sent long after.
      if state.isBusy { interruption.request() }
      return state.isBusy
    }
    if isBusy { questions.wake() }
  }

  /// Nothing more will come, no answers either: runs what waits, then leaves.
  package func finish() {
    let isIdle = state.withLock { state in
      state.endsWhenIdle = true
      return state.running == nil && state.waiting.isEmpty
    }
    questions.close()
    if isIdle { end() }
  }

  /// Stops the running cell, gives up those that wait, and leaves.
  package func shutDown() {
    let isIdle = state.withLock { state in
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
    session.close()
    onExit()
  }

  /// `quit` in a notebook: the client asks for a shutdown when it has read the reply, but reads none of a kernel that is
  /// gone already.
  private func endAfterReply() {
    startThread(stackBytes: 1 << 20) { [self] in
      sleep(1)
      end()
    }
  }

  // MARK: Cells

  private func enqueue(_ request: Request) {
    state.withLock { state in
      state.waiting.append((state.nextNumber, request))
      state.nextNumber += 1
    }
    worker.submit { [self] in runNext() }
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

  /// A cell has failed: those that wait now are not run. Before its reply, for what a client sends after that waits for
  /// nothing.
  func abortWaitingCells() { state.withLock { $0.abortsBefore = max($0.abortsBefore, $0.nextNumber) } }

  private func abort(_ request: Request) {
    publisher.status("busy", parent: request.header)
    publisher.reply(
      to: request, "execute_reply",
      .members(["status": .string("aborted"), "execution_count": .integer(session.cellNumber)]))
    publisher.status("idle", parent: request.header)
  }

  // MARK: Everything else

  private func answerNow(_ request: Request) {
    publisher.status("busy", parent: request.header)
    let isEnding = answer(request)
    publisher.status("idle", parent: request.header)
    // Said under the lock: after the cell's own idle it would leave the notebook busy for good.
    if publisher.isNotebook {
      state.withLock { if let running = $0.running { publisher.status("busy", parent: running.header) } }
    }
    if isEnding { shutDown() }
  }
}
