/// Splits a stream of bytes into lines, independent of the chunks, and stores at most `limit` bytes of a line.
package struct LineReader: Sendable {
  package enum Line: Equatable, Sendable {
    case bytes([UInt8])
    /// A line longer than the limit; its bytes are discarded.
    case tooLong(Int)
  }
  /// 64 MiB: larger than any notebook cell.
  package static let standardLimit = 64 << 20

  private let limit: Int
  private var rest: [UInt8] = []
  private var isSkipping = false

  package init(limit: Int = LineReader.standardLimit) { self.limit = limit }

  /// Adds bytes; blank lines are ignored.
  package mutating func feed(_ bytes: some RandomAccessCollection<UInt8>, _ take: (Line) -> Void) {
    var start = bytes.startIndex
    while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
      add(bytes[start..<end], take)
      finish(take)
      start = bytes.index(after: end)
    }
    add(bytes[start...], take)
  }

  /// Handles the end of the stream: the rest is a line without line end.
  package mutating func end(_ take: (Line) -> Void) { finish(take) }

  private mutating func add(_ bytes: some RandomAccessCollection<UInt8>, _ take: (Line) -> Void) {
    guard !isSkipping else { return }
    if rest.count + bytes.count > limit {
      rest = []
      isSkipping = true
      take(.tooLong(limit))
    } else {
      rest += bytes
    }
  }

  private mutating func finish(_ take: (Line) -> Void) {
    if isSkipping {
      isSkipping = false
      return
    }
    defer { rest.removeAll(keepingCapacity: rest.count < 1 << 20) }
    if rest.allSatisfy({ $0 == 0x20 || $0 == 0x0D || $0 == 0x09 }) { return }
    take(.bytes(rest))
  }
}
