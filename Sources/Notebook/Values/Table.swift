import Plotting
import Tensors

/// Rows and columns with units, shown as text that fits, as HTML, as JSON records and as CSV.
package struct Table: Sendable, Equatable {
  package struct Column: Sendable, Equatable {
    package let name: String
    /// Shown behind the name in parentheses; empty for none.
    package let unit: String
    package init(_ name: String, unit: String = "") {
      self.name = name
      self.unit = unit
    }
    var heading: String { VisibleText.name(unit.isEmpty ? name : "\(name) (\(unit))") }
  }

  package enum Cell: Sendable, Equatable {
    case text(String)
    case number(Double)
    /// A number shown with a fixed number of decimals.
    case fixed(Double, decimals: Int)
    case count(Int)
    case empty

    package var text: String {
      switch self {
      case .text(let text): text
      case .number(let value): NumberText.short(value, digits: 5)
      case .fixed(let value, let decimals): NumberText.fixed(value, decimals: decimals)
      case .count(let value): NumberText.count(value)
      case .empty: ""
      }
    }

    package var json: JSON {
      switch self {
      case .text(let text): .string(text)
      case .number(let value), .fixed(let value, _): .numeric(value)
      case .count(let value): .integer(value)
      case .empty: .null
      }
    }

    var isNumeric: Bool {
      switch self {
      case .number, .fixed, .count: true
      default: false
      }
    }
  }

  package var title: String
  package var columns: [Column]
  package var rows: [[Cell]]
  /// Lines under the table.
  package var notes: [String]
  /// Where the table is too wide, its last column gets lines of its own under the rows: commands to go on with are
  /// never cut.
  package var stacksLast: Bool

  package init(
    title: String = "", columns: [Column], rows: [[Cell]] = [], notes: [String] = [], stacksLast: Bool = false
  ) {
    self.title = title
    self.stacksLast = stacksLast
    self.columns = columns
    self.rows = rows
    self.notes = notes
  }

  /// Text at most `width` columns wide: the widest text columns are shortened first.
  package func text(width: Int) -> String {
    if stacksLast, columns.count > 1, let stacked = stackedText(width: width) { return stacked }
    var lines = title.isEmpty ? [] : [title]
    let cells = rows.map { row in columns.indices.map { $0 < row.count ? VisibleText.name(row[$0].text) : "" } }
    var widths = columns.indices.map { column in
      max(TextWidth.columns(columns[column].heading), cells.map { TextWidth.columns($0[column]) }.max() ?? 0)
    }
    let gaps = 2 * max(0, columns.count - 1)
    // Where headings with their units are too wide, the units get a line of their own.
    let stacksUnits = widths.reduce(gaps, +) > width && columns.contains { !$0.unit.isEmpty }
    if stacksUnits {
      widths = columns.indices.map { column in
        let heading = max(TextWidth.columns(columns[column].name), TextWidth.columns(columns[column].unit))
        return max(heading, cells.map { TextWidth.columns($0[column]) }.max() ?? 0)
      }
    }
    while widths.reduce(gaps, +) > width, let widest = widths.indices.max(by: { widths[$0] < widths[$1] }),
      widths[widest] > 4
    {
      widths[widest] -= 1
    }
    let right = columns.indices.map { column in
      let filled = rows.compactMap { $0.indices.contains(column) ? $0[column] : nil }.filter { $0 != .empty }
      return !filled.isEmpty && filled.allSatisfy(\.isNumeric)
    }
    func line(_ texts: [String]) -> String {
      var line = texts.indices.map {
        TextWidth.pad(TextWidth.fit(texts[$0], to: widths[$0]), to: widths[$0], right: right[$0])
      }.joined(separator: "  ")
      while line.last == " " { line.removeLast() }
      return line
    }
    if columns.contains(where: { !$0.heading.isEmpty }) {
      lines += stacksUnits ? [line(columns.map { VisibleText.name($0.name) }), line(columns.map(\.unit))] : [line(columns.map(\.heading))]
    }
    lines += cells.map(line)
    lines += notes.flatMap { TextWidth.wrap($0, to: width).split(separator: "\n").map(String.init) }
    return lines.joined(separator: "\n")
  }

  /// The same with the last column under the rows; nil when all of it fits side by side.
  private func stackedText(width: Int) -> String? {
    var (beside, others) = (self, self)
    beside.stacksLast = false
    let whole = beside.text(width: .max).split(separator: "\n").prefix(rows.count + 2)
    guard whole.contains(where: { TextWidth.columns($0) > width }) else { return nil }
    (others.columns, others.rows) = (columns.dropLast(), rows.map { Array($0.prefix(columns.count - 1)) })
    (others.stacksLast, others.notes) = (false, [])
    if others.text(width: .max).split(separator: "\n").contains(where: { TextWidth.columns($0) > width }) {
      return blockText(width: width)
    }
    var lines = others.text(width: width).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
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
        lines.append(TextWidth.wrap(mark + cell.text, to: width))
      }
    }
    return (lines + notes.map { TextWidth.wrap($0, to: width) }).joined(separator: "\n")
  }

  /// An HTML table; text is escaped.
  package var html: String {
    var html = title.isEmpty ? "<table>" : "<table><caption>\(HTML.escaped(title))</caption>"
    html += "<thead><tr>" + columns.map { "<th>\(HTML.escaped($0.heading))</th>" }.joined() + "</tr></thead><tbody>"
    for row in rows {
      html += "<tr>"
      for cell in row {
        let style = cell.isNumeric ? " style=\"text-align:right\"" : ""
        html += "<td\(style)>\(HTML.escaped(cell.text))</td>"
      }
      html += "</tr>"
    }
    html += "</tbody></table>"
    return html + notes.map { "<p>\(HTML.escaped($0))</p>" }.joined()
  }

  /// One object per row, keyed by column name.
  package var json: JSON {
    .array(
      rows.map { row in
        .object(zip(columns, row).map { JSON.Member($0.name.isEmpty ? "name" : $0.name, $1.json) })
      })
  }

  /// Comma-separated values with a header (RFC 4180).
  package var csv: String {
    let header = columns.map { CSVText.field($0.name) }.joined(separator: ",")
    let lines = rows.map { row in
      row.map { cell -> String in
        switch cell {
        case .text(let text): CSVText.field(text)
        case .number(let value), .fixed(let value, _): "\(JSON.numeric(value))"
        case .count(let value): String(value)
        case .empty: ""
        }
      }.joined(separator: ",")
    }
    return ([header] + lines).joined(separator: "\n") + "\n"
  }
}

/// Text for HTML.
package enum HTML {
  /// `text` with what means something in HTML replaced: scalar by scalar, for a combining mark hides none.
  package static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in VisibleText.lines(text).unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
