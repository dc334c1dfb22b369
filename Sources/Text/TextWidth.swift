import CUTF8Proc

/// The width of text in columns of a terminal.
///
/// The table is Unicode's, as utf8proc has it: East Asian wide and fullwidth forms and emoji take 2 columns, combining
/// marks and controls none, others 1. A character of several scalars takes what they take together, but no more than 2:
/// `é`, `🇩🇪` and `👩‍👩‍👧` are one character each. One that asks for its emoji form (U+FE0F) takes 2. Escape sequences
/// (`ESC [ … letter`) take none.
package enum TextWidth {
  /// Columns of `text`.
  package static func columns(_ text: some StringProtocol) -> Int {
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text.utf8.count }
    var width = 0
    var escape = EscapeState.none
    for character in text where !escape.consumes(character) { width += columns(of: character) }
    return width
  }

  /// Columns of one character.
  package static func columns(of character: Character) -> Int {
    var width = 0
    for scalar in character.unicodeScalars {
      // Asks for the emoji form, which is wide.
      if scalar.value == 0xFE0F, width > 0 { return 2 }
      width += columns(of: scalar)
    }
    return min(width, 2)
  }

  private static func columns(of scalar: Unicode.Scalar) -> Int {
    switch scalar {
    case ClockMarks.open, ClockMarks.close: 0
    default: scalar.value < 0x7F && scalar.value >= 0x20 ? 1 : Int(utf8proc_charwidth(Int32(scalar.value)))
    }
  }

  /// `text` cut to `width` columns, the last one `…` when something is missing.
  package static func fit(_ text: String, to width: Int) -> String {
    guard columns(text) > width else { return text }
    guard width > 1 else { return width == 1 ? "…" : "" }
    var result = ""
    var used = 0
    var escape = EscapeState.none
    var hasEscape = false
    for character in text {
      if escape.consumes(character) {
        hasEscape = true
        result.append(character)
        continue
      }
      let next = columns(of: character)
      if used + next > width - 1 { break }
      result.append(character)
      used += next
    }
    return result + "…" + (hasEscape ? "\u{1B}[0m" : "")
  }

  /// `text` padded with blanks to `width` columns; unchanged when it is wider.
  package static func pad(_ text: String, to width: Int, right: Bool = false) -> String {
    let blanks = String(repeating: " ", count: max(0, width - columns(text)))
    return right ? blanks + text : text + blanks
  }
}

/// Where a scan is inside `ESC [ … final` (the only kind of sequence in output of this program).
private enum EscapeState {
  case none, escape, parameters

  /// True when `character` belongs to a sequence.
  mutating func consumes(_ character: Character) -> Bool {
    switch self {
    case .none:
      guard character == "\u{1B}" else { return false }
      self = .escape
    case .escape:
      self = character == "[" ? .parameters : .none
    case .parameters:
      if let byte = character.asciiValue, (0x40...0x7E).contains(byte) { self = .none }
    }
    return true
  }
}
