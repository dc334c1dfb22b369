import Plotting

/// Named results with units, tables and remarks: the results of `evaluate`, `describe` or `doctor`.
///
/// Fields are attributes: `e = evaluate m on=d` and then `e.elbo`.
package struct Report: Sendable, Equatable {
  package struct Field: Sendable, Equatable {
    /// The attribute's name and key in JSON.
    package let name: String
    package let label: String
    package let cell: Table.Cell
    package let unit: String
    /// Standard error, when the number is an estimate of more than one example.
    package let error: Double?

    package init(_ name: String, label: String? = nil, _ cell: Table.Cell, unit: String = "", error: Double? = nil) {
      self.name = name
      self.label = label ?? name
      self.cell = cell
      self.unit = unit
      self.error = error.flatMap { $0.isFinite ? $0 : nil }
    }

    var text: String {
      var text = cell.text
      if let error { text += " ± " + NumberText.short(error, digits: 2) }
      return unit.isEmpty ? text : "\(text) \(unit)"
    }
  }

  package var title: String
  package var fields: [Field]
  /// Tables under the fields, by name.
  package var tables: [NamedTable]
  package var notes: [String]
  package var figure: Figure?
  /// Additional structured data that the text does not show.
  package var extra: [JSON.Member]

  package struct NamedTable: Sendable, Equatable {
    package let name: String
    package let table: Table
    package init(_ name: String, _ table: Table) {
      self.name = name
      self.table = table
    }
  }

  package init(
    title: String, fields: [Field] = [], tables: [NamedTable] = [], notes: [String] = [], figure: Figure? = nil,
    extra: [JSON.Member] = []
  ) {
    self.title = title
    self.fields = fields
    self.tables = tables
    self.notes = notes
    self.figure = figure
    self.extra = extra
  }

  func text(width: Int) -> String {
    var lines = title.isEmpty ? [] : TextWidth.wrap(title, to: width).split(separator: "\n").map(String.init)
    let labels = fields.map { TextWidth.columns($0.label) }.max() ?? 0
    for field in fields {
      let text = TextWidth.wrap(field.text, to: max(20, width - labels - 4)).split(separator: "\n").map(String.init)
      for (position, line) in text.enumerated() {
        lines.append("  " + TextWidth.pad(position == 0 ? field.label : "", to: labels) + "  " + line)
      }
    }
    for named in tables { lines += ["", named.table.text(width: width)] }
    if !notes.isEmpty, !(fields.isEmpty && tables.isEmpty) { lines.append("") }
    lines += notes.map { TextWidth.wrap($0, to: width) }
    return lines.joined(separator: "\n")
  }

  var html: String {
    var html = title.isEmpty ? "" : "<p><strong>\(HTML.escaped(title))</strong></p>"
    if !fields.isEmpty {
      html += "<table><tbody>"
      for field in fields {
        html += "<tr><th style=\"text-align:left\">\(HTML.escaped(field.label))</th>"
        html += "<td>\(HTML.escaped(field.text))</td></tr>"
      }
      html += "</tbody></table>"
    }
    html += tables.map(\.table.html).joined()
    return html + notes.map(HTML.note).joined()
  }

  var json: JSON {
    var members = [JSON.Member("title", .string(title))]
    for field in fields {
      members.append(JSON.Member(field.name, field.cell.json))
      if !field.unit.isEmpty { members.append(JSON.Member(field.name + "_unit", .string(field.unit))) }
      if let error = field.error { members.append(JSON.Member(field.name + "_standard_error", .numeric(error))) }
    }
    members += tables.map { JSON.Member($0.name, $0.table.json) }
    if !notes.isEmpty { members.append(JSON.Member("notes", .array(notes.map { .string($0) }))) }
    return .object(members + extra)
  }

  /// Fields as a table, for CSV.
  var table: Table {
    if fields.isEmpty, tables.count == 1 { return tables[0].table }
    return Table(
      columns: [.init("name"), .init("value"), .init("unit"), .init("standard_error")],
      rows: fields.map { [.text($0.name), $0.cell, .text($0.unit), $0.error.map { .number($0) } ?? .empty] })
  }

  func attribute(_ name: String) -> Value? {
    if let field = fields.first(where: { $0.name == name }) {
      switch field.cell {
      case .text(let text): return .string(text)
      case .number(let value), .fixed(let value, _): return .number(value)
      case .count(let value): return .number(Double(value))
      case .empty: return .nothing
      }
    }
    return tables.first { $0.name == name }.map { .table($0.table) }
  }

  var attributeNames: [String] { fields.map(\.name) + tables.map(\.name) }
}
