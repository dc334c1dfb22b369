import JSONText
import WorkspaceStore

extension Table {
  package var storedDetail: JSON {
    .object(
      [
        .init("title", .string(title)), .init("columns", .array(columns.map(\.stored))),
        .init("rows", .array(rows.map { .array($0.map(\.stored)) })),
        .init("notes", .array(notes.map { .string($0) })),
      ] + (stacksLast ? [.init("stacks_last", .bool(true))] : [])
        + (caveats.isEmpty ? [] : [.init("caveats", .array(caveats.map { .string($0) }))]))
  }

  /// - Throws: `Damage` for what `storedDetail` never writes.
  package init(storedDetail: JSON) throws(Damage) {
    let columns = try Damage.list(storedDetail["columns"], "columns").map { item throws(Damage) in
      try Column(stored: item)
    }
    let rows = try Damage.list(storedDetail["rows"], "rows").map { row throws(Damage) in
      let cells = try Damage.list(row, "a row").map { cell throws(Damage) in try Cell(stored: cell) }
      guard cells.count <= columns.count else { throw Damage("a row is longer than the columns") }
      return cells
    }
    self.init(
      title: try Damage.text(storedDetail["title"], "title"), columns: columns, rows: rows,
      notes: try Damage.texts(storedDetail["notes"], "notes"),
      stacksLast: storedDetail["stacks_last"]?.boolValue ?? false)
    caveats = storedDetail["caveats"]?.arrayValue?.compactMap(\.stringValue) ?? []
  }
}

extension Table.Column {
  fileprivate var stored: JSON { .array([name, unit, key, audience.rawValue].map { .string($0) }) }

  /// Older workspaces have the name and the unit.
  fileprivate init(stored: JSON) throws(Damage) {
    let parts = try Damage.texts(stored, "a column")
    guard parts.count == 2 || parts.count == 4 else { throw Damage("a column has \(parts.count) parts") }
    guard let audience = parts.count > 3 ? Audience(rawValue: parts[3]) : .all else { throw Damage("a column") }
    self.init(parts[0], key: parts.count > 2 ? parts[2] : nil, unit: parts[1], for: audience)
  }
}

extension Table.Cell {
  package var stored: JSON {
    func tagged(_ tag: String, _ value: JSON) -> JSON { .object([.init(tag, value)]) }
    return switch self {
    case .text(let text): .string(text)
    case .number(let value): .array([.string("\(value)")])
    case .fixed(let value, let decimals): .array([.string("\(value)"), .integer(decimals)])
    case .measured(let value, let error, let decimals):
      .array([.string("\(value)"), .integer(decimals), error.map { .string("\($0)") } ?? .null])
    case .count(let value): .integer(value)
    case .flag(let value): .bool(value)
    case .bytes(let value): tagged("bytes", .integer(value))
    case .scaled(let value): tagged("scaled", .string("\(value)"))
    case .duration(let value): tagged("seconds", .string("\(value)"))
    case .rate(let value): tagged("rate", .string("\(value)"))
    case .empty: .null
    }
  }

  package init(stored: JSON) throws(Damage) {
    func number(_ value: JSON?) throws(Damage) -> Double {
      guard let number = value?.stringValue.flatMap({ Double($0) }) else { throw Damage("a cell is no number") }
      return number
    }
    switch stored {
    case .string(let text): self = .text(text)
    case .integer(let value): self = .count(value)
    case .bool(let value): self = .flag(value)
    case .array(let parts):
      let value = try number(parts.first)
      guard parts.count > 1 else {
        self = .number(value)
        return
      }
      guard let decimals = parts[1].integerValue, (0...17).contains(decimals), parts.count <= 3 else {
        throw Damage("a cell has no such decimals")
      }
      guard parts.count == 3 else {
        self = .fixed(value, decimals: decimals)
        return
      }
      self = .measured(value, error: parts[2] == .null ? nil : try number(parts[2]), decimals: decimals)
    case .object(let members):
      guard members.count == 1, let member = members.first else { throw Damage("a cell has no kind") }
      switch member.key {
      case "bytes":
        guard let count = member.value.integerValue else { throw Damage("a cell is no number") }
        self = .bytes(count)
      case "scaled": self = .scaled(try number(member.value))
      case "seconds": self = .duration(try number(member.value))
      case "rate": self = .rate(try number(member.value))
      default: throw Damage("a cell has an unknown kind")
      }
    case .null: self = .empty
    case .number: throw Damage("a cell has an unknown form")
    }
  }
}

extension Report {
  package var storedDetail: JSON {
    .object([
      .init("title", .string(title)), .init("fields", .array(fields.map(\.stored))),
      .init("tables", .array(tables.map { .array([.string($0.name), $0.table.storedDetail]) })),
      .init("notes", .array(notes.map { .string($0) })),
    ])
  }

  /// - Throws: `Damage` for what `storedDetail` never writes.
  package init(storedDetail: JSON) throws(Damage) {
    let fields = try Damage.list(storedDetail["fields"], "fields").map { item throws(Damage) in
      try Field.fields(stored: item)
    }.flatMap { $0 }
    let tables = try Damage.list(storedDetail["tables"], "tables").map { item throws(Damage) in
      let parts = try Damage.list(item, "a table")
      guard parts.count == 2 else { throw Damage("a table has no name") }
      return NamedTable(try Damage.text(parts[0], "a table's name"), try Table(storedDetail: parts[1]))
    }
    self.init(
      title: try Damage.text(storedDetail["title"], "title"), fields: fields, tables: tables,
      notes: try Damage.texts(storedDetail["notes"], "notes"))
  }
}

extension Report.Field {
  fileprivate var stored: JSON {
    .array([
      .string(name), .string(label), cell.stored, .string(unit), error.map { .number($0) } ?? .null, .string(detail),
      .bool(isShown), oldName.map { .string($0) } ?? .null,
    ])
  }

  /// The field of a workspace. Older ones have no detail, and called the negative ELBO `elbo`.
  fileprivate static func fields(stored: JSON) throws(Damage) -> [Report.Field] {
    let parts = try Damage.list(stored, "a field")
    guard parts.count == 5 || parts.count == 8 else { throw Damage("a field has \(parts.count) parts") }
    let (name, label) = (try Damage.text(parts[0], "a field's name"), try Damage.text(parts[1], "a field's label"))
    let (cell, unit) = (try Table.Cell(stored: parts[2]), try Damage.text(parts[3], "a field's unit"))
    let error = parts[4].doubleValue
    guard error != nil || parts[4] == .null else { throw Damage("a field's error is no number") }
    guard parts.count == 8 else {
      guard name == "elbo", label == "−ELBO", let value = cell.numericValue else {
        return [.init(name, label: label, cell, unit: unit, error: error)]
      }
      return [
        .init("negative_elbo", label: label, cell, unit: unit, error: error),
        .init("elbo", .number(-value), unit: unit, error: error, isShown: false),
      ]
    }
    guard let isShown = parts[6].boolValue else { throw Damage("a field is neither shown nor not") }
    return [
      .init(
        name, label: label, cell, unit: unit, detail: try Damage.text(parts[5], "a field's detail"), error: error,
        isShown: isShown, oldName: parts[7].stringValue)
    ]
  }
}
