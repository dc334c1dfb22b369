import CZeroMQ
import Glibc
import POSIX
import Synchronization

/// Jupyter's sockets: ROUTER shell, control and stdin, XPUB iopub, REP heartbeat.
///
/// Three threads: one owns shell, stdin and iopub, one control, one the heartbeat. None of them executes cells, so all of
/// them always answer.
package final class ZeroMQTransport: Transport {
  /// The pointer is only used by `close`, once, when the loops have ended.
  private nonisolated(unsafe) let context: UnsafeMutableRawPointer
  private let main: SocketLoop
  private let control: SocketLoop
  private let heartbeat: SocketLoop
  private let outgoing: WireFormat
  private let incoming: Mutex<WireFormat>
  private let headers = Headers()
  package let isNotebook = true

  private enum Place { static let (shell, stdin, iopub) = (0, 1, 2) }

  /// Listens where the connection file says, and nowhere else.
  package init(_ file: ConnectionFile) throws(ZeroMQError) {
    guard let context = elbo_zmq_ctx_new() else {
      throw ZeroMQError("no ZeroMQ context from libzmq.so.5, which is in the package libzmq5")
    }
    self.context = context
    main = try SocketLoop([
      try Socket(context, type: ZMQ_ROUTER, endpoint: file.endpoint(.shell)),
      try Socket(context, type: ZMQ_ROUTER, endpoint: file.endpoint(.stdin)),
      try Socket(context, type: ZMQ_XPUB, endpoint: file.endpoint(.iopub)),
    ])
    control = try SocketLoop([try Socket(context, type: ZMQ_ROUTER, endpoint: file.endpoint(.control))])
    heartbeat = try SocketLoop([try Socket(context, type: ZMQ_REP, endpoint: file.endpoint(.heartbeat))])
    outgoing = WireFormat(key: file.key)
    incoming = Mutex(WireFormat(key: file.key))
  }

  /// Begins to listen. Messages that are not signed as they must be are dropped, with a line for the log.
  package func start(
    _ dispatcher: Dispatcher, log: @escaping @Sendable (String) -> Void
  ) throws(SystemError) {
    try heartbeat.start(log: log) { [heartbeat] _, frames in heartbeat.send(frames, by: 0) }
    try control.start(log: log) { [self] _, frames in take(frames, .control, dispatcher, log) }
    try main.start(log: log) { [self] index, frames in
      if index == Place.iopub {
        announceToSubscriber(frames)
      } else {
        take(frames, index == Place.shell ? .shell : .stdin, dispatcher, log)
      }
    }
  }

  /// Ends the kernel when its parent process has exited.
  package func watchParent(_ dispatcher: Dispatcher) throws(SystemError) {
    let parent = getppid()
    try startThread(stackBytes: 1 << 20) {
      while getppid() == parent { sleep(1) }
      dispatcher.shutDown(.cutOff)
    }
  }

  package func send(_ message: Message) {
    let frames = outgoing.frames(message)
    switch message.channel {
    case .control: control.send(frames, by: 0)
    case .shell: main.send(frames, by: Place.shell)
    case .stdin: main.send(frames, by: Place.stdin)
    case .iopub: main.send(frames, by: Place.iopub)
    }
  }

  package var backlog: Int { main.backlog }

  /// Sends what is left and closes the sockets; returns when the last replies are with the system.
  package func close() {
    let hasEnded = [control.close(), main.close(), heartbeat.close()]
    // Waits for what lingers, a second at most; with a socket still open it would wait without end.
    if hasEnded.allSatisfy({ $0 }) { elbo_zmq_ctx_term(context) }
  }

  private func take(
    _ frames: [[UInt8]], _ channel: Channel, _ dispatcher: Dispatcher, _ log: (String) -> Void
  ) {
    let result = incoming.withLock { format -> Result<Request, WireFormat.Fault> in
      do throws(WireFormat.Fault) { return .success(try format.request(frames, on: channel)) } catch {
        return .failure(error)
      }
    }
    switch result {
    case .success(let request): dispatcher.receive(request)
    case .failure(let fault): log("a message on \(channel.rawValue) was dropped: \(fault)")
    }
  }

  /// Announces a new subscription to its client, which receives every message from here on.
  private func announceToSubscriber(_ frames: [[UInt8]]) {
    guard let frame = frames.first, frame.first == 1 else { return }
    let topic = Array(frame.dropFirst())
    let message = Message(
      channel: .iopub, route: [topic], type: "iopub_welcome", header: headers.next("iopub_welcome"),
      parent: Request.noParent, metadata: .empty,
      content: .members(["subscription": .string(String(decoding: topic, as: UTF8.self))]))
    main.send(outgoing.frames(message), by: Place.iopub)
  }
}
