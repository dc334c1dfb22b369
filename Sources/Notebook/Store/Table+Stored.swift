extension Table {
  var storedDetail: JSON {
    .object(
      [
        .init("title", .string(title)),
        .init("columns", .array(columns.map { .array([.string($0.name), .string($0.unit)]) })),
        .init("rows", .array(rows.map { .array($0.map(\.stored)) })),
        .init("notes", .array(notes.map { .string($0) })),
      ] + (stacksLast ? [.init("stacks_last", .bool(true))] : []))
  }

  init?(storedDetail: JSON) {
    guard let columns = storedDetail["columns"]?.arrayValue, let rows = storedDetail["rows"]?.arrayValue else {
      return nil
    }
    self.init(
      title: storedDetail["title"]?.stringValue ?? "",
      columns: columns.map {
        let parts = $0.arrayValue?.compactMap(\.stringValue) ?? []
        return Column(parts.first ?? "", unit: parts.count > 1 ? parts[1] : "")
      }, rows: rows.map { ($0.arrayValue ?? []).map { Cell(stored: $0) } },
      notes: storedDetail["notes"]?.arrayValue?.compactMap(\.stringValue) ?? [],
      stacksLast: storedDetail["stacks_last"]?.boolValue ?? false)
  }
}

extension Table.Cell {
  var stored: JSON {
    switch self {
    case .text(let text): .string(text)
    case .number(let value): .array([.string("\(value)")])
    case .fixed(let value, let decimals): .array([.string("\(value)"), .integer(decimals)])
    case .count(let value): .integer(value)
    case .empty: .null
    }
  }

  init(stored: JSON) {
    switch stored {
    case .string(let text): self = .text(text)
    case .integer(let value): self = .count(value)
    case .array(let parts):
      let value = parts.first?.stringValue.flatMap { Double($0) } ?? .nan
      self = parts.count > 1 ? .fixed(value, decimals: parts[1].integerValue ?? 2) : .number(value)
    default: self = .empty
    }
  }
}

extension Report {
  var storedDetail: JSON {
    .object([
      .init("title", .string(title)),
      .init(
        "fields",
        .array(
          fields.map {
            .array([
              .string($0.name), .string($0.label), $0.cell.stored, .string($0.unit),
              $0.error.map { .number($0) } ?? .null,
            ])
          })),
      .init("tables", .array(tables.map { .array([.string($0.name), $0.table.storedDetail]) })),
      .init("notes", .array(notes.map { .string($0) })), .init("extra", .object(extra)),
    ])
  }

  init(storedDetail: JSON) {
    let fields = (storedDetail["fields"]?.arrayValue ?? []).compactMap { field -> Field? in
      guard let parts = field.arrayValue, parts.count == 5, let name = parts[0].stringValue else { return nil }
      return Field(
        name, label: parts[1].stringValue, Table.Cell(stored: parts[2]), unit: parts[3].stringValue ?? "",
        error: parts[4].doubleValue)
    }
    let tables = (storedDetail["tables"]?.arrayValue ?? []).compactMap { item -> NamedTable? in
      guard let parts = item.arrayValue, parts.count == 2, let table = Table(storedDetail: parts[1]) else { return nil }
      return NamedTable(parts[0].stringValue ?? "", table)
    }
    var extra: [JSON.Member] = []
    if case .object(let members) = storedDetail["extra"] { extra = members }
    self.init(
      title: storedDetail["title"]?.stringValue ?? "", fields: fields, tables: tables,
      notes: storedDetail["notes"]?.arrayValue?.compactMap(\.stringValue) ?? [], extra: extra)
  }
}
