import Dispatch
import Notebook
import Synchronization

/// Questions to the person behind a front end: one at a time, answered by `input_reply`, given up on interrupt.
final class Questions: Sendable {
  private struct State {
    var isWaiting = false
    var answer: String?
  }
  private let state = Mutex(State())
  private let arrived = DispatchSemaphore(value: 0)

  /// Sends an `input_request` and waits. Nil when the cell is interrupted first.
  func ask(_ prompt: String, for request: Request, publisher: Publisher, interruption: Interruption) -> String? {
    state.withLock { $0 = State(isWaiting: true, answer: nil) }
    while arrived.wait(timeout: .now()) == .success {}
    publisher.send(
      .stdin, route: request.route, "input_request", parent: request.header,
      .members(["prompt": .string(prompt), "password": .bool(false)]))
    while true {
      if let answer = state.withLock({ $0.answer }) {
        state.withLock { $0 = State() }
        return answer
      }
      if interruption.isRequested {
        state.withLock { $0 = State() }
        return nil
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

  /// Looks again at whether the cell was interrupted.
  func wake() { if state.withLock({ $0.isWaiting }) { arrived.signal() } }
}
