import Tensors

/// Tables as delimited text: comma, semicolon, tab or bar, detected from the first line; `.gz` is unpacked before.
enum CSV {
  /// A file with more columns than this is rejected as a file of another format.
  static let columnLimit = 1 << 20

  /// Examples are the rows, `[N, D]`; the target column becomes labels.
  ///
  /// - Throws: `FileError` naming row, line and column of what cannot be read.
  static func decode(_ storage: Storage, path: String, options: TableOptions = TableOptions()) throws -> Content {
    try table(storage, path: path, options: options).content()
  }

  /// The rows of a table of one column as classes: integers, or texts as class names.
  ///
  /// - Parameter count: How many are expected: with one row more, the first is the name.
  /// - Throws: As `decode`, and for a table of several columns.
  static func labels(_ storage: Storage, path: String, count: Int) throws -> LabelColumn {
    var options = TableOptions()
    let rows = try table(storage, path: path, options: options)
    guard rows.rows == count + 1 else { return try rows.soleColumn() }
    options.header = .yes
    return try table(storage, path: path, options: options).soleColumn()
  }

  private static func table(_ storage: Storage, path: String, options: TableOptions) throws -> TableAssembly {
    let delimiter = CSVScanner.delimiter(of: storage.bytes)
    var scanner = CSVScanner(storage.bytes, delimiter: delimiter, path: path)
    scanner.skipEmptyLines()
    guard !scanner.isAtEnd else {
      throw FileError(path: path, reason: "the table is empty", fix: "Write a row for every example.")
    }
    var ahead = scanner
    let first = try ahead.row(limit: columnLimit)
    let hasHeader = try options.header == .auto ? looksLikeHeader(first, ahead) : options.header == .yes
    if hasHeader { scanner = ahead }
    var columns = try names(hasHeader ? first : nil, count: first.count, scanner, path).map(CSVColumn.init)
    let rows = try read(&scanner, into: &columns, path: path, options)
    guard rows > 0 else {
      throw FileError(
        path: path, reason: "the table has no rows\(hasHeader ? " but a header" : "")",
        fix: hasHeader ? "If the first row is data: header=no" : "Write a row for every example.")
    }
    return TableAssembly(path: path, options: options, columns: columns, rows: rows)
  }

  /// A first row is a header when no field of it is a number and either the second row has numbers or all fields of the
  /// first are different.
  private static func looksLikeHeader(_ first: [CSVScanner.Field], _ rest: CSVScanner) throws -> Bool {
    func value(_ field: CSVScanner.Field) -> CSVNumber.Value {
      CSVNumber.read(UnsafeRawBufferPointer(rebasing: rest.bytes[field.range]))
    }
    func isNumber(_ field: CSVScanner.Field) -> Bool { if case .number = value(field) { true } else { false } }
    guard !first.contains(where: isNumber), first.contains(where: { value($0) == .text }) else { return false }
    var rest = rest
    rest.skipEmptyLines()
    guard !rest.isAtEnd else { return true }
    if try rest.row(limit: columnLimit).contains(where: isNumber) { return true }
    return Set(first.map { rest.text($0) ?? "" }).count == first.count && first.count > 1
  }

  private static func names(
    _ header: [CSVScanner.Field]?, count: Int, _ scanner: CSVScanner, _ path: String
  ) throws -> [String] {
    guard let header else { return (1...count).map { "c\($0)" } }
    let names = try header.enumerated().map { index, field in
      guard let name = scanner.text(field) else {
        throw FileError(
          path: path, reason: "the name of column \(index + 1) is not UTF-8", fix: "Save the table as UTF-8.")
      }
      return name.split(separator: " ").joined(separator: " ")
    }
    var seen: Set<String> = []
    for name in names where !name.isEmpty && !seen.insert(name).inserted {
      throw FileError(path: path, reason: "two columns are named '\(name)'", fix: "Rename one of them.")
    }
    return names
  }

  /// Reads all rows; returns how many.
  private static func read(
    _ scanner: inout CSVScanner, into columns: inout [CSVColumn], path: String, _ options: TableOptions
  ) throws -> Int {
    var row = 0
    while true {
      scanner.skipEmptyLines()
      guard !scanner.isAtEnd else { return row }
      if row % 1024 == 0 { try Stopping.check() }
      let line = scanner.line
      var index = 0
      while true {
        let field = try scanner.next()
        if index < columns.count {
          do { try columns[index].append(field, row: row, line: line, in: scanner) } catch {
            throw problem(error, row, line, columns[index], path)
          }
        }
        index += 1
        if field.endsRow { break }
      }
      guard index == columns.count else {
        throw FileError(
          path: path, reason: "row \(row + 1) (line \(line)) has \(index) fields, the first row has \(columns.count)",
          fix: "Every row needs the same number of fields; quote texts that hold the delimiter.")
      }
      row += 1
    }
  }

  private static func problem(
    _ problem: CSVColumn.Problem, _ row: Int, _ line: Int, _ column: CSVColumn, _ path: String
  ) -> FileError {
    let place = "row \(row + 1) (line \(line)), column '\(column.name)'"
    switch problem {
    case .text(let text):
      let start = column.firstNumber.map { ", numbers since row \($0.row + 1)" } ?? ""
      return FileError(
        path: path, reason: "\(place): '\(text)' is not a number\(start)",
        fix: "Correct the field, empty it (and use missing=…), or exclude the column: without=\(column.name)")
    case .notFinite:
      return FileError(
        path: path, reason: "\(place): the number is not finite in 32 bits",
        fix: "Correct the field, or exclude the column: without=\(column.name)")
    case .tooManyCategories:
      return FileError(
        path: path, reason: "\(place): more than \(CSVColumn.categoryLimit) different texts are too many categories",
        fix: "Exclude the column: without=\(column.name)")
    case .notUTF8: return FileError(path: path, reason: "\(place): not UTF-8", fix: "Save the table as UTF-8.")
    }
  }
}
