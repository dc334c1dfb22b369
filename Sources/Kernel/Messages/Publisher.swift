import Glibc
import JSONText

/// Sends messages. Called from any thread; messages of one thread keep their order.
package protocol Transport: AnyObject, Sendable {
  /// Queues a message without waiting.
  func send(_ message: Message)
  /// Bytes given to `send` that were not read yet. Cells with much output wait until the number decreases.
  var backlog: Int { get }
  /// Whether an idle after a side request is followed by the running cell's busy again (JupyterLab shows the last).
  var isNotebook: Bool { get }
}

/// Creates messages and passes them to a transport.
package final class Publisher: Sendable {
  let headers = Headers()
  private let transport: any Transport

  package init(transport: any Transport) { self.transport = transport }

  var isNotebook: Bool { transport.isNotebook }

  /// The backlog above which a cell waits for the reader: 16 MiB.
  private static let patientBacklog = 16 << 20
  /// Whether the reader is so far behind that live figures are omitted: 1 MiB.
  var isBehind: Bool { transport.backlog > 1 << 20 }

  /// Waits while the reader is far behind, so that endless output does not fill the memory. Only the executing
  /// thread waits; other requests are answered meanwhile.
  func waitForReader(unless isInterrupted: () -> Bool) {
    while transport.backlog > Self.patientBacklog, !isInterrupted() { usleep(5000) }
  }

  /// Answers a request on the channel it came from.
  func reply(to request: Request, _ type: String, _ content: JSON) {
    let metadata: JSON =
      type == "execute_reply"
      ? .members(["status": content["status"] ?? .null, "started": request.header["date"] ?? .null]) : .empty
    send(request.channel, route: request.route, type, parent: request.header, content, metadata: metadata)
  }

  /// Publishes a message to all subscribers.
  func publish(_ type: String, parent: JSON, _ content: JSON) {
    send(.iopub, type, parent: parent, content)
  }

  /// `busy` or `idle`.
  func status(_ state: String, parent: JSON) {
    publish("status", parent: parent, .members(["execution_state": .string(state)]))
  }

  /// An `error` message.
  func error(_ name: String, _ value: String, traceback: [String] = [], parent: JSON) {
    publish("error", parent: parent, Publisher.errorContent(name, value, traceback: traceback))
  }

  static func errorContent(_ name: String, _ value: String, traceback: [String]) -> JSON {
    .members([
      "ename": .string(name), "evalue": .string(value),
      "traceback": .array((traceback.isEmpty ? [value] : traceback).map { .string($0) }),
    ])
  }

  func send(
    _ channel: Channel, route: Route = [], _ type: String, parent: JSON, _ content: JSON, metadata: JSON = .empty
  ) {
    transport.send(
      Message(
        channel: channel, route: route, type: type, header: headers.next(type), parent: parent, metadata: metadata,
        content: content))
  }
}
