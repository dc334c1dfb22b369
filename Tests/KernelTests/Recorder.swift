import Dispatch
import JSONText
import Kernel
import Synchronization

/// Keeps what is sent, as a notebook would.
final class Recorder: Transport {
  let isNotebook = true
  let unread = Atomic<Int>(0)
  private let messages = Mutex<[Message]>([])
  private let arrived = DispatchSemaphore(value: 0)
  private let listener = Mutex<(@Sendable (Message) -> Void)?>(nil)

  var backlog: Int { unread.load(ordering: .relaxed) }

  /// Calls `listener` with each message, on the thread that sends it.
  func listen(_ listener: @escaping @Sendable (Message) -> Void) { self.listener.withLock { $0 = listener } }

  func send(_ message: Message) {
    messages.withLock { $0.append(message) }
    arrived.signal()
    let listener = self.listener.withLock { $0 }
    listener?(message)
  }

  func about(_ id: String) -> [Message] {
    messages.withLock { $0.filter { $0.parent["msg_id"]?.stringValue == id } }
  }

  func kinds(_ id: String) -> [String] {
    about(id).map { $0.content["execution_state"]?.stringValue ?? $0.type }
  }

  func content(_ id: String, _ type: String) -> JSON? { about(id).first { $0.type == type }?.content }

  /// What its streams say.
  func text(_ id: String) -> String {
    about(id).filter { $0.type == "stream" }.compactMap { $0.content["text"]?.stringValue }.joined()
  }

  func waitFor(_ condition: (Message) -> Bool) {
    while !messages.withLock({ $0.contains(where: condition) }) { arrived.wait() }
  }

  func waitForIdle(_ id: String) {
    waitFor { $0.parent["msg_id"]?.stringValue == id && $0.content["execution_state"]?.stringValue == "idle" }
  }
}
