/// Text of others, such as the name of a file, a class or a column, as it may be shown: what would steer a terminal or
/// turn the direction of writing stands there as an escape, as in Python's `repr`.
///
/// That is C0 (`\x1b`, `\r`), DEL (`\x7f`), C1 (`\x9b`: one byte of UTF-8 more than `ESC [`, and the same to many
/// terminals), and what sets the direction of writing, which makes `exe.gpj` look like `jpg.exe` (`\u202e`). Everything
/// that is printed goes through here; files and messages for programs hold the text itself.
package enum VisibleText {
  /// Lines of text: newlines and tabs stay.
  package static func lines(_ text: String) -> String { escaped(text) { $0 == "\n" || $0 == "\t" } }

  /// What belongs in one line, such as a name: newlines and tabs are escaped too.
  package static func name(_ text: String) -> String { escaped(text) { _ in false } }

  private static func escaped(_ text: String, keeping isKept: (Unicode.Scalar) -> Bool) -> String {
    // Mostly there is nothing to do.
    if !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F || $0 == 0xC2 || $0 == 0xD8 || $0 == 0xE2 }) { return text }
    var result = ""
    for scalar in text.unicodeScalars {
      if needsEscape(scalar), !isKept(scalar) {
        result += escape(scalar)
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// Whether a scalar is shown as an escape.
  package static func needsEscape(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0: true
    // Arabic letter mark, marks, embeddings, overrides and isolates; line and paragraph separators.
    case 0x061C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069: true
    default: false
    }
  }

  /// `\n`, `\x1b`, `\u202e`: what a quoted text of the language reads back.
  package static func escape(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\n": return "\\n"
    case "\t": return "\\t"
    case "\r": return "\\r"
    default: break
    }
    let digits = String(scalar.value, radix: 16)
    let width = scalar.value < 0x100 ? 2 : scalar.value < 0x10000 ? 4 : 8
    let letter = width == 2 ? "x" : width == 4 ? "u" : "U"
    return "\\" + letter + String(repeating: "0", count: width - digits.count) + digits
  }
}
