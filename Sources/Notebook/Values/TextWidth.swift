/// Columns that text takes on a terminal.
package enum TextWidth {
  /// Columns of `text`: 2 for wide East Asian characters and emoji, 0 for combining marks, 1 for others.
  package static func columns(_ text: some StringProtocol) -> Int {
    if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.utf8.count }
    return text.reduce(0) { $0 + columns(of: $1) }
  }

  private static func columns(of character: Character) -> Int {
    guard let scalar = character.unicodeScalars.first else { return 0 }
    switch scalar.value {
    // The last are the marks of `ClockMarks`.
    case 0x300...0x36F, 0x200B...0x200F, 0xFE00...0xFE0F, 0x10FF0D...0x10FF0E: return 0
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
      0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1FAFF, 0x20000...0x3FFFD:
      return 2
    default: return 1
    }
  }

  /// `text` cut to `width` columns, the last one `…` when something is missing.
  package static func fit(_ text: String, to width: Int) -> String {
    guard columns(text) > width else { return text }
    guard width > 1 else { return width == 1 ? "…" : "" }
    var result = ""
    var used = 0
    for character in text {
      let next = columns(of: character)
      if used + next > width - 1 { break }
      result.append(character)
      used += next
    }
    return result + "…"
  }

  /// `text` padded with blanks to `width` columns.
  package static func pad(_ text: String, to width: Int, right: Bool = false) -> String {
    let blanks = String(repeating: " ", count: max(0, width - columns(text)))
    return right ? blanks + text : text + blanks
  }

  /// Paragraphs of `text` in lines of at most `width` columns; indented lines (equations, tables) stay as they are.
  package static func reflowed(_ text: String, to width: Int) -> String {
    var blocks: [String] = []
    var isOpen = false
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      let isProse = !line.isEmpty && line.first != " "
      if isProse, isOpen { blocks[blocks.count - 1] += " " + line } else { blocks.append(String(line)) }
      isOpen = isProse
    }
    return blocks.map { $0.first == " " ? $0 : wrap($0, to: width) }.joined(separator: "\n")
  }

  /// Words of `text` in lines of at most `width` columns; line breaks in the text stay.
  package static func wrap(_ text: String, to width: Int, indent: String = "") -> String {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).flatMap { paragraph -> [String] in
      if columns(paragraph) <= width - indent.count { return [String(paragraph)] }
      let leading = String(paragraph.prefix { $0 == " " })
      var lines: [String] = []
      var line = leading
      for word in paragraph.split(separator: " ") {
        let gap = line.allSatisfy { $0 == " " } ? "" : " "
        if columns(line) + gap.count + columns(word) > width - indent.count, line.contains(where: { $0 != " " }) {
          lines.append(line)
          line = leading + word
        } else {
          line += gap + word
        }
      }
      return lines + [line]
    }
    return lines.map { $0.isEmpty ? $0 : indent + $0 }.joined(separator: "\n")
  }
}
