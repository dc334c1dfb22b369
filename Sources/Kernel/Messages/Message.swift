import JSONText

/// Which of Jupyter's channels a message belongs to.
package enum Channel: String, Sendable, CaseIterable {
  case shell, control, stdin, iopub
}

/// The receiver of a reply: the routing frames of a ZeroMQ client; empty over stdio.
package typealias Route = [[UInt8]]

/// A received message: Jupyter messaging protocol 5.5.
package struct Request: Sendable {
  package var channel: Channel
  package var route: Route
  /// The whole header, returned as `parent_header` of every message that belongs to it.
  package var header: JSON
  package var content: JSON
  /// `header.msg_type`.
  package var type: String

  /// Nil when the header lacks a type.
  package init?(channel: Channel, route: Route = [], header: JSON, content: JSON) {
    guard case .object = header, let type = header["msg_type"]?.stringValue else { return nil }
    self.channel = channel
    self.route = route
    self.header = header
    self.content = content
    self.type = type
  }

  /// The parent of messages without a request: `status starting`, errors about input that is not a message.
  package static let noParent = JSON.object([])
}

/// A message to send.
package struct Message: Sendable {
  package var channel: Channel
  package var route: Route
  package var type: String
  package var header: JSON
  package var parent: JSON
  package var metadata: JSON
  package var content: JSON

  package init(
    channel: Channel, route: Route = [], type: String, header: JSON, parent: JSON, metadata: JSON, content: JSON
  ) {
    self.channel = channel
    self.route = route
    self.type = type
    self.header = header
    self.parent = parent
    self.metadata = metadata
    self.content = content
  }

  /// The whole message as one JSON object, as machine mode and Jupyter's WebSockets write it.
  package var json: JSON {
    .object([
      .init("channel", .string(channel.rawValue)), .init("header", header), .init("parent_header", parent),
      .init("metadata", metadata), .init("content", content), .init("buffers", .array([])),
    ])
  }
}

extension JSON {
  /// An object from a literal, keys in their order.
  static func members(_ members: KeyValuePairs<String, JSON>) -> JSON {
    .object(members.map { JSON.Member($0.key, $0.value) })
  }

  static let empty = JSON.object([])
}
