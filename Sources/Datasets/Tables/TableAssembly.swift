import Tensors
import Text

/// Columns of a table put together as examples and labels.
struct TableAssembly {
  let path: String
  let options: TableOptions
  let columns: [CSVColumn]
  let rows: Int

  func content() throws -> Content {
    var notes: [String] = []
    var used = Array(columns.indices)
    if columns[0].isIndex, columns.count > 1 {
      used.removeFirst()
      notes.append("the first column has no name and counts the rows: excluded")
    }
    for name in options.without {
      guard let index = position(of: name) else { throw unknownColumn(name, option: "without") }
      used.removeAll { $0 == index }
    }
    var target: Int?
    if let name = options.target {
      guard let index = position(of: name) else { throw unknownColumn(name, option: "target") }
      target = index
      used.removeAll { $0 == index }
    }
    let kept = try keptRows(used, target: target, &notes)
    var names: [String] = []
    var parts: [(values: [Double], category: Double?)] = []
    for index in used {
      try Stopping.check()
      var column = columns[index]
      guard column.kind == .text else {
        names.append(column.name)
        parts.append((try numbers(column, kept), nil))
        continue
      }
      column.sortCategories()
      try expand(column, kept, &names, &parts, &notes)
    }
    guard !names.isEmpty else {
      throw FileError(
        path: path, reason: "no column is left for the examples",
        fix: "Exclude fewer columns; the target is not part of the examples.")
    }
    var content = Content(
      tensor: try rowMajor(parts, kept, isWide: used.contains { columns[$0].needsDouble }), columns: names, notes: notes
    )
    if let target { content.take(try labels(columns[target], kept)) }
    return content
  }

  /// The only column, without row numbers, as labels and their names.
  func soleColumn() throws -> LabelColumn {
    var used = columns
    if used[0].isIndex, used.count > 1 { used.removeFirst() }
    guard used.count == 1 else {
      throw FileError(
        path: path, reason: "the table of labels has \(used.count) columns",
        fix: "It must have one column, or target= must name one.")
    }
    return try labels(used[0], Array(0..<rows))
  }

  private func position(of name: String) -> Int? {
    columns.firstIndex { $0.name == name } ?? Int(name).flatMap { columns.indices.contains($0 - 1) ? $0 - 1 : nil }
  }

  private func unknownColumn(_ name: String, option: String) -> FileError {
    let known = columns.prefix(12).map(\.name).joined(separator: ", ") + (columns.count > 12 ? ", …" : "")
    return FileError(path: path, reason: "no column '\(name)' for \(option)=", fix: "Columns: \(known)")
  }

  /// Rows that are kept under the policy for missing values. A row whose target is empty has no label; missing=drop
  /// drops it, as any row with a gap.
  private func keptRows(_ used: [Int], target: Int?, _ notes: inout [String]) throws -> [Int] {
    let isDropping = options.missing == .drop
    let gaps = (used + (isDropping ? target.map { [$0] } ?? [] : [])).map { columns[$0] }.filter { $0.missingCount > 0 }
    guard !gaps.isEmpty else { return Array(0..<rows) }
    if options.missing == .refuse {
      // The first gap in the order of the table.
      let first = gaps.min { ($0.firstMissing?.line ?? 0) < ($1.firstMissing?.line ?? 0) } ?? gaps[0]
      let place = first.firstMissing.map { "row \($0.row + 1) (line \($0.line))" } ?? "a row"
      let total = gaps.reduce(0) { $0 + $1.missingCount }
      throw FileError(
        path: path,
        reason:
          "\(place), column '\(first.name)': no value (\(total) missing in \(gaps.count) column\(gaps.count > 1 ? "s" : ""))",
        fix: "Use missing=drop, missing=mean or missing=zero")
    }
    let required = isDropping ? gaps : []
    let kept = (0..<rows).filter { row in required.allSatisfy { !$0.values[row].isNaN } }
    if kept.count < rows {
      notes.append("\(rows - kept.count) of \(rows) \(inflected("row", for: rows)) dropped: missing values")
    }
    guard !kept.isEmpty else {
      throw FileError(
        path: path, reason: "every row has a missing value", fix: "Fill the values: missing=mean or missing=zero")
    }
    let filled = gaps.reduce(0) { sum, column in sum + kept.count { column.values[$0].isNaN } }
    if filled > 0 {
      notes.append("\(filled) missing value\(filled == 1 ? "" : "s") filled: missing=\(options.missing.rawValue)")
    }
    return kept
  }

