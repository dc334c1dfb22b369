import Tensors
import Text

/// Columns of a table put together as examples and labels.
struct TableAssembly {
  let path: String
  let options: TableOptions
  let columns: [CSVColumn]
  let rows: Int
  let use: ColumnUse
  let readings: [Int: ColumnReading]
  /// Cells of the columns that are not plain numbers.
  let texts: [Int: [String?]]
  /// Of columns that are left out, where labels may be found by them.
  var allTexts: [Int: [String?]] = [:]
  let hasHeader: Bool
  let notes: [String]

  /// One element of the examples: a column of numbers, or of 1 where a category is this one.
  private struct Element {
    let values: [Double]
    var category: Double?
  }

  func content() throws -> Content {
    var notes = notes
    var (names, elements): ([String], [Element]) = ([], [])
    var kinds = KindRemark()
    var isWide = false
    let used = use.features
    guard !used.isEmpty else {
      throw FileError(
        path: path, reason: "no column is left for the examples",
        fix: "Exclude fewer columns; the target is not part of the examples.")
    }
    let contents = try used.map { try self.content(of: $0, &kinds) }
    let kept = try keptRows(used, &notes)
    for (index, content) in zip(used, contents) {
      try Stopping.check()
      switch content {
      case .numbers(let all):
        names.append(columns[index].name)
        let values = try filled(all, kept, columns[index])
        isWide = isWide || needDouble(values)
        elements.append(Element(values: values))
      case .categories(let codes, let categories):
        try expand(columns[index], kept.map { codes[$0] }, categories, &names, &elements, &notes)
      }
    }
    notes += kinds.notes()
    var content = Content(tensor: try rowMajor(elements, kept, isWide: isWide), columns: names, notes: notes)
    if let target = use.target {
      let labels = try labels(target, kept)
      content.take(labels)
      let classes = ClassTable(labels.labels, names: labels.names)
      let without = labels.labels.count { $0 < 0 }
      content.notes.append(
        "labels: column '\(columns[target].name)', \(classes.count) \(inflected("class", "classes", for: classes.count))"
          + (without > 0 ? ", \(without) \(inflected("row", for: without)) without one" : ""))
    }
    return content
  }

  private func content(of index: Int, _ kinds: inout KindRemark) throws -> ColumnContent {
    guard var reading = readings[index] else { return .numbers([]) }
    let content = try reading.content(texts[index] ?? [])
    kinds.add(columns[index].name, content, reading.remark)
    return content
  }

  /// The target, or the only column besides row numbers and names, as labels.
  func soleColumn(target: String?) throws -> LabelColumn {
    var used = use.features
    if let target {
      guard let index = used.first(where: { columns[$0].name == target }) ?? Int(target).map({ $0 - 1 }),
        columns.indices.contains(index)
      else {
        throw FileError(
          path: path, reason: "no column '\(target)' for target=",
          fix: "Columns: \(columns.map(\.name).joined(separator: ", "))")
      }
      used = [index]
    }
    if used.count > 1, let named = used.first(where: { Self.labelNames.contains(columns[$0].name.lowercased()) }) {
      used = [named]
    }
    guard used.count == 1 else {
      throw FileError(
        path: path,
        reason:
          "the table of labels has \(used.count) columns: \(used.prefix(12).map { columns[$0].name }.joined(separator: ", "))",
        fix: "Say which is the label: target=\(columns[used.last ?? 0].name)")
    }
    return try ordered(labels(used[0], Array(0..<rows)), besides: used[0])
  }

  /// The label of each file, where a column holds their names, with or without their extensions; nil where none does.
  /// A file that the table does not name has no label.
  func labels(ofFiles files: [String], target: String?) throws -> LabelColumn? {
    guard !files.isEmpty, columns.count > 1 else { return nil }
    func stem(_ name: String) -> String {
      let last = name.split(separator: "/" as Character).last.map(String.init) ?? name
      return last.lastIndex(of: ".").map { String(last[..<$0]) } ?? last
    }
    let stems = Dictionary(files.enumerated().map { (stem($1), $0) }, uniquingKeysWith: { first, _ in first })
    for index in columns.indices {
      let names =
        texts[index] ?? allTexts[index] ?? columns[index].values.map { $0.isNaN ? nil : String(Int(exactly: $0) ?? -1) }
      let rows = names.map { $0.flatMap { stems[stem($0)] ?? stems[$0] } }
      guard 2 * rows.count(where: { $0 != nil }) > min(files.count, rows.count) else { continue }
      let column = try labelColumn(besides: index, target: target)
      let own = try labels(column, Array(0..<self.rows))
      return own.placed(rows, count: files.count, by: columns[index].name)
    }
    return nil
  }

