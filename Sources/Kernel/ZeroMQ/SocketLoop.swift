import CZeroMQ
import Dispatch
import Glibc
import Synchronization

/// A thread that owns some sockets: it hands on what comes and sends what others give it.
final class SocketLoop: Sendable {
  private struct State {
    var outgoing: [(socket: Int, frames: [[UInt8]])] = []
    var isClosing = false
  }
  private let sockets: [Socket]
  private let state = Mutex(State())
  private let wakeDescriptor: Int32
  private let done = DispatchSemaphore(value: 0)
  /// How many messages wait for a reader before the oldest go.
  private static let patience = 100_000

  init(_ sockets: [Socket]) throws(ZeroMQError) {
    self.sockets = sockets
    wakeDescriptor = elbo_zmq_wake_descriptor()
    guard wakeDescriptor >= 0 else { throw ZeroMQError("no event descriptor") }
  }

  /// Starts the thread. `take` gets the socket's index and the frames of each message.
  func start(_ take: @escaping @Sendable (Int, [[UInt8]]) -> Void) {
    startThread { [self] in
      run(take)
      sockets.forEach { $0.close() }
      done.signal()
    }
  }

  /// Sends a message by the socket at `index`, from any thread.
  func send(_ frames: [[UInt8]], by index: Int) {
    let mustWake = state.withLock { state in
      state.outgoing.append((index, frames))
      return state.outgoing.count == 1
    }
    if mustWake { wake() }
  }

  /// Sends what is left and ends; waits for that.
  func close() {
    state.withLock { $0.isClosing = true }
    wake()
    _ = done.wait(timeout: .now() + .seconds(2))
  }

  private func wake() {
    var one: UInt64 = 1
    _ = write(wakeDescriptor, &one, 8)
  }

  private func run(_ take: (Int, [[UInt8]]) -> Void) {
    var items = sockets.map { zmq_pollitem_t(socket: $0.handle, fd: 0, events: Int16(ZMQ_POLLIN), revents: 0) }
    items.append(zmq_pollitem_t(socket: nil, fd: wakeDescriptor, events: Int16(ZMQ_POLLIN), revents: 0))
    var late: [(socket: Int, frames: [[UInt8]])] = []
    while true {
      if zmq_poll(&items, Int32(items.count), late.isEmpty ? -1 : 5) < 0, zmq_errno() != EINTR { return }
      if items[sockets.count].revents != 0 {
        var count: UInt64 = 0
        _ = read(wakeDescriptor, &count, 8)
      }
      for index in sockets.indices where items[index].revents != 0 {
        while let frames = sockets[index].receive() { take(index, frames) }
      }
      let (fresh, isClosing) = state.withLock { state in
        defer { state.outgoing.removeAll() }
        return (state.outgoing, state.isClosing)
      }
      late += fresh
      var sent = 0
      while sent < late.count, sockets[late[sent].socket].send(late[sent].frames) { sent += 1 }
      late.removeFirst(sent)
      if late.count > Self.patience { late.removeFirst(late.count - Self.patience) }
      if isClosing { return }
    }
  }
}
