import Figures
import SessionFiles
import Tensors
import Text

/// Rows and columns with units, shown as text that fits, as HTML, as JSON records and as CSV.
package struct Table: Sendable, Equatable {
  package struct Column: Sendable, Equatable {
    /// Who sees a column.
    package enum Audience: String, Sendable {
      case all
      /// People alone: a bar drawn of what another column holds.
      case people
      /// Programs alone: the number that such a bar is drawn of.
      case programs
    }
    package let name: String
    /// In JSON, in CSV and after a dot.
    package let key: String
    /// Shown behind the name in parentheses; empty for none.
    package let unit: String
    package let audience: Audience

    package init(_ name: String, key: String? = nil, unit: String = "", for audience: Audience = .all) {
      (self.name, self.key) = (name, key ?? FieldKey.of(name))
      (self.unit, self.audience) = (unit, audience)
    }
    package var heading: String { VisibleText.name(unit.isEmpty ? name : "\(name) (\(unit))") }
  }

  package var title: String
  package var columns: [Column]
  package var rows: [[Cell]]
  /// Lines under the table.
  package var notes: [String]
  /// What its numbers must not be taken for: under the table, and with every record of JSON.
  package var caveats: [String] = []
  /// Where the table is too wide, its last column gets lines of its own under the rows: suggested commands are
  /// never truncated.
  package var stacksLast: Bool
  /// The rows as pictures, where they are examples that are images.
  package var images: ImageGrid?

  package init(
    title: String = "", columns: [Column], rows: [[Cell]] = [], notes: [String] = [], stacksLast: Bool = false
  ) {
    self.title = title
    self.stacksLast = stacksLast
    self.columns = columns
    self.rows = rows
    self.notes = notes
  }

  /// The column of a key, or of a heading.
  package func column(_ name: String) -> Int? {
    columns.firstIndex { $0.key == name } ?? columns.firstIndex { $0.name == name }
  }

  /// Text at most `width` columns wide: the widest text columns are shortened first.
  package func text(width: Int) -> String { ClockMarks.plain(markedText(width: width)) }

  /// Columns that a duration may need: one that is longer the next time changes nothing else.
  private static let widestDuration = TextWidth.columns("59 min 59 s")

  /// The same with marks around what the clock decides.
  package func markedText(width: Int) -> String { shown.laidOut(width: width) }

  /// The table without what programs alone see.
  package var shown: Table { keeping { $0 != .programs } }

  package func keeping(_ isKept: (Column.Audience) -> Bool) -> Table {
    guard columns.contains(where: { !isKept($0.audience) }) else { return self }
    var table = self
    let kept = columns.indices.filter { isKept(columns[$0].audience) }
    table.columns = kept.map { columns[$0] }
    table.rows = rows.map { row in kept.map { $0 < row.count ? row[$0] : .empty } }
    return table
  }

  private func laidOut(width: Int) -> String {
    if stacksLast, columns.count > 1, let stacked = stackedText(width: width) { return stacked }
    var lines = title.isEmpty ? [] : TextWidth.wrap(title, to: width).split(separator: "\n").map(String.init)
    var cells = rows.map { row in columns.indices.map { $0 < row.count ? VisibleText.name(row[$0].text) : "" } }
    let volatile = columns.indices.map { column in
      rows.contains { $0.indices.contains(column) && $0[column].isVolatile }
    }
    func widest(_ column: Int, _ heading: Int) -> Int {
      let content = cells.map { TextWidth.columns($0[column]) }.max() ?? 0
      return max(heading, content, volatile[column] ? Self.widestDuration : 0)
    }
    var widths = columns.indices.map { widest($0, TextWidth.columns(columns[$0].heading)) }
    let gaps = 2 * max(0, columns.count - 1)
    // Where headings with their units are too wide, the units get a line of their own.
    let stacksUnits = widths.reduce(gaps, +) > width && columns.contains { !$0.unit.isEmpty }
    if stacksUnits {
      widths = columns.indices.map {
        widest($0, max(TextWidth.columns(columns[$0].name), TextWidth.columns(columns[$0].unit)))
      }
    }
    // Where estimates with their standard errors are too wide, the errors get lines of their own.
    let errors = rows.map { row in columns.indices.map { $0 < row.count ? row[$0].errorText : "" } }
    let stacksErrors = widths.reduce(gaps, +) > width && errors.contains { $0.contains { !$0.isEmpty } }
    if stacksErrors {
      for (row, texts) in errors.enumerated() {
        for (column, error) in texts.enumerated() where !error.isEmpty {
          cells[row][column].removeLast(error.count + 1)
        }
      }
      widths = columns.indices.map { column in
        let heading = stacksUnits ? [columns[column].name, columns[column].unit] : [columns[column].heading]
        return widest(column, (heading + errors.map { $0[column] }).map { TextWidth.columns($0) }.max() ?? 0)
      }
    }
    let right = columns.indices.map { column in
      let filled = rows.compactMap { $0.indices.contains(column) ? $0[column] : nil }.filter { $0 != .empty }
      return !filled.isEmpty && filled.allSatisfy(\.isNumeric)
    }
    // Words are cut before numbers: a number that is cut is another one.
    let least = columns.indices.map { column in
      right[column] ? (cells + (stacksErrors ? errors : [])).map { TextWidth.columns($0[column]) }.max() ?? 0 : 8
    }
    while widths.reduce(gaps, +) > width {
      let spare = widths.indices.filter { widths[$0] > max(least[$0], 4) }
      let candidates = spare.isEmpty ? widths.indices.filter { widths[$0] > 4 } : spare
      guard let widest = candidates.max(by: { widths[$0] < widths[$1] }) else { break }
      widths[widest] -= 1
    }
    func line(_ texts: [String], isMarked: (Int) -> Bool = { _ in false }) -> String {
      var line = texts.indices.map { index in
        let text = TextWidth.fit(texts[index], to: widths[index])
        return TextWidth.pad(
          isMarked(index) ? ClockMarks.marked(text) : text, to: widths[index], right: right[index])
      }.joined(separator: "  ")
      while line.last == " " { line.removeLast() }
      return line
    }
    if columns.contains(where: { !$0.heading.isEmpty }) {
      let names = columns.map { VisibleText.name($0.name) }
      lines += stacksUnits ? [line(names), line(columns.map(\.unit))] : [line(columns.map(\.heading))]
    }
    for (index, row) in rows.enumerated() {
      lines.append(line(cells[index]) { $0 < row.count && row[$0].isVolatile })
      if stacksErrors { lines.append(line(errors[index])) }
    }
    lines += (notes + caveats).flatMap { TextWidth.wrap($0, to: width).split(separator: "\n").map(String.init) }
    return lines.joined(separator: "\n")
  }

  /// The same with the last column under the rows; nil when all of it fits side by side.
  private func stackedText(width: Int) -> String? {
    var (beside, others) = (self, self)
    beside.stacksLast = false
    let whole = beside.laidOut(width: .max).split(separator: "\n").prefix(rows.count + 2)
    guard whole.contains(where: { TextWidth.columns($0) > width }) else { return nil }
    (others.columns, others.rows) = (columns.dropLast(), rows.map { Array($0.prefix(columns.count - 1)) })
    (others.stacksLast, others.notes) = (false, [])
    if others.laidOut(width: .max).split(separator: "\n").contains(where: { TextWidth.columns($0) > width }) {
      return blockText(width: width)
    }
    var lines = others.laidOut(width: width).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let first = lines.count - rows.count
    for (index, row) in rows.enumerated().reversed() where row.count == columns.count {
      guard let last = row.last?.text, !last.isEmpty else { continue }
      lines.insert(TextWidth.wrap("  → " + last, to: width), at: first + index + 1)
    }
    return (lines + notes.map { TextWidth.wrap($0, to: width) }).joined(separator: "\n")
  }

  /// A block for each row: its first cell, and the others under it, whole.
  private func blockText(width: Int) -> String {
    var lines = title.isEmpty ? [] : [title]
    for row in rows {
      for (index, cell) in row.enumerated() where !cell.text.isEmpty {
        let mark = index == 0 ? "" : index == columns.count - 1 ? "  → " : "  "
        lines.append(TextWidth.wrap(mark + VisibleText.name(cell.text), to: width))
      }
    }
    return (lines + notes.map { TextWidth.wrap($0, to: width) }).joined(separator: "\n")
  }
}

/// Text for HTML.
package enum HTML {
  /// `text` with its control characters visible and what means something in HTML replaced.
  package static func escaped(_ text: String) -> String {
    MarkupText.escaped(VisibleText.lines(text), placeholder: "\u{FFFD}")
  }
}
