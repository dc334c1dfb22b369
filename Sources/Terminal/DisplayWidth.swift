/// The width of text in terminal columns.
///
/// Grapheme clusters count once: 0 for what only combines, 2 for East Asian wide and fullwidth forms and for emoji,
/// 1 for the rest. Escape sequences (`ESC [ … letter`) take none. Tabs and other controls count 0: nothing here prints
/// them.
package func displayWidth(_ text: some StringProtocol) -> Int {
  if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text.utf8.count }
  var width = 0
  var escape = EscapeState.none
  for character in text {
    if escape.consumes(character) { continue }
    width += columns(of: character)
  }
  return width
}

/// The longest start of `text` that fits `columns`, with `…` in place of what was cut.
package func truncated(_ text: String, to columns: Int) -> String {
  if displayWidth(text) <= columns { return text }
  guard columns > 1 else { return columns == 1 ? "…" : "" }
  var result = ""
  var width = 0
  var escape = EscapeState.none
  var hasEscape = false
  for character in text {
    if escape.consumes(character) {
      hasEscape = true
      result.append(character)
      continue
    }
    let step = Terminal.columns(of: character)
    if width + step > columns - 1 { break }
    width += step
    result.append(character)
  }
  return result + "…" + (hasEscape ? "\u{1B}[0m" : "")
}

/// `text` followed by spaces up to `columns`; unchanged when it is wider.
package func padded(_ text: String, to columns: Int) -> String {
  text + String(repeating: " ", count: max(0, columns - displayWidth(text)))
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

private func columns(of character: Character) -> Int {
  var width = 0
  for scalar in character.unicodeScalars {
    if scalar.value == 0xFE0F { return 2 }
    width = max(width, columns(of: scalar))
  }
  return width
}

private func columns(of scalar: Unicode.Scalar) -> Int {
  let value = scalar.value
  if value < 0x20 || (0x7F..<0xA0).contains(value) { return 0 }
  if value < 0x300 { return value == 0xAD ? 0 : 1 }
  switch scalar.properties.generalCategory {
  case .nonspacingMark, .enclosingMark, .format: return 0
  default: break
  }
  return wideRanges.contains { $0.contains(value) } ? 2 : 1
}

/// East_Asian_Width W and F (Unicode 15), joined where the gaps are unassigned.
private let wideRanges: [ClosedRange<UInt32>] = [
  0x1100...0x115F, 0x231A...0x231B, 0x2329...0x232A, 0x23E9...0x23EC, 0x23F0...0x23F0, 0x23F3...0x23F3,
  0x25FD...0x25FE, 0x2614...0x2615, 0x2648...0x2653, 0x267F...0x267F, 0x2693...0x2693, 0x26A1...0x26A1,
  0x26AA...0x26AB, 0x26BD...0x26BE, 0x26C4...0x26C5, 0x26CE...0x26CE, 0x26D4...0x26D4, 0x26EA...0x26EA,
  0x26F2...0x26F3, 0x26F5...0x26F5, 0x26FA...0x26FA, 0x26FD...0x26FD, 0x2705...0x2705, 0x270A...0x270B,
  0x2728...0x2728, 0x274C...0x274C, 0x274E...0x274E, 0x2753...0x2755, 0x2757...0x2757, 0x2795...0x2797,
  0x27B0...0x27B0, 0x27BF...0x27BF, 0x2B1B...0x2B1C, 0x2B50...0x2B50, 0x2B55...0x2B55, 0x2E80...0x303E,
  0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF,
  0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18AFF, 0x1AFF0...0x1B2FF,
  0x1F004...0x1F004, 0x1F0CF...0x1F0CF, 0x1F18E...0x1F18E, 0x1F191...0x1F19A, 0x1F200...0x1F320, 0x1F32D...0x1F335,
  0x1F337...0x1F37C, 0x1F37E...0x1F393, 0x1F3A0...0x1F3CA, 0x1F3CF...0x1F3D3, 0x1F3E0...0x1F3F0, 0x1F3F4...0x1F3F4,
  0x1F3F8...0x1F43E, 0x1F440...0x1F440, 0x1F442...0x1F4FC, 0x1F4FF...0x1F53D, 0x1F54B...0x1F567, 0x1F57A...0x1F57A,
  0x1F595...0x1F596, 0x1F5A4...0x1F5A4, 0x1F5FB...0x1F64F, 0x1F680...0x1F6C5, 0x1F6CC...0x1F6CC, 0x1F6D0...0x1F6D2,
  0x1F6D5...0x1F6D7, 0x1F6DC...0x1F6DF, 0x1F6EB...0x1F6EC, 0x1F6F4...0x1F6FC, 0x1F7E0...0x1F7EB, 0x1F7F0...0x1F7F0,
  0x1F90C...0x1F93A, 0x1F93C...0x1F945, 0x1F947...0x1F9FF, 0x1FA70...0x1FAFF, 0x20000...0x3FFFD,
]
