import Text

/// Numbers in cells, dark to light, such as a confusion matrix.
package struct MatrixMap {
  /// Row by row.
  package var values: [Double]
  package var rowNames: [String]
  package var columnNames: [String]
  package var rowLabel: String
  package var columnLabel: String
  package var valueLabel: String

  package init(
    values: [Double], rowNames: [String], columnNames: [String], rowLabel: String, columnLabel: String,
    valueLabel: String
  ) {
    (self.values, self.rowNames, self.columnNames) = (values, rowNames, columnNames)
    (self.rowLabel, self.columnLabel, self.valueLabel) = (rowLabel, columnLabel, valueLabel)
  }
}

extension MatrixMap: FigureKind {
  package static let name = "matrix"

  package var contents: String { "\(rowNames.count) × \(columnNames.count) cells" }

  package var fault: String? {
    let (cells, isLarge) = rowNames.count.multipliedReportingOverflow(by: columnNames.count)
    return !isLarge && cells == values.count && cells > 0 ? nil : "\(values.count) cells"
  }

  package var csv: String {
    var text = "row,column,value\n"
    for (index, value) in values.enumerated() {
      let (row, column) = (index / max(columnNames.count, 1), index % max(columnNames.count, 1))
      text += "\(CSVText.field(rowNames[row])),\(CSVText.field(columnNames[column])),\(value)\n"
    }
    return text
  }

  package var record: [(name: String, numbers: String)] { [(valueLabel, FigureNumbers.spread(values))] }

  package func size(of figure: Figure) -> Figure.Size { .init(width: 800, height: 740) }

  package func draw(in script: inout GnuplotScript, theme: Figure.Theme) { script.draw(self) }
}

extension GnuplotScript {
  fileprivate mutating func draw(_ map: MatrixMap) {
    let (rows, columns) = (map.rowNames.count, map.columnNames.count)
    labels(map.columnLabel, map.rowLabel)
    say("unset grid")
    say("unset key")
    say("set border 0")
    say("set xrange [-0.5:\(Double(max(columns, 1)) - 0.5)]")
    say("set yrange [\(Double(max(rows, 1)) - 0.5):-0.5]")
    func tics(_ names: [String], font: Int) -> String {
      "(" + names.enumerated().map { "\(Self.ticName($0.element, limit: 12)) \($0.offset)" }.joined(separator: ", ")
        + ")" + (font < 14 ? " font ',\(font)'" : "")
    }
    // Names get the room they need: smaller letters in many rows, upright where columns are narrower than their names.
    func longest(_ names: [String]) -> Int { names.map { min($0.count, 12) }.max() ?? 0 }
    let rowFont = max(6, min(14, (size.height - 140) * 6 / 10 / max(rows, 1)))
    let left = max(Self.usualLeft, 64 + longest(map.rowNames) * rowFont * 78 / 100)
    let most = map.values.filter(\.isFinite).max() ?? 1
    let bar = Self.barRoom(0...(most > 0 ? most : 1)) + 16
    let room = (size.width - left - bar) / max(columns, 1)
    let isUpright = longest(map.columnNames) * 10 > room && longest(map.columnNames) > 1
    let columnFont = max(6, min(14, room * 6 / 10))
    let bottom = isUpright ? max(66, 62 + longest(map.columnNames) * columnFont * 78 / 100) : 66
    let turn = isUpright ? "rotate by 90 right " : ""
    if columns > 0 { say("set xtics noenhanced scale 0 \(turn)\(tics(map.columnNames, font: columnFont))") }
    if rows > 0 { say("set ytics noenhanced scale 0 \(tics(map.rowNames, font: rowFont))") }
    guard rows > 0, columns > 0, map.values.count == rows * columns else { return plot([]) }
    let letters = max(rows, columns) <= 12 ? 13 : 9
    let numbers = Self.cellNumbers(map.values, letters: max(1, room * 10 / (letters * 9)))
    say("set lmargin at screen \(px(left, across: true))")
    say("set rmargin at screen \(px(size.width - bar, across: true))")
    say("set bmargin at screen \(px(bottom))")
    say(ColorScale.gnuplot)
    say("set cbrange [0:\(most > 0 ? most : 1)]")
    colorBar(map.valueLabel, 0...(most > 0 ? most : 1), bottom: bottom, top: size.height - 74)
    for (index, text) in numbers.enumerated() where max(rows, columns) <= 25 && !text.isEmpty {
      let color = map.values[index] > most * 0.6 ? "#111111" : "#f4f4f4"
      say(
        "set label '\(text)' at \(index % columns),\(index / columns) center front font ',\(letters)' tc rgb '\(color)'"
      )
    }
    let data = source([
      map.values.indices.map { Float($0 % columns) }, map.values.indices.map { Float($0 / columns) },
      map.values.map(Float.init),
    ])
    plot(["\(data) using 1:2:3 with image notitle"])
  }

  /// Numbers of a matrix with as many digits as fit in so many letters; empty where not even one digit of each does.
  static func cellNumbers(_ values: [Double], letters: Int) -> [String] {
    for unit in [100_000, 1000, 100, 10, 1.0] {
      let texts = values.map { value -> String in
        guard value.isFinite else { return "" }
        if value == value.rounded(), abs(value) < 1e6 { return "\(Int(value))" }
        if abs(value) >= 1e6 || (value != 0 && abs(value) < 0.5 / unit) { return String(repeating: "0", count: 99) }
        let rounded = (value * unit).rounded() / unit
        return unit == 1 ? "\(Int(rounded))" : "\(rounded)"
      }
      if texts.allSatisfy({ $0.count <= letters }) { return texts }
    }
    return values.map { _ in "" }
  }
}
