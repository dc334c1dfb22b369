import Text

/// The colors that text output may use.
package enum TextColor: Sendable, Equatable {
  case none
  /// The 256 colors of most terminals.
  case palette
  /// 24 bits.
  case full
}

/// Figures in characters.
package enum TextFigure {
  /// gnuplot's text terminal without its form feed, blank lines around and blanks at line ends.
  package static func cleaned(_ text: String, color: TextColor) -> String {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      trimmed(line.filter { $0 != "\u{0C}" }, color)
    }
    while let last = lines.last, visible(last).isEmpty { lines.removeLast() }
    while let first = lines.first, visible(first).isEmpty { lines.removeFirst() }
    return lines.joined(separator: "\n")
  }

  /// The caption, and the name of the vertical axis, which text output cannot rotate.
  package static func headed(_ figure: Figure, columns: Int) -> String {
    let axis = figure.kind.verticalName
    return clipped(figure.caption, columns) + "\n" + (axis.isEmpty ? "" : clipped(axis, columns) + "\n")
  }

  private static func trimmed(_ line: String, _ color: TextColor) -> String {
    var line = line[...]
    while true {
      if line.last == " " {
        line = line.dropLast()
      } else if line.last == "m", let escape = line.lastIndex(of: "\u{1B}"),
        line[escape...].dropFirst(2).dropLast().allSatisfy({ $0.isNumber || $0 == ";" })
      {
        line = line[..<escape]
      } else {
        break
      }
    }
    if line.hasPrefix("\u{1B}[0;39m") { line = line.dropFirst(7) }
    return color == .none || !line.contains("\u{1B}") ? String(line) : line + "\u{1B}[0m"
  }

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

  /// The caption, the labels of rows and columns, and the images in half blocks. A strip that is too wide goes on in the
  /// next line.
  static func images(_ figure: Figure, _ grid: ImageGrid, columns: Int, rows: Int, color: TextColor) -> String {
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
      for (index, line) in blocks.lines(row: row, color: color).enumerated() {
        let isMiddle = index == blocks.cellLines / 2
        let label = isMiddle && grid.rowLabels.indices.contains(row) ? grid.rowLabels[row] : ""
        lines.append((labels > 0 ? padded(label, labels) : "") + line)
      }
    }
    let hidden = grid.count - blocks.shown
    if hidden > 0 { lines.append("\(hidden) more images in a file: … > images.png") }
    return lines.joined(separator: "\n")
  }

  private static func clipped(_ text: String, _ columns: Int) -> String {
    TextWidth.fit(VisibleText.name(text), to: columns)
  }

  private static func padded(_ text: String, _ columns: Int) -> String {
    TextWidth.pad(clipped(text, max(columns - 1, 1)), to: columns)
  }
}
