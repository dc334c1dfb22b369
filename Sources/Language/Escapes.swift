/// What stands behind a backslash between quotes: the escapes of Python's string literals, which papermill and other
/// tools write.
///
///     \\ \' \" \a \b \f \n \r \t \v   \101 (octal)   \xe9   \u00e9   \U0001f600   \N{GREEK SMALL LETTER BETA}
///     a backslash at the end of a line: nothing
///
/// Any other backslash stands for itself.
package enum Escapes {
  /// - Parameters:
  ///   - start: The offset of the backslash.
  ///   - limit: Where the text ends.
  /// - Returns: The bytes it stands for, and the offset after it.
  package static func read(_ bytes: [UInt8], at start: Int, limit: Int) -> (bytes: [UInt8], after: Int) {
    guard start + 1 < limit else { return ([bytes[start]], start + 1) }
    let kind = bytes[start + 1]
    if let byte = plain[kind] { return ([byte], start + 2) }
    switch kind {
    case 0x0A: return ([], start + 2)
    case UInt8(ascii: "0")...UInt8(ascii: "7"):
      var (value, end): (UInt32, Int) = (0, start + 1)
      while end < min(limit, start + 4), (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(bytes[end]) {
        value = value * 8 + UInt32(bytes[end] - UInt8(ascii: "0"))
        end += 1
      }
      if let text = utf8(value) { return (text, end) }
    case UInt8(ascii: "x"): if let found = scalar(bytes, start, digits: 2, limit) { return found }
    case UInt8(ascii: "u"): if let found = scalar(bytes, start, digits: 4, limit) { return found }
    case UInt8(ascii: "U"): if let found = scalar(bytes, start, digits: 8, limit) { return found }
    case UInt8(ascii: "N"): if let found = named(bytes, start, limit) { return found }
    default: break
    }
    return ([bytes[start], kind], start + 2)
  }

  private static let plain: [UInt8: UInt8] = [
    UInt8(ascii: "\\"): UInt8(ascii: "\\"), UInt8(ascii: "'"): UInt8(ascii: "'"),
    UInt8(ascii: "\""): UInt8(ascii: "\""),
    UInt8(ascii: "a"): 7, UInt8(ascii: "b"): 8, UInt8(ascii: "t"): 9, UInt8(ascii: "n"): 10, UInt8(ascii: "v"): 11,
    UInt8(ascii: "f"): 12, UInt8(ascii: "r"): 13,
  ]

  private static func utf8(_ value: UInt32) -> [UInt8]? { Unicode.Scalar(value).map { Array(String($0).utf8) } }

  /// `digits` hexadecimal digits; of JSON's habit, a pair of surrogates, one character.
  private static func scalar(_ bytes: [UInt8], _ start: Int, digits: Int, _ limit: Int) -> (bytes: [UInt8], after: Int)?
  {
    guard let value = hexadecimal(bytes, from: start + 2, digits, limit) else { return nil }
    let end = start + 2 + digits
    if let text = utf8(value) { return (text, end) }
    guard digits == 4, (0xD800..<0xDC00).contains(value), end + 1 < limit, bytes[end] == UInt8(ascii: "\\"),
      bytes[end + 1] == UInt8(ascii: "u"), let low = hexadecimal(bytes, from: end + 2, 4, limit),
      (0xDC00..<0xE000).contains(low), let text = utf8(0x10000 + (value - 0xD800) << 10 + (low - 0xDC00))
    else { return nil }
    return (text, end + 6)
  }

  private static func hexadecimal(_ bytes: [UInt8], from start: Int, _ digits: Int, _ limit: Int) -> UInt32? {
    guard start + digits <= limit else { return nil }
    // Not by UInt32(_:radix:) alone, which takes a sign.
    let text = bytes[start..<start + digits]
    guard text.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) else { return nil }
    return UInt32(String(decoding: text, as: UTF8.self), radix: 16)
  }

  /// `\N{NAME}` by Unicode's own names, aliases too.
  private static func named(_ bytes: [UInt8], _ start: Int, _ limit: Int) -> (bytes: [UInt8], after: Int)? {
    guard start + 2 < limit, bytes[start + 2] == UInt8(ascii: "{"),
      let end = bytes[start + 3..<limit].firstIndex(of: UInt8(ascii: "}"))
    else { return nil }
    let name = String(decoding: bytes[start + 3..<end], as: UTF8.self).uppercased()
    // A look at all characters takes a while, and names are short.
    guard !name.isEmpty, name.utf8.count < 100 else { return nil }
    for value in UInt32(0)..<0x110000 {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let properties = scalar.properties
      if properties.name == name || properties.nameAlias == name { return (Array(String(scalar).utf8), end + 1) }
    }
    return nil
  }
}