  private func labelColumn(besides index: Int, target: String?) throws -> Int {
    let others = columns.indices.filter { $0 != index }
    if let target {
      guard let place = others.first(where: { columns[$0].name == target }) ?? Int(target).map({ $0 - 1 }),
        others.contains(place)
      else {
        throw FileError(
          path: path, reason: "no column '\(target)' for target=",
          fix: "Columns: \(others.map { columns[$0].name }.joined(separator: ", "))")
      }
      return place
    }
    if let named = others.first(where: { Self.labelNames.contains(columns[$0].name.lowercased()) }) { return named }
    guard others.count == 1 else {
      throw FileError(
        path: path, reason: "the table has \(others.count) columns besides the names of the files",
        fix: "Say which is the label: target=\(columns[others.last ?? 0].name)")
    }
    return others[0]
  }

  private static let labelNames: Set<String> = ["label", "labels", "class", "target", "y", "category", "classes"]

  /// Labels in the order of the examples: a column that numbers them may have another one.
  private func ordered(_ labels: LabelColumn, besides label: Int) throws -> LabelColumn {
    guard let index = columns.indices.first(where: { $0 != label && columns[$0].numbersRows }),
      !columns[index].countsRows
    else { return labels }
    let numbers = columns[index].values
    let first = numbers.min() ?? 0
    guard first == 0 || first == 1, (numbers.max() ?? 0) - first == Double(rows - 1) else { return labels }
    return labels.reordered(numbers.map { Int($0 - first) }, by: columns[index].name)
  }

  /// Rows that are kept under the policy for missing values. A row whose target is empty has no label; missing=drop
  /// drops it, as any row with a gap.
  private func keptRows(_ used: [Int], _ notes: inout [String]) throws -> [Int] {
    let isDropping = options.missing == .drop
    let gaps = (used + (isDropping ? use.target.map { [$0] } ?? [] : [])).filter { columns[$0].missingCount > 0 }
    guard !gaps.isEmpty else { return Array(0..<rows) }
    if options.missing == .refuse {
      // The first gap in the order of the table.
      let first =
        gaps.map { columns[$0] }.min { ($0.firstMissing?.line ?? 0) < ($1.firstMissing?.line ?? 0) } ?? columns[gaps[0]]
      let total = gaps.reduce(0) { $0 + columns[$1].missingCount }
      throw FileError(
        path: path,
        reason:
          "\(first.firstMissing?.place ?? "a row"), column '\(first.name)': no value (\(total) missing in \(gaps.count) column\(gaps.count > 1 ? "s" : ""))",
        fix:
          "Use missing=keep to train on what is observed, or missing=drop, missing=mean or missing=zero to fill them.")
    }
    func isMissing(_ index: Int, _ row: Int) -> Bool {
      texts[index].map { $0[row] == nil } ?? columns[index].values[row].isNaN
    }
    let required = isDropping ? gaps : []
    let kept = (0..<rows).filter { row in required.allSatisfy { !isMissing($0, row) } }
    if kept.count < rows {
      notes.append("\(rows - kept.count) of \(rows) \(inflected("row", for: rows)) dropped: missing values")
    }
    guard !kept.isEmpty else {
      throw FileError(
        path: path, reason: "every row has a missing value", fix: "Fill the values: missing=mean or missing=zero")
    }
    let filled = gaps.reduce(0) { sum, index in sum + kept.count { isMissing(index, $0) } }
    if filled > 0, options.missing == .keep {
      notes.append(
        "\(filled) missing value\(filled == 1 ? "" : "s") kept, of \(kept.count * used.count) cells: a model of the table trains on the others"
      )
    } else if filled > 0 {
      notes.append("\(filled) missing value\(filled == 1 ? "" : "s") filled: missing=\(options.missing.rawValue)")
    }
    return kept
  }

  private func filled(_ values: [Double], _ kept: [Int], _ column: CSVColumn) throws -> [Double] {
    guard column.missingCount > 0 else { return kept.count == rows ? values : kept.map { values[$0] } }
    var fillValue = options.missing == .keep ? Double.nan : 0
    if options.missing == .mean {
      let present = values.lazy.filter { !$0.isNaN }
      fillValue = present.reduce(0, +) / Double(max(column.presentCount, 1))
    }
    return kept.map { values[$0].isNaN ? fillValue : values[$0] }
  }

