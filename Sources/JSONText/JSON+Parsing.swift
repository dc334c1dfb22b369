/// Text that is not JSON: where, in bytes, and why.
package struct JSONError: Error, Equatable, Sendable {
  package let offset: Int
  package let message: String
}

extension JSON {
  /// Parses one JSON value that fills `bytes` (RFC 8259), nested at most 256 deep.
  ///
  /// Numbers written without fraction or exponent that fit an `Int` become `.integer`, others `.number`. Strings must be
  /// valid UTF-8; lone surrogate escapes become U+FFFD.
  package init(parsing bytes: some Collection<UInt8>) throws(JSONError) {
    var parser = JSONParser(bytes: Array(bytes))
    self = try parser.document()
  }

  /// Parses text; see `init(parsing:)` for bytes.
  package init(parsing text: String) throws(JSONError) { try self.init(parsing: text.utf8) }
}

private struct JSONParser {
  let bytes: [UInt8]
  var position = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  mutating func document() throws(JSONError) -> JSON {
    let value = try value(depth: 0)
    skipSpace()
    guard next == nil else { throw error("something follows the value") }
    return value
  }

  func error(_ message: String) -> JSONError { JSONError(offset: position, message: message) }

  mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
  }

  mutating func expect(_ byte: UInt8) throws(JSONError) {
    skipSpace()
    guard next == byte else { throw error("expected '\(Character(UnicodeScalar(byte)))'") }
    position += 1
  }

  mutating func word(_ text: StaticString, _ value: JSON) throws(JSONError) -> JSON {
    let length = text.utf8CodeUnitCount
    let expected = UnsafeBufferPointer(start: text.utf8Start, count: length)
    guard position + length <= bytes.count, bytes[position..<position + length].elementsEqual(expected) else {
      throw error("not a JSON value")
    }
    position += length
    return value
  }

  mutating func value(depth: Int) throws(JSONError) -> JSON {
    guard depth < 256 else { throw error("nested too deeply") }
    skipSpace()
    switch next {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case nil: throw error("the text ends where a value should be")
    default: return try number()
    }
  }

  mutating func object(depth: Int) throws(JSONError) -> JSON {
    position += 1
    var members: [JSON.Member] = []
    skipSpace()
    if next == UInt8(ascii: "}") {
      position += 1
      return .object([])
    }
    while true {
      skipSpace()
      guard next == UInt8(ascii: "\"") else { throw error("expected a key") }
      let key = try string()
      try expect(UInt8(ascii: ":"))
      members.append(JSON.Member(key, try value(depth: depth + 1)))
      skipSpace()
      if next == UInt8(ascii: ",") {
        position += 1
        continue
      }
      try expect(UInt8(ascii: "}"))
      return .object(members)
    }
  }

  mutating func array(depth: Int) throws(JSONError) -> JSON {
    position += 1
    var elements: [JSON] = []
    skipSpace()
    if next == UInt8(ascii: "]") {
      position += 1
      return .array([])
    }
    while true {
      elements.append(try value(depth: depth + 1))
      skipSpace()
      if next == UInt8(ascii: ",") {
        position += 1
        continue
      }
      try expect(UInt8(ascii: "]"))
      return .array(elements)
    }
  }

  mutating func number() throws(JSONError) -> JSON {
    let start = position
    var whole = true
    if next == UInt8(ascii: "-") { position += 1 }
    let leading = position
    digits()
    guard position > leading, position == leading + 1 || bytes[leading] != UInt8(ascii: "0") else {
      throw error("not a JSON value")
    }
    if next == UInt8(ascii: ".") {
      whole = false
      position += 1
      let fraction = position
      digits()
      guard position > fraction else { throw error("expected digits") }
    }
    if let byte = next, byte | 0x20 == UInt8(ascii: "e") {
      whole = false
      position += 1
      if let sign = next, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { position += 1 }
      let exponent = position
      digits()
      guard position > exponent else { throw error("expected digits") }
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if whole, let value = Int(text) { return .integer(value) }
    guard let value = Double(text) else { throw error("not a number") }
    return .number(value)
  }

  mutating func digits() {
    while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
  }

  mutating func string() throws(JSONError) -> String {
    position += 1
    var text: [UInt8] = []
    while let byte = next {
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        guard let valid = String(validating: text, as: UTF8.self) else { throw error("a string is not UTF-8") }
        return valid
      case UInt8(ascii: "\\"):
        position += 1
        try escape(into: &text)
      case 0..<0x20: throw error("a control character in a string")
      default:
        text.append(byte)
        position += 1
      }
    }
    throw error("a string does not end")
  }

  mutating func escape(into text: inout [UInt8]) throws(JSONError) {
    guard let byte = next else { throw error("a string does not end") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(8)
    case UInt8(ascii: "f"): text.append(12)
    case UInt8(ascii: "n"): text.append(10)
    case UInt8(ascii: "r"): text.append(13)
    case UInt8(ascii: "t"): text.append(9)
    case UInt8(ascii: "u"): text += Array(String(Character(try unicode())).utf8)
    default: throw error("unknown escape")
    }
  }

  mutating func unicode() throws(JSONError) -> UnicodeScalar {
    let replacement = UnicodeScalar(0xFFFD as UInt16) ?? "?"
    let first = try hex()
    guard (0xD800...0xDBFF).contains(first) else { return UnicodeScalar(first) ?? replacement }
    guard position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"), bytes[position + 1] == UInt8(ascii: "u")
    else { return replacement }
    let mark = position
    position += 2
    let second = try hex()
    guard (0xDC00...0xDFFF).contains(second) else {
      position = mark
      return replacement
    }
    return UnicodeScalar(0x10000 + ((first & 0x3FF) << 10 | second & 0x3FF)) ?? replacement
  }

  mutating func hex() throws(JSONError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = next, let digit = Character(UnicodeScalar(byte)).hexDigitValue else {
        throw error("expected four hexadecimal digits")
      }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    return value
  }
}
