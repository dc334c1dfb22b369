/// The text of a cell as bytes, with the scanning functions that parser, lexer and completion share.
package struct SourceText: Sendable {
  package let bytes: [UInt8]

  package init(_ text: String) { bytes = Array(text.utf8) }

  package var count: Int { bytes.count }

  package func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  /// The scalar that starts at `offset` and its length in bytes.
  package func scalar(at offset: Int) -> (scalar: Unicode.Scalar, length: Int) {
    guard let first = String(decoding: bytes[offset...].prefix(4), as: UTF8.self).unicodeScalars.first else {
      return ("\u{FFFD}", 0)
    }
    return (first, String(first).utf8.count)
  }

  /// The first offset from `start` that is not a blank. A backslash at the end of a line continues it, so both are
  /// blank.
  package func skippingBlanks(from start: Int, to end: Int, newlines: Bool = false) -> Int {
    var position = start
    while position < end {
      let byte = bytes[position]
      if byte.isBlank || (newlines && byte == UInt8(ascii: "\n")) {
        position += 1
      } else if let after = continuation(at: position, to: end) {
        position = after
      } else {
        break
      }
    }
    return position
  }

  /// The offset after a backslash that ends its line, when one stands at `position`.
  package func continuation(at position: Int, to end: Int) -> Int? {
    guard position < end, bytes[position] == UInt8(ascii: "\\") else { return nil }
    var after = position + 1
    while after < end, bytes[after].isBlank { after += 1 }
    return after < end && bytes[after] == UInt8(ascii: "\n") ? after + 1 : nil
  }

  /// Whether a brace at `position` opens a dictionary: where a value is expected, and not in the middle of a path.
  package func opensBrace(at position: Int, from start: Int) -> Bool {
    var before = position
    while before > start, bytes[before - 1].isBlank || bytes[before - 1] == 0x0A { before -= 1 }
    return before <= start || "=([{,:".utf8.contains(bytes[before - 1])
  }

  /// The text between the quotes that open at `start`, and the offset after the closing one.
  ///
  /// A backslash means what `Escapes` says.
  package func quoted(at start: Int, limit: Int) throws(Fault) -> (text: String, after: Int) {
    let quote = bytes[start]
    var text: [UInt8] = []
    var position = start + 1
    while position < limit {
      let byte = bytes[position]
      if byte == quote { return (String(decoding: text, as: UTF8.self), position + 1) }
      if byte == UInt8(ascii: "\\"), position + 1 < limit {
        let escape = Escapes.read(bytes, at: position, limit: limit)
        text += escape.bytes
        position = escape.after
      } else {
        text.append(byte)
        position += 1
      }
    }
    var fault = Fault(
      .syntax, "the quoted text that starts here is never closed", at: start..<limit,
      fix: "Close it with \(String(UnicodeScalar(quote))).")
    fault.isIncomplete = true
    throw fault
  }
}

extension UInt8 {
  package var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
  package var isBlank: Bool { self == 0x20 || self == 0x09 || self == 0x0D }
  package var isQuote: Bool { self == UInt8(ascii: "\"") || self == UInt8(ascii: "'") }
  /// Letters and underscore.
  package var isNameStart: Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20) && self < 0x80 || self == UInt8(ascii: "_")
  }
  package var isNamePart: Bool { isNameStart || isDigit }
}

extension String {
  /// Whether this can name a variable: letters, digits and `_`, not starting with a digit.
  package var isName: Bool {
    guard let first = utf8.first, first.isNameStart else { return false }
    return utf8.allSatisfy(\.isNamePart)
  }
}