  private func numbers(_ column: CSVColumn, _ kept: [Int]) throws -> [Double] {
    let present = column.values.lazy.filter { !$0.isNaN }
    var fillValue = 0.0
    if options.missing == .mean, column.missingCount > 0, column.missingCount < rows {
      fillValue = present.reduce(0, +) / Double(rows - column.missingCount)
    }
    return kept.map { column.values[$0].isNaN ? fillValue : column.values[$0] }
  }

  private func expand(
    _ column: CSVColumn, _ kept: [Int], _ names: inout [String], _ parts: inout [(values: [Double], category: Double?)],
    _ notes: inout [String]
  ) throws {
    var categories = column.categories
    var values = kept.map { column.values[$0] }
    if values.contains(where: \.isNaN) {
      values = values.map { $0.isNaN ? Double(categories.count) : $0 }
      categories.append("missing")
    }
    switch options.categories {
    case .refuse:
      throw FileError(
        path: path, reason: "column '\(column.name)' holds texts, the first '\(column.categories.first ?? "")'",
        fix: "Use categories=onehot or categories=codes, or exclude it: without=\(column.name)")
    case .codes:
      names.append(column.name)
      parts.append((values, nil))
      notes.append(
        "column '\(column.name)': \(categories.count) \(inflected("category", "categories", for: categories.count)) as 0…\(categories.count - 1)"
      )
    case .onehot:
      names += categories.map { "\(column.name)=\($0)" }
      for category in categories.indices { parts.append((values, Double(category))) }
      notes.append("column '\(column.name)': \(categories.count) categories as columns of 0 and 1")
    }
  }

  private func rowMajor(
    _ parts: [(values: [Double], category: Double?)], _ kept: [Int], isWide: Bool
  ) throws -> Tensor {
    guard let shape = Shape(validating: [kept.count, parts.count]), shape.count < Gzip.limit / 4 else {
      throw FileError(
        path: path, reason: "\(kept.count) rows of \(parts.count) columns are too many",
        fix: "Use categories=codes, or exclude columns: without=NAME")
    }
    func filled<Element: TensorElement & BinaryFloatingPoint>(_ type: Element.Type, _ dtype: DType) throws -> Tensor {
      var tensor = try Tensor(zeros: shape, dtype: dtype)
      try tensor.withMutableElements(of: type) { elements in
        for (column, part) in parts.enumerated() {
          try Stopping.check()
          for row in kept.indices {
            let value = part.values[row]
            elements[row * parts.count + column] = Element(part.category.map { $0 == value ? 1 : 0 } ?? value)
          }
        }
      }
      return tensor
    }
    return isWide ? try filled(Double.self, .float64) : try filled(Float.self, .float32)
  }

  private func labels(_ column: CSVColumn, _ kept: [Int]) throws -> LabelColumn {
    let labels: LabelColumn
    if column.kind == .text {
      labels = LabelColumn(
        texts: kept.map { row in column.values[row].isNaN ? "" : column.categories[Int(column.values[row])] })
    } else {
      do { labels = try LabelColumn(numbers: kept.map { column.values[$0] }) } catch {
        throw FileError(
          path: path,
          reason:
            "row \(kept[error.index] + 1), column '\(column.name)': \(column.values[kept[error.index]]) is not a class",
          fix: "Labels are texts or integers.")
      }
    }
    try labels.refuseNone(path)
    return labels
  }
}
