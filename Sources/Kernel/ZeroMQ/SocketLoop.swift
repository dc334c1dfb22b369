import CZeroMQ
import Dispatch
import Glibc
import POSIX
import Synchronization

/// A thread that owns sockets: it passes on received messages and sends queued ones.
///
/// Each socket has a queue of its own, so that a slow reader of one socket does not delay the others.
final class SocketLoop: Sendable {
  private struct State {
    var outgoing: [(socket: Int, frames: [[UInt8]])] = []
    var isClosing = false
  }
  /// Messages that one socket could not send yet.
  private struct Queue {
    var deferred: [[[UInt8]]] = []
    var stalledSince: ContinuousClock.Instant?
  }
  private let sockets: [Socket]
  private let state = Mutex(State())
  private let unsent = Atomic<Int>(0)
  private let wakeDescriptor: Int32
  private let done = DispatchSemaphore(value: 0)
  /// The time after which messages of a stalled subscriber are dropped.
  private static let stallTimeout = Duration.seconds(10)

  init(_ sockets: [Socket]) throws(ZeroMQError) {
    self.sockets = sockets
    wakeDescriptor = elbo_zmq_wake_descriptor()
    guard wakeDescriptor >= 0 else { throw ZeroMQError("no event descriptor") }
  }

  /// Starts the thread. `take` gets the socket's index and the frames of each message.
  func start(
    log: @escaping @Sendable (String) -> Void, _ take: @escaping @Sendable (Int, [[UInt8]]) -> Void
  ) throws(SystemError) {
    try startThread { [self] in
      run(log, take)
      sockets.forEach { $0.close() }
      done.signal()
    }
  }

  /// The number of queued bytes.
  var backlog: Int { unsent.load(ordering: .relaxed) }

  /// Sends a message by the socket at `index`, from any thread.
  func send(_ frames: [[UInt8]], by index: Int) {
    unsent.add(Self.size(frames), ordering: .relaxed)
    let mustWake = state.withLock { state in
      state.outgoing.append((index, frames))
      return state.outgoing.count == 1
    }
    if mustWake { wake() }
  }

  /// Sends what is left and ends; waits for that. False when it takes more than two seconds.
  func close() -> Bool {
    state.withLock { $0.isClosing = true }
    wake()
    return done.wait(timeout: .now() + .seconds(2)) == .success
  }

  private func wake() {
    var one: UInt64 = 1
    _ = write(wakeDescriptor, &one, 8)
  }

  private static func size(_ frames: [[UInt8]]) -> Int { frames.reduce(0) { $0 + $1.count } }

  private func run(_ log: (String) -> Void, _ take: (Int, [[UInt8]]) -> Void) {
    var items = sockets.map { zmq_pollitem_t(socket: $0.handle, fd: 0, events: Int16(ZMQ_POLLIN), revents: 0) }
    items.append(zmq_pollitem_t(socket: nil, fd: wakeDescriptor, events: Int16(ZMQ_POLLIN), revents: 0))
    var queues = sockets.map { _ in Queue() }
    while true {
      let hasDeferred = queues.contains { !$0.deferred.isEmpty }
      if elbo_zmq_poll(&items, Int32(items.count), hasDeferred ? 5 : -1) < 0, elbo_zmq_errno() != EINTR { return }
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
      for message in fresh { queues[message.socket].deferred.append(message.frames) }
      for index in sockets.indices { send(&queues[index], by: sockets[index], log) }
      if isClosing { return }
    }
  }

  /// Sends as many messages as the socket accepts.
  private func send(_ queue: inout Queue, by socket: Socket, _ log: (String) -> Void) {
    guard !queue.deferred.isEmpty else { return }
    var sent = 0
    while sent < queue.deferred.count, socket.send(queue.deferred[sent]) {
      unsent.subtract(Self.size(queue.deferred[sent]), ordering: .relaxed)
      sent += 1
    }
    queue.deferred.removeFirst(sent)
    if queue.deferred.isEmpty || sent > 0 {
      queue.stalledSince = nil
    } else if let since = queue.stalledSince {
      guard ContinuousClock.now - since > Self.stallTimeout else { return }
      log("a subscriber has stalled; dropping its messages")
      socket.dropForSlowReaders()
      queue.stalledSince = nil
    } else {
      queue.stalledSince = .now
    }
  }
}
