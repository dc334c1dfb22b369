import Tensors

/// How the bytes of a text stand for characters.
enum TextEncoding: Equatable {
  case utf8
  /// One byte a character, as Western Windows writes it; ISO 8859-1 is the same but for quotes and dashes.
  case windows1252

  /// Characters of 0x80 to 0x9F; those that are undefined are control characters, as browsers read them.
  private static let high: [UInt16] = [
    0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D, 0x017D,
    0x8F, 0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,
    0x017E, 0x0178,
  ]

  func text(_ bytes: UnsafeRawBufferPointer) -> String {
    switch self {
    case .utf8: String(decoding: bytes, as: UTF8.self)
    case .windows1252:
      String(
        decoding: bytes.map { (0x80..<0xA0).contains($0) ? Self.high[Int($0) - 0x80] : UInt16($0) }, as: UTF16.self)
    }
  }

  /// The encoding of bytes that are no UTF-16.
  static func of(_ bytes: UnsafeRawBufferPointer) -> TextEncoding {
    guard bytes.contains(where: { $0 >= 0x80 }) else { return .utf8 }
    return String(validating: bytes, as: UTF8.self) == nil ? .windows1252 : .utf8
  }

  /// Whether the bytes are UTF-16, by their mark or by the zeros of every second byte, and which half comes first.
  static func utf16(_ bytes: UnsafeRawBufferPointer) -> (isBigEndian: Bool, start: Int)? {
    guard bytes.count >= 4 else { return nil }
    if bytes[0] == 0xFF, bytes[1] == 0xFE, bytes[2] != 0 || bytes[3] != 0 { return (false, 2) }
    if bytes[0] == 0xFE, bytes[1] == 0xFF { return (true, 2) }
    let head = bytes.prefix(min(bytes.count, 256) & ~1)
    func isText(_ offset: Int) -> Bool {
      stride(from: offset, to: head.count, by: 2).allSatisfy { head[$0] >= 32 || (9...13).contains(head[$0]) }
    }
    func isZero(_ offset: Int) -> Bool { stride(from: offset, to: head.count, by: 2).allSatisfy { head[$0] == 0 } }
    guard bytes.count.isMultiple(of: 2) else { return nil }
    if isText(0), isZero(1) { return (false, 0) }
    if isText(1), isZero(0) { return (true, 0) }
    return nil
  }

  /// UTF-16 as UTF-8.
  static func utf8(of bytes: UnsafeRawBufferPointer, isBigEndian: Bool, start: Int) throws -> Storage {
    var units: [UInt16] = []
    units.reserveCapacity(bytes.count / 2)
    for at in stride(from: start, to: bytes.count - 1, by: 2) {
      let (low, high) = isBigEndian ? (bytes[at + 1], bytes[at]) : (bytes[at], bytes[at + 1])
      units.append(UInt16(high) << 8 | UInt16(low))
    }
    let text = Array(String(decoding: units, as: UTF16.self).utf8)
    let storage = try Storage(byteCount: max(text.count, 1))
    text.withUnsafeBytes { text in
      if let from = text.baseAddress { storage.base.copyMemory(from: from, byteCount: text.count) }
    }
    return storage
  }
}
