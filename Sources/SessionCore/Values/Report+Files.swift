import JSONText
import SessionFiles
import Text

/// A report for files and for programs.
extension Report {
  package var html: String {
    var html = title.isEmpty ? "" : "<p><strong>\(HTML.escaped(title))</strong></p>"
    let fields = self.fields.filter(\.isShown)
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

  package var markdown: String {
    var parts = title.isEmpty ? [] : ["**\(Markdown.escaped(title))**"]
    let fields = self.fields.filter(\.isShown)
    if !fields.isEmpty {
      let rows = fields.map { Markdown.row([$0.label, $0.text]) }
      parts.append(([Markdown.row(["", ""]), "| --- | --- |"] + rows).joined(separator: "\n"))
    }
    parts += tables.map(\.table.markdown)
    return parts.joined(separator: "\n\n") + Markdown.notes(notes)
  }

  /// Each field under its name; beside it `NAME_unit`, `NAME_standard_error` and `NAME_note` where it has them.
  package var json: JSON { json(marksClock: false) }

  package func json(marksClock: Bool) -> JSON {
    var members = [JSON.Member("title", .string(title))]
    for field in fields {
      members.append(JSON.Member(field.name, field.cell.json(marksClock: marksClock)))
      let unit = field.dataUnit
      if !unit.isEmpty { members.append(JSON.Member(field.name + "_unit", .string(unit))) }
      if let error = field.error { members.append(JSON.Member(field.name + "_standard_error", .numeric(error))) }
      if !field.note.isEmpty { members.append(JSON.Member(field.name + "_note", .string(field.note))) }
    }
    members += tables.map { JSON.Member($0.name, $0.table.json(marksClock: marksClock)) }
    if !notes.isEmpty { members.append(JSON.Member("notes", .array(notes.map { .string($0) }))) }
    return .object(members)
  }

  /// Fields as a table, for CSV.
  package var table: Table {
    if fields.isEmpty, tables.count == 1 { return tables[0].table }
    return Table(
      columns: ["name", "value", "unit", "standard_error", "note"].map { .init($0) },
      rows: fields.map { field in
        [
          .text(field.name), field.cell, .text(field.dataUnit), field.error.map { .number($0) } ?? .empty,
          .text(field.note),
        ]
      })
  }
}
