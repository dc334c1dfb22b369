import Glibc

/// Lines of a descriptor that is no edited terminal, with signals between them.
package struct InputLines {
  package enum Item: Equatable, Sendable {
    case line(String)
    case end
    /// SIGINT, SIGTERM or SIGHUP arrived while nothing was to be done.
    case signal(Int32)
  }
  private let descriptor: Int32
  private let signals: SignalSource
  private var buffer: [UInt8] = []
  private var start = 0
  private var hasEnded = false
  private var isFirst = true

  package init(descriptor: Int32, signals: SignalSource) {
    self.descriptor = descriptor
    self.signals = signals
  }

  /// The next line without its newline, or "\r\n". Bytes that are no UTF-8 become U+FFFD.
  package mutating func next() -> Item {
    while true {
      if let newline = buffer[start...].firstIndex(of: UInt8(ascii: "\n")) {
        defer { start = newline + 1 }
        return .line(text(start..<newline))
      }
      if hasEnded {
        guard start < buffer.count else { return .end }
        defer { start = buffer.count }
        return .line(text(start..<buffer.count))
      }
      if let number = waitForInput() { return .signal(number) }
      buffer.removeFirst(start)
      start = 0
      var chunk = [UInt8](repeating: 0, count: 65_536)
      let count = read(descriptor, &chunk, chunk.count)
      if count > 0 {
        buffer += chunk[0..<count]
      } else if count == 0 || errno != EINTR {
        hasEnded = true
      }
    }
  }

  private mutating func text(_ line: Range<Int>) -> String {
    var bytes = buffer[line]
    // A byte order mark says nothing of UTF-8.
    if isFirst, bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }
    isFirst = false
    return String(decoding: bytes.last == UInt8(ascii: "\r") ? bytes.dropLast() : bytes, as: UTF8.self)
  }

  /// Waits until something can be read; a signal's number when one comes first.
  private func waitForInput() -> Int32? {
    while true {
      var descriptors = [
        pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
        pollfd(fd: signals.descriptor, events: Int16(POLLIN), revents: 0),
      ]
      if poll(&descriptors, 2, -1) < 0 { if errno == EINTR { continue } else { return nil } }
      if descriptors[1].revents != 0 {
        while let signal = signals.next() {
          switch signal {
          case .interrupt: return SIGINT
          case .terminate: return SIGTERM
          case .hangUp: return SIGHUP
          case .stop: SignalSource.suspendProcess()
          case .windowChanged, .continued: break
          }
        }
      }
      if descriptors[0].revents != 0 { return nil }
    }
  }
}
