import Tensors

/// Damaged versions of good files: what a disk, a network or an adversary makes of them. Equal seeds, equal damage.
package struct Mutator {
  private let stream: RandomStream
  private var position = 0

  package init(seed: UInt64) { stream = RandomStream(seed: seed, purpose: "mutations") }

  private mutating func below(_ limit: Int) -> Int {
    position += 1
    return limit <= 1 ? 0 : Int((UInt64(stream.word(position)) * UInt64(limit)) >> 32)
  }

  /// Numbers that lengths, extents and offsets get wrong.
  private static let numbers: [UInt64] = [
    0, 1, 0x7F, 0x80, 0xFF, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 0x7FFF_FFFF_FFFF_FFFF,
    0x8000_0000_0000_0000, .max,
  ]
  private static let words = [
    "9999999999999999999", "-1", "0", "18446744073709551615", "4611686018427387904", "''", "()", "{}", "[", "\"",
    "null",
    "1e400", "True", "|O", ">f8", "<c16", "U8", "F64", ",", ":", "\u{0}", "é",
  ]

  /// A few mutations of `bytes`, some of them pieces of `other`.
  package mutating func mutated(_ bytes: [UInt8], splicing other: [UInt8]) -> [UInt8] {
    var result = bytes
    for _ in 0...below(4) { mutate(&result, other) }
    return result
  }

  private mutating func mutate(_ bytes: inout [UInt8], _ other: [UInt8]) {
    // Most of what can go wrong is in the first bytes.
    let at = below(below(2) == 0 ? min(bytes.count, 160) : bytes.count)
    guard at < bytes.count else { return }
    switch below(9) {
    case 0: bytes[at] ^= 1 << UInt8(below(8))
    case 1: bytes[at] = UInt8(below(256))
    case 2: bytes.removeLast(below(bytes.count))
    case 3: bytes.removeSubrange(at..<min(at + 1 + below(16), bytes.count))
    case 4:
      let word = Self.numbers[below(Self.numbers.count)]
      for byte in 0..<min([1, 2, 4, 8][below(4)], bytes.count - at) {
        bytes[at + byte] = UInt8(truncatingIfNeeded: word >> (8 * UInt64(byte)))
      }
    case 5: bytes.insert(contentsOf: Self.words[below(Self.words.count)].utf8, at: at)
    case 6:
      // A run of digits becomes another number.
      guard let first = bytes[at...].firstIndex(where: Self.isDigit) else { return }
      let end = bytes[first...].firstIndex { !Self.isDigit($0) } ?? bytes.count
      bytes.replaceSubrange(first..<end, with: Self.words[below(5)].utf8)
    case 7: bytes.append(contentsOf: [UInt8](repeating: UInt8(below(256)), count: below(64)))
    default:
      guard !other.isEmpty else { return }
      let from = below(other.count)
      let piece = other[from..<min(from + 1 + below(48), other.count)]
      bytes.replaceSubrange(at..<min(at + below(48), bytes.count), with: piece)
    }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
}
