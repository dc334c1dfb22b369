import Text

/// A matrix in characters: numbers in cells whose background says how large they are, from dark to light; where the numbers
/// of all columns do not fit, shades alone.
extension MatrixMap {
  package func text(_ figure: Figure, on screen: TextScreen) -> String {
    let isPlain = screen.characters == .ascii
    var canvas = MatrixCanvas(screen: screen)
    canvas.add(canvas.clipped(figure.caption, screen.columns))
    let (rows, columns) = (rowNames.count, columnNames.count)
    guard rows > 0, columns > 0, values.count == rows * columns else { return canvas.text }
    let left = min(
      max(4, screen.columns / 4), rowNames.map { TextWidth.columns(canvas.clipped($0, 16)) }.max() ?? 0)
    let room = screen.columns - left - 1
    // Numbers with a blank on either side, or shades.
    let numbers = (3...8).reversed().lazy.map { GnuplotScript.cellNumbers(values, letters: $0) }
      .first { texts in columns * ((texts.map(\.count).max() ?? 0) + 2) <= room && texts.contains { !$0.isEmpty } }
    let named = columnNames.map { TextWidth.columns(canvas.clipped($0, 10)) }.max() ?? 1
    let widest = (numbers?.map(\.count).max() ?? 0) + 2
    let width =
      numbers == nil
      ? max(1, min(2, room / columns)) : max(widest, min(named + 1, room / columns))
    let shown = min(columns, max(1, room / width))
    let most = values.filter(\.isFinite).max() ?? 1
    canvas.add(canvas.clipped("rows: \(rowLabel), columns: \(columnLabel)", screen.columns))
    // Where names do not fit in cells, every few of them.
    let every = max(1, (min(named, 10) + width) / width)
    var header = String(repeating: " ", count: left + 1)
    for column in stride(from: 0, to: shown, by: every) {
      let cells = width * min(every, shown - column)
      let name = canvas.clipped(columnNames[column], max(1, cells - 1))
      let before = every == 1 ? max(0, cells - TextWidth.columns(name) - (widest - width == 0 ? 1 : 1)) : 0
      header += TextWidth.pad(String(repeating: " ", count: before) + name, to: cells)
    }
    canvas.add(TextWidth.fit(header, to: screen.columns))
    for row in 0..<min(rows, max(1, screen.rows - 4)) {
      var line = TextWidth.pad(canvas.clipped(rowNames[row], left), to: left, right: true) + " "
      for column in 0..<shown {
        let index = row * columns + column
        let share = most > 0 && values[index].isFinite ? max(0, min(1, values[index] / most)) : 0
        let text = numbers.map { TextWidth.pad($0[index] + " ", to: width, right: true) }
        line += canvas.cell(text, share: share, width: width)
      }
      canvas.add(line)
    }
    let hidden = (max(0, rows - max(1, screen.rows - 4)), columns - shown)
    let range = "\(valueLabel): \(TextAxis.number(0)) to \(TextAxis.number(most))"
    let rest = hidden == (0, 0) ? "" : " (\(hidden.0) rows and \(hidden.1) columns more in a file)"
    canvas.add(TextFigure.plain(canvas.clipped(range + rest, screen.columns), isPlain))
    return canvas.text
  }
}

/// Lines of cells.
private struct MatrixCanvas {
  let screen: TextScreen
  private var lines: [String] = []

  init(screen: TextScreen) { self.screen = screen }

  var text: String { lines.joined(separator: "\n") }

  mutating func add(_ line: String) {
    var line = line
    while line.hasSuffix(" ") { line.removeLast() }
    lines.append(line)
  }

  func clipped(_ text: String, _ columns: Int) -> String {
    let isPlain = screen.characters == .ascii
    return TextFigure.plain(TextWidth.fit(TextFigure.plain(VisibleText.name(text), isPlain), to: columns), isPlain)
  }

  /// A number on a background, or a shade of its own.
  func cell(_ text: String?, share: Double, width: Int) -> String {
    let color = ColorScale.color(Float(share), ColorScale.viridis)
    if screen.color == .none || screen.color == .basic || screen.characters == .ascii {
      if let text { return text }
      let shades = Array(screen.characters == .ascii ? " .:+#" : " ░▒▓█")
      return String(repeating: shades[min(4, Int(share * 4.999))], count: width)
    }
    let ink = share > 0.6 ? "38;5;16" : "38;5;231"
    let code = TextInk.code(of: color, screen.color, isBackground: true)
    return "\u{1B}[\(ink);\(code)m" + (text ?? String(repeating: " ", count: width)) + "\u{1B}[0m"
  }
}
