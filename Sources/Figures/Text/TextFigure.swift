import Text

/// Figures in characters.
package enum TextFigure {
  /// The text without colors.
  package static func visible(_ text: String) -> String {
    var (out, isEscape) = ("", false)
    for character in text {
      if character == "\u{1B}" { isEscape = true }
      if !isEscape { out.append(character) }
      if isEscape, character.isLetter { isEscape = false }
    }
    return out.allSatisfy { $0 == " " } ? "" : out
  }

  /// Where only ASCII is shown: the same text in its signs, `?` for what has none.
  package static func plain(_ text: String, _ isPlain: Bool = true) -> String {
    guard isPlain, !text.utf8.allSatisfy({ $0 < 0x80 }) else { return text }
    return String(
      text.flatMap { character -> [Character] in
        if character.isASCII { return [character] }
        return Array(asciiForms[character] ?? String(repeating: "?", count: TextWidth.columns(of: character)))
      })
  }

  private static let asciiForms: [Character: String] = [
    "·": "-", "−": "-", "–": "-", "—": "-", "×": "x", "±": "+-", "→": "->", "…": "~", "β": "beta", "α": "alpha",
    "λ": "lambda", "σ": "sigma", "μ": "mu", "γ": "gamma", "²": "2", "’": "'", "“": "\"", "”": "\"", "≤": "<=",
    "≥": ">=", "‖": "||", "∣": "|", "⏎": " ",
  ]

  /// The caption, the labels of rows and columns, and the images in half blocks. A strip that is too wide goes on in the
  /// next line.
  static func images(_ figure: Figure, _ grid: ImageGrid, on screen: TextScreen) -> String {
    let (columns, rows) = (screen.columns, screen.rows)
    let isPlain = screen.characters == .ascii
    func clipped(_ text: String, _ columns: Int) -> String {
      // ASCII forms may be wider; a cut leaves its own sign.
      plain(TextWidth.fit(plain(Self.clipped(text, columns), isPlain), to: columns), isPlain)
    }
    func padded(_ text: String, _ columns: Int) -> String {
      TextWidth.pad(clipped(text, max(columns - 1, 1)), to: columns)
    }
    var lines = [clipped(figure.caption, columns)]
    let labels = grid.rowLabels.isEmpty ? 0 : min(18, (grid.rowLabels.map { TextWidth.columns($0) }.max() ?? 0) + 1)
    let (across, down) = (max(8, columns - labels), max(4, rows - 2))
    var blocks = HalfBlocks(grid, columns: across, rows: down, theme: figure.theme)
    if grid.rows == 1, blocks.columns.count < grid.columns {
      let strip = grid.wrapped(blocks.columns.count)
      // Above each line a label may stand.
      blocks = HalfBlocks(strip, columns: across, rows: max(4, down - strip.rows + 1), theme: figure.theme)
    }
    for (place, row) in blocks.rows.enumerated() {
      let positions = blocks.columns.map { (grid.rows == 1 ? row * blocks.columns.count : 0) + $0 }
      let above = positions.map { grid.columnLabels.indices.contains($0) ? grid.columnLabels[$0] : "" }
      if place == 0 || grid.rows == 1, above.contains(where: { !$0.isEmpty }) {
        let line = above.map { padded($0, blocks.cellWidth) }.joined()
        lines.append(clipped(String(repeating: " ", count: labels) + line, columns))
      }
      for (index, line) in blocks.lines(row: row, color: screen.color, characters: screen.characters).enumerated() {
        let isMiddle = index == blocks.cellLines / 2
        let label = isMiddle && grid.rowLabels.indices.contains(row) ? grid.rowLabels[row] : ""
        lines.append((labels > 0 ? padded(label, labels) : "") + line)
      }
    }
    let hidden = grid.count - blocks.shown
    if hidden > 0 { lines.append(plain("\(hidden) more images in a file: … > images.png", isPlain)) }
    return lines.joined(separator: "\n")
  }

  private static func clipped(_ text: String, _ columns: Int) -> String {
    TextWidth.fit(VisibleText.name(text), to: columns)
  }
}
