import JSONText
import SessionFiles
import Text

/// A table for files and for programs.
extension Table {
  /// An HTML table; text is escaped.
  package var html: String {
    let (columns, rows) = (shown.columns, shown.rows)
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
    return html + (notes + caveats).map(HTML.note).joined()
  }

  /// A Markdown table (GitHub's), the title above it and the notes beneath.
  package var markdown: String {
    let (columns, rows) = (shown.columns, shown.rows)
    let numeric = columns.indices.map { column in
      rows.contains { $0.indices.contains(column) && $0[column].isNumeric }
    }
    let head = Markdown.row(columns.map(\.heading))
    let rule = "|" + numeric.map { $0 ? " ---: |" : " --- |" }.joined()
    let lines = rows.map { row in Markdown.row(columns.indices.map { $0 < row.count ? row[$0].text : "" }) }
    let above = title.isEmpty ? [] : ["**\(Markdown.escaped(title))**", ""]
    return (above + [head, rule] + lines).joined(separator: "\n") + Markdown.notes(notes + caveats)
  }

  /// The columns that programs see, each with its key, and the unit of its numbers; behind estimates their standard
  /// errors under `KEY_standard_error`.
  private var records: (table: Table, keys: [String], units: [String]) {
    let table = keeping { $0 != .people }.withErrors
    let units = table.columns.enumerated().map { index, column in
      let own = table.rows.lazy.compactMap { $0.indices.contains(index) ? $0[index].unit : nil }.first { !$0.isEmpty }
      return own ?? column.unit
    }
    return (table, FieldKey.unique(table.columns.map(\.key)), units)
  }

  /// A column of standard errors behind each column that has some.
  package var withErrors: Table {
    var table = self
    for index in columns.indices.reversed() {
      let errors = rows.map { $0.indices.contains(index) ? $0[index].standardError : nil }
      guard errors.contains(where: { $0 != nil }) else { continue }
      table.columns.insert(.init(columns[index].key + "_standard_error"), at: index + 1)
      for (row, error) in errors.enumerated() where table.rows[row].count > index {
        table.rows[row].insert(error.map { .number($0) } ?? .empty, at: index + 1)
      }
    }
    return table
  }

  /// One object per row: each column under its key, and beside a number with a unit `KEY_unit`.
  package var json: JSON { json(marksClock: false) }

  package func json(marksClock: Bool) -> JSON {
    let (table, keys, units) = records
    return .array(
      table.rows.map { row in
        .object(
          zip(keys.indices, row).flatMap { index, cell -> [JSON.Member] in
            let value = JSON.Member(keys[index], cell.json(marksClock: marksClock))
            return units[index].isEmpty ? [value] : [value, .init(keys[index] + "_unit", .string(units[index]))]
          } + (caveats.isEmpty ? [] : [.init("caveats", .array(caveats.map { .string($0) }))]))
      })
  }

  /// Comma-separated values with a header of keys (RFC 4180); units are in columns `KEY_unit` behind the others.
  package var csv: String { csv(marksClock: false) }

  package func csv(marksClock: Bool) -> String {
    let (table, keys, units) = records
    let measured = keys.indices.filter { !units[$0].isEmpty }
    let header = (keys + measured.map { keys[$0] + "_unit" }).map(CSVText.field).joined(separator: ",")
    let tail = measured.map { CSVText.field(units[$0]) }
    let lines = table.rows.map { row in
      (keys.indices.map { index in
        guard index < row.count else { return "" }
        return marksClock && row[index].isVolatile ? ClockMarks.marked(row[index].csv) : row[index].csv
      } + tail).joined(separator: ",")
    }
    return ([header] + lines).joined(separator: "\n") + "\n"
  }

  /// Whether something in it is decided by the clock.
  package var isVolatile: Bool { rows.contains { $0.contains(where: \.isVolatile) } }
}