  private func expand(
    _ column: CSVColumn, _ codes: [Double], _ names: [String], _ elementNames: inout [String],
    _ elements: inout [Element], _ notes: inout [String]
  ) throws {
    var categories = names
    var values = codes
    if options.missing != .keep, values.contains(where: \.isNaN) {
      values = values.map { $0.isNaN ? Double(categories.count) : $0 }
      categories.append("missing")
    }
    switch options.categories {
    case .refuse:
      throw FileError(
        path: path,
        reason: "column '\(column.name)' holds texts, the first '\(column.firstOther?.text ?? names.first ?? "")'",
        fix: "Use categories=onehot or categories=codes, or exclude it: without=\(column.name)")
    case .codes:
      elementNames.append(column.name)
      elements.append(Element(values: values))
      notes.append(
        "column '\(column.name)': \(categories.count) \(inflected("category", "categories", for: categories.count)) as 0…\(categories.count - 1)"
      )
    case .onehot:
      elementNames += categories.map { "\(column.name)=\($0)" }
      for category in categories.indices { elements.append(Element(values: values, category: Double(category))) }
      notes.append("column '\(column.name)': \(categories.count) categories as columns of 0 and 1")
    }
  }

  private func rowMajor(_ elements: [Element], _ kept: [Int], isWide: Bool) throws -> Tensor {
    guard let shape = Shape(validating: [kept.count, elements.count]), shape.count < Gzip.limit / 4 else {
      throw FileError(
        path: path, reason: "\(kept.count) rows of \(elements.count) columns are too many",
        fix: "Use categories=codes, or exclude columns: without=NAME")
    }
    func filled<T: TensorElement & BinaryFloatingPoint>(_ type: T.Type, _ dtype: DType) throws -> Tensor {
      var tensor = try Tensor(zeros: shape, dtype: dtype)
      try tensor.withMutableElements(of: type) { out in
        for (column, element) in elements.enumerated() {
          try Stopping.check()
          for row in kept.indices {
            let value = element.values[row]
            let isOne = element.category.map { value.isNaN ? value : $0 == value ? 1 : 0 }
            out[row * elements.count + column] = T(isOne ?? value)
          }
        }
      }
      return tensor
    }
    return isWide ? try filled(Double.self, .float64) : try filled(Float.self, .float32)
  }

  private func labels(_ index: Int, _ kept: [Int]) throws -> LabelColumn {
    let column = columns[index]
    let known = readings[index]
    var reading = ColumnReading(
      path: path, column: column, type: known?.type, marks: known?.marks ?? NumberMarks(), isTarget: true)
    let labels: LabelColumn
    switch try reading.content(texts[index] ?? []) {
    case .categories(let codes, let names):
      labels = LabelColumn(texts: kept.map { codes[$0].isNaN ? "" : names[Int(codes[$0])] })
    case .numbers(let values):
      do { labels = try LabelColumn(numbers: kept.map { values[$0] }) } catch {
        let row = kept[error.index]
        throw FileError(
          path: path, reason: "row \(row + 1), column '\(column.name)': \(values[row]) is not a class",
          fix: "Labels are texts or integers.")
      }
    }
    try labels.refuseNone(path)
    return labels
  }
}

/// Which kinds of columns a table has, in a few words.
private struct KindRemark {
  private var numbers = 0
  private var categories: [String] = []
  private var remarked: [(name: String, remark: String)] = []

  mutating func add(_ name: String, _ content: ColumnContent, _ remark: String?) {
    if let remark { remarked.append((name, remark)) }
    switch content {
    case .numbers: numbers += remark == nil ? 1 : 0
    case .categories(_, let names): categories.append("\(name) (\(names.count))")
    }
  }

  /// Said where not all columns are plain numbers.
  func notes() -> [String] {
    var notes: [String] = []
    notes.append(
      "columns: \(numbers) \(inflected("number", for: numbers))"
        + (categories.isEmpty
          ? "" : ", \(categories.count) \(inflected("category", "categories", for: categories.count))")
        + (remarked.isEmpty ? "" : ", \(remarked.count) converted"))
    for (name, remark) in remarked.prefix(12) { notes.append("column '\(name)': \(remark)") }
    if remarked.count > 12 { notes.append("\(remarked.count - 12) more columns are converted so") }
    return notes
  }
}
