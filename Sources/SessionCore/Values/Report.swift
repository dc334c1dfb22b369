import Figures
import Text

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
    /// What people read behind the unit: `, mean of epoch 3`. Programs have it without its first comma.
    package let detail: String
    /// Standard error, when the number is an estimate of more than one example.
    package let error: Double?
    /// Whether people see it; programs see every field.
    package let isShown: Bool
    /// A name that it had before, which still works after a dot.
    package let oldName: String?

    package init(
      _ name: String, label: String? = nil, _ cell: Table.Cell, unit: String = "", detail: String = "",
      error: Double? = nil, isShown: Bool = true, oldName: String? = nil
    ) {
      self.name = name
      self.label = label ?? name
      self.cell = cell
      self.unit = unit
      self.detail = detail
      self.error = error.flatMap { $0.isFinite ? $0 : nil }
      self.isShown = isShown
      self.oldName = oldName
    }

    package var text: String { ClockMarks.plain(markedText) }

    package var markedText: String {
      var text = cell.isVolatile ? ClockMarks.marked(cell.text) : cell.text
      if let error { text += " ± " + NumberText.short(error, digits: 2) }
      return (unit.isEmpty ? text : "\(text) \(unit)") + detail
    }

    /// The unit of the number for programs.
    package var dataUnit: String { cell.unit.isEmpty ? unit : cell.unit }

    /// The detail for programs.
    package var note: String {
      var note = detail[...]
      while let first = note.first, first == "," || first == " " { note.removeFirst() }
      return String(note)
    }
  }

  package var title: String
  package var fields: [Field]
  /// Tables under the fields, by name.
  package var tables: [NamedTable]
  package var notes: [String]
  package var figure: Figure?

  package struct NamedTable: Sendable, Equatable {
    package let name: String
    package let table: Table
    package init(_ name: String, _ table: Table) {
      self.name = name
      self.table = table
    }
  }

  package init(
    title: String, fields: [Field] = [], tables: [NamedTable] = [], notes: [String] = [], figure: Figure? = nil
  ) {
    self.title = title
    self.fields = fields
    self.tables = tables
    self.notes = notes
    self.figure = figure
  }

  package func text(width: Int) -> String { ClockMarks.plain(markedText(width: width)) }

  /// The text with marks around what the clock decides.
  package func markedText(width: Int) -> String {
    let fields = self.fields.filter(\.isShown)
    var lines = title.isEmpty ? [] : TextWidth.wrap(title, to: width).split(separator: "\n").map(String.init)
    let labels = fields.map { TextWidth.columns($0.label) }.max() ?? 0
    for field in fields {
      let text = TextWidth.wrap(field.markedText, to: max(20, width - labels - 4)).split(separator: "\n").map(
        String.init)
      for (position, line) in text.enumerated() {
        lines.append("  " + TextWidth.pad(position == 0 ? field.label : "", to: labels) + "  " + line)
      }
    }
    for named in tables { lines += ["", named.table.markedText(width: width)] }
    if !notes.isEmpty, !(fields.isEmpty && tables.isEmpty) { lines.append("") }
    lines += notes.map { TextWidth.wrap($0, to: width) }
    return lines.joined(separator: "\n")
  }

  package func attribute(_ name: String) -> Value? {
    let field = fields.first { $0.name == name } ?? fields.first { $0.oldName == name }
    return field?.cell.value ?? tables.first { $0.name == name }.map { .table($0.table) }
  }

  /// Whether the clock decides an attribute.
  package func isVolatile(_ name: String) -> Bool { fields.contains { $0.name == name && $0.cell.isVolatile } }

  package var isVolatile: Bool {
    fields.contains(where: \.cell.isVolatile) || tables.contains(where: \.table.isVolatile)
  }

  package var attributeNames: [String] { fields.map(\.name) + tables.map(\.name) }
}
