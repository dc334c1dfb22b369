/// Marks around what the clock decides in a text: durations, and rates per second. Two runs never agree on it, so a
/// session file holds `[..]` in its place.
///
/// The marks are two characters of the last private plane of Unicode that take no columns; nobody is shown them.
package enum ClockMarks {
  static let open: Unicode.Scalar = "\u{10FF0D}"
  static let close: Unicode.Scalar = "\u{10FF0E}"

  package static let (opening, closing) = (String(open), String(close))

  /// `text` as one that the clock decides.
  package static func marked(_ text: String) -> String { text.isEmpty ? "" : "\(open)\(text)\(close)" }

  package static func isMarked(_ text: some StringProtocol) -> Bool { text.unicodeScalars.contains(open) }

  /// The text without marks.
  package static func plain(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { $0 == open || $0 == close }) else { return text }
    var plain = String.UnicodeScalarView()
    plain.append(contentsOf: text.unicodeScalars.lazy.filter { $0 != open && $0 != close })
    return String(plain)
  }

  /// A line with `[..]` for each marked part. A part that was broken over lines ends, or starts, with the line.
  package static func masked(_ line: String) -> String {
    var result = String.UnicodeScalarView()
    var isInside = false
    let hole = "[..]".unicodeScalars
    for scalar in line.unicodeScalars {
      switch scalar {
      case open:
        isInside = true
        result.append(contentsOf: hole)
      case close:
        // One that was opened in a line before.
        if !isInside { result = String.UnicodeScalarView(hole) }
        isInside = false
      default:
        if !isInside { result.append(scalar) }
      }
    }
    return String(result)
  }
}
