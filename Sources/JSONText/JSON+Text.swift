import Text

extension JSON: CustomStringConvertible {
  /// Compact text, one line, keys in their order.
  package var description: String { text() }

  /// The value as JSON text (RFC 8259). Numbers that are not finite become `null`: JSON has no word for them.
  package func text(pretty: Bool = false) -> String {
    var bytes: [UInt8] = []
    write(to: &bytes, indent: pretty ? 0 : nil)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Members of an object by key, elements of nothing else.
  package subscript(key: String) -> JSON? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.key == key }?.value
  }

  /// A string's text.
  package var stringValue: String? {
    if case .string(let text) = self { return text }
    return nil
  }

  /// A number as Double, whichever way it is held.
  package var doubleValue: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  /// A whole number.
  package var integerValue: Int? {
    switch self {
    case .integer(let value): value
    case .number(let value): Int(exactly: value)
    default: nil
    }
  }

  /// true or false.
  package var boolValue: Bool? {
    if case .bool(let value) = self { return value }
    return nil
  }

  /// The elements of an array.
  package var arrayValue: [JSON]? {
    if case .array(let elements) = self { return elements }
    return nil
  }

  /// A number in its best form: whole numbers up to 2⁵³ as integers, what is not finite as null.
  package static func numeric(_ value: Double) -> JSON {
    guard value.isFinite else { return .null }
    if let whole = Int(exactly: value), whole.magnitude <= 1 << 53 { return .integer(whole) }
    return .number(value)
  }

  private func write(to bytes: inout [UInt8], indent: Int?) {
    switch self {
    case .null: bytes += "null".utf8
    case .bool(let value): bytes += (value ? "true" : "false").utf8
    case .integer(let value): bytes += String(value).utf8
    case .number(let value): bytes += (value.isFinite ? "\(value)" : "null").utf8
    case .string(let text): JSON.write(text, to: &bytes)
    case .array(let elements):
      JSON.writeList(elements, "[", "]", to: &bytes, indent: indent) { element, bytes, inner in
        element.write(to: &bytes, indent: inner)
      }
    case .object(let members):
      JSON.writeList(members, "{", "}", to: &bytes, indent: indent) { member, bytes, inner in
        JSON.write(member.key, to: &bytes)
        bytes += (indent == nil ? ":" : ": ").utf8
        member.value.write(to: &bytes, indent: inner)
      }
    }
  }

  private static func writeList<T>(
    _ items: [T], _ open: String, _ close: String, to bytes: inout [UInt8], indent: Int?,
    _ body: (T, inout [UInt8], Int?) -> Void
  ) {
    bytes += open.utf8
    for (position, item) in items.enumerated() {
      if position > 0 { bytes += (indent == nil ? "," : ",").utf8 }
      if let indent { newLine(indent + 2, &bytes) }
      body(item, &bytes, indent.map { $0 + 2 })
    }
    if let indent, !items.isEmpty { newLine(indent, &bytes) }
    bytes += close.utf8
  }

  private static func newLine(_ indent: Int, _ bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\n"))
    bytes += repeatElement(UInt8(ascii: " "), count: indent)
  }

  /// A string with escapes for what would steer a terminal: the same text to whoever reads JSON.
  private static func write(_ text: String, to bytes: inout [UInt8]) {
    if text.unicodeScalars.contains(where: { $0.value >= 0x80 && VisibleText.needsEscape($0) }) {
      bytes.append(UInt8(ascii: "\""))
      for scalar in text.unicodeScalars { write(scalar, to: &bytes) }
      bytes.append(UInt8(ascii: "\""))
      return
    }
    let hex = Array("0123456789abcdef".utf8)
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): bytes += "\\\"".utf8
      case UInt8(ascii: "\\"): bytes += "\\\\".utf8
      case UInt8(ascii: "\n"): bytes += "\\n".utf8
      case UInt8(ascii: "\r"): bytes += "\\r".utf8
      case UInt8(ascii: "\t"): bytes += "\\t".utf8
      case 0..<0x20, 0x7F: bytes += "\\u00".utf8 + [hex[Int(byte >> 4)], hex[Int(byte & 15)]]
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private static func write(_ scalar: Unicode.Scalar, to bytes: inout [UInt8]) {
    switch scalar {
    case "\"": bytes += "\\\"".utf8
    case "\\": bytes += "\\\\".utf8
    case _ where VisibleText.needsEscape(scalar):
      let digits = String(scalar.value, radix: 16)
      bytes += ("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8
    default: bytes += String(scalar).utf8
    }
  }
}
