import Dispatch
import Notebook
import Synchronization

/// Questions to the person behind a front end: one at a time, answered by `input_reply`, given up on interrupt and
/// when no answers can come any more.
final class Questions: Sendable {
  private struct State {
    var isWaiting = false
    var answer: String?
    /// No answers will come.
    var isClosed = false
  }
  private let state = Mutex(State())
  private let arrived = DispatchSemaphore(value: 0)

  /// Sends an `input_request` and waits. Nil when the cell is interrupted first, or nobody can answer.
  func ask(_ prompt: String, for request: Request, publisher: Publisher, interruption: Interruption) -> String? {
    let isClosed = state.withLock { state in
      (state.isWaiting, state.answer) = (!state.isClosed, nil)
      return state.isClosed
    }
    if isClosed { return nil }
    while arrived.wait(timeout: .now()) == .success {}
    publisher.send(
      .stdin, route: request.route, "input_request", parent: request.header,
      .members(["prompt": .string(prompt), "password": .bool(false)]))
    while true {
      // Together: an answer that came before the end of all answers counts.
      let (answer, isClosed) = state.withLock { state in (state.answer, state.isClosed) }
      if answer != nil || isClosed || interruption.isRequested {
        state.withLock { state in (state.isWaiting, state.answer) = (false, nil) }
        return answer
      }
      _ = arrived.wait(timeout: .now() + .seconds(1))
    }
  }

  /// An `input_reply` came. Ignored when nothing was asked.
  func answer(_ text: String) {
    let wasWaiting = state.withLock { state in
      guard state.isWaiting, state.answer == nil else { return false }
      state.answer = text
      return true
    }
    if wasWaiting { arrived.signal() }
  }

  /// No answers will come any more: the open question and all later ones get none.
  func close() {
    let wasWaiting = state.withLock { state in
      state.isClosed = true
      return state.isWaiting
    }
    if wasWaiting { arrived.signal() }
  }

  /// Looks again at whether the cell was interrupted.
  func wake() { if state.withLock({ $0.isWaiting }) { arrived.signal() } }
}
