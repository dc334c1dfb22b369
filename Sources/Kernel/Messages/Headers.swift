import Glibc
import JSONText
import Synchronization

/// Makes headers: every message of a kernel has its session and a number of its own.
package final class Headers: Sendable {
  /// The version of the messaging protocol.
  package static let protocolVersion = "5.5"

  package let session = Headers.randomIdentifier()
  private let count = Atomic<Int>(0)
  private let user: String

  package init(user: String = "kernel") { self.user = user }

  /// A header for a message that is sent now.
  package func next(_ type: String) -> JSON {
    let number = count.add(1, ordering: .relaxed).newValue
    return .members([
      "msg_id": .string("\(session)_\(number)"), "msg_type": .string(type), "username": .string(user),
      "session": .string(session), "date": .string(Headers.now()),
      "version": .string(Headers.protocolVersion),
    ])
  }

  /// 128 random bits in hexadecimal.
  package static func randomIdentifier() -> String {
    var generator = SystemRandomNumberGenerator()
    return hexadecimal((0..<16).map { _ in UInt8.random(in: 0...255, using: &generator) })
  }

  /// The time in UTC as ISO 8601 with microseconds.
  private static func now() -> String {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    var parts = tm()
    gmtime_r(&time.tv_sec, &parts)
    func digits(_ value: Int, _ width: Int) -> String {
      let text = String(value)
      return String(repeating: "0", count: max(0, width - text.count)) + text
    }
    let date = "\(parts.tm_year + 1900)-\(digits(Int(parts.tm_mon) + 1, 2))-\(digits(Int(parts.tm_mday), 2))"
    let clock = "\(digits(Int(parts.tm_hour), 2)):\(digits(Int(parts.tm_min), 2)):\(digits(Int(parts.tm_sec), 2))"
    return "\(date)T\(clock).\(digits(time.tv_nsec / 1000, 6))Z"
  }
}

/// Bytes in lower-case hexadecimal.
package func hexadecimal(_ bytes: [UInt8]) -> String {
  let digits = Array("0123456789abcdef".utf8)
  var text: [UInt8] = []
  text.reserveCapacity(bytes.count * 2)
  for byte in bytes { text += [digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
  return String(decoding: text, as: UTF8.self)
}
