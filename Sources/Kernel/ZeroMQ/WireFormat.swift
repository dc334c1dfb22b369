import JSONText

/// Messages as ZeroMQ frames: routing frames, `<IDS|MSG>`, signature, header, parent header, metadata, content, buffers.
package struct WireFormat: Sendable {
  package enum Fault: Error, Equatable, Sendable {
    case noDelimiter, tooFewFrames, tooDeepRoute, badSignature, replayed, badHeader, badContent
  }

  /// What stands between the route and the message.
  package static let delimiter = Array("<IDS|MSG>".utf8)
  private let signature: Signature
  private var seen = SeenSignatures()

  package init(key: String) { signature = Signature(key: key) }

  /// Reads the frames of a request. Nothing of an unsigned message is parsed.
  package mutating func request(_ frames: [[UInt8]], on channel: Channel) throws(Fault) -> Request {
    guard let mark = frames.firstIndex(of: Self.delimiter) else { throw .noDelimiter }
    guard mark <= 16 else { throw .tooDeepRoute }
    guard frames.count >= mark + 6 else { throw .tooFewFrames }
    let given = frames[mark + 1]
    let parts = Array(frames[(mark + 2)..<(mark + 6)])
    guard signature.verify(given, parts) else { throw .badSignature }
    if !given.isEmpty, !seen.insert(given) { throw .replayed }
    guard let header = try? JSON(parsing: parts[0]) else { throw .badHeader }
    guard let content = try? JSON(parsing: parts[3]) else { throw .badContent }
    guard
      let request = Request(channel: channel, route: Array(frames[..<mark]), header: header, content: content)
    else { throw .badHeader }
    return request
  }

  /// The frames of a message. On iopub the topic takes the place of the route.
  package func frames(_ message: Message) -> [[UInt8]] {
    let parts = [message.header, message.parent, message.metadata, message.content].map { Array($0.text().utf8) }
    let route =
      message.channel == .iopub && message.route.isEmpty ? [Array("kernel.\(message.type)".utf8)] : message.route
    return route + [Self.delimiter, signature.sign(parts)] + parts
  }
}
