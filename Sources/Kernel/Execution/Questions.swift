import Dispatch
import SessionCore
import Synchronization

/// Questions to the user of a client: one at a time, answered by `input_reply`, canceled by an interrupt and by the end
/// of input.
final class Questions: Sendable {
  private struct State {
    var isWaiting = false
    var answer: String?
    /// Whether input has ended, so that no answer can arrive.
    var isClosed = false
  }
  private let state = Mutex(State())
  private let arrived = DispatchSemaphore(value: 0)

  /// Sends an `input_request` and waits. Nil when the cell is interrupted first, or the client does not accept
  /// questions.
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
      // Both are checked under one lock, so that an answer that arrived before the end of input counts.
      let (answer, isClosed) = state.withLock { state in (state.answer, state.isClosed) }
      if answer != nil || isClosed || interruption.isRequested {
        state.withLock { state in (state.isWaiting, state.answer) = (false, nil) }
        return answer
      }
      _ = arrived.wait(timeout: .now() + .seconds(1))
    }
  }

  /// Handles an `input_reply`; ignored without an open question.
  func answer(_ text: String) {
    let wasWaiting = state.withLock { state in
      guard state.isWaiting, state.answer == nil else { return false }
      state.answer = text
      return true
    }
    if wasWaiting { arrived.signal() }
  }

  /// Handles the end of input: the open question and all later ones return nil.
  func close() {
    let wasWaiting = state.withLock { state in
      state.isClosed = true
      return state.isWaiting
    }
    if wasWaiting { arrived.signal() }
  }

  /// Wakes a waiting question to check for an interrupt.
  func wake() { if state.withLock({ $0.isWaiting }) { arrived.signal() } }
}
