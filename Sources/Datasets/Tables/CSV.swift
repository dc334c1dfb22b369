import Tensors
import Text

/// Tables as delimited text; `.gz` is unpacked before.
///
/// Reading doubts itself: separator, marks of numbers, header, index and the kind of each column are found out from the
/// whole of the table, said in notes, and where two readings are possible the table is refused with the cell.
struct CSV {
  /// A file with more columns than this is rejected as a file of another format.
  static let columnLimit = 1 << 20

  private let path: String
  private let options: TableOptions
  private let storage: Storage
  private let encoding: TextEncoding
  private var notes: [String] = []

  /// Examples are the rows, `[N, D]`; the target column becomes labels.
  ///
  /// - Throws: `FileError` naming row, line and column of what cannot be read.
  static func decode(_ storage: Storage, path: String, options: TableOptions = TableOptions()) throws -> Content {
    var reader = try CSV(storage, path: path, options: options)
    return try reader.assembly().content()
  }

  /// A column of labels: the target, or the only column besides row numbers and names.
  ///
  /// - Parameter count: How many are expected: with one row more, the first is the name.
  /// - Throws: As `decode`, and for a table of several columns.
  static func labels(
    _ storage: Storage, path: String, count: Int, target: String?, files: [String] = []
  ) throws -> LabelColumn {
    var options = TableOptions()
    var reader = try CSV(storage, path: path, options: options)
    let assembly = try reader.assembly(isLabels: true)
    if let byFile = try assembly.labels(ofFiles: files, target: target) { return byFile }
    guard assembly.rows == count + 1, !assembly.hasHeader else { return try assembly.soleColumn(target: target) }
    options.header = .yes
    reader = try CSV(storage, path: path, options: options)
    return try reader.assembly(isLabels: true).soleColumn(target: target)
  }

  private init(_ storage: Storage, path: String, options: TableOptions) throws {
    (self.path, self.options) = (path, options)
    if let utf16 = TextEncoding.utf16(storage.bytes) {
      self.storage = try TextEncoding.utf8(of: storage.bytes, isBigEndian: utf16.isBigEndian, start: utf16.start)
      encoding = .utf8
      notes.append("the text is UTF-16")
    } else {
      self.storage = storage
      encoding = TextEncoding.of(storage.bytes)
      if encoding == .windows1252 { notes.append("the text is not UTF-8: read as Windows-1252 (Latin-1)") }
    }
  }

  private mutating func assembly(isLabels: Bool = false) throws -> TableAssembly {
    let bytes = storage.bytes
    var start = CSVScanner(bytes, separator: .blanks, path: path, encoding: encoding)
    start.skipEmptyLines()
    guard !start.isAtEnd else {
      throw FileError(path: path, reason: "the table is empty", fix: "Write a row for every example.")
    }
    let asked = try separatorOption()
    let said = start.separatorLine()
    let comments = start.commentLines()
    guard !start.isAtEnd else {
      throw FileError(path: path, reason: "the table has comments but no rows", fix: "Write a row for every example.")
    }
    let sniffer = SeparatorSniffer(bytes, path: path, encoding: encoding)
    var dialect = TableDialect(separator: asked ?? said ?? sniffer.separator(from: start.position))
    var scanner = start.divided(by: dialect.separator)
    let (sample, _) = try sample(scanner)
    guard let first = sample.first else {
      throw FileError(path: path, reason: "the table is empty", fix: "Write a row for every example.")
    }
    dialect.marks = try marks(sample)
    // numpy.savetxt writes the names behind a #.
    let commented = comments.last.flatMap {
      Self.names(of: $0, dialect.separator, count: sample.map(\.count).max() ?? 0)
    }
    var rest = Array(sample.dropFirst())
    let hasHeader: Bool
    var names: [String]?
    switch options.header {
    case .yes: hasHeader = true
    case .no: hasHeader = false
    case .auto: hasHeader = commented == nil && TableHeader.isHeader(first, rest, dialect.marks)
    }
    if hasHeader {
      names = first
      _ = try scanner.row(limit: Self.columnLimit)
    } else {
      names = options.header == .no ? nil : commented
      rest = sample
    }
    let width = rest.first?.count ?? first.count
    // R writes the names of the rows without a name above them.
    if let found = names, found.count == width - 1 { names = [""] + found }
    say(
      dialect, asked: asked != nil, isSaid: said != nil, hasHeader: hasHeader, names: names, comments: comments,
      first: first, width: width)
    var use = try ColumnUse(names, count: names?.count ?? width, options, path: path)
    var columns = use.names.indices.map { CSVColumn(name: use.names[$0], isSkipped: use.isSkipped($0)) }
    let body = scanner
    let rows = try read(&scanner, into: &columns, dialect.marks)
    guard rows > 0 else {
      throw FileError(
        path: path, reason: "the table has no rows\(hasHeader ? " but a header" : "")",
        fix: hasHeader ? "If the first row is data: header=no" : "Write a row for every example.")
    }
    try use.leaveOutIndex(
      columns, rows: rows, isNamed: names != nil, texts: { try self.texts(body, of: [$0], count: rows)[$0] ?? [] })
    let readings = use.readings(columns, dialect.marks)
    let texts = try self.texts(body, of: readings.filter(\.value.needsTexts).map(\.key), count: rows)
    let shelved = isLabels ? columns.indices.filter { use.isSkipped($0) && columns[$0].otherCount > 0 } : []
    let allTexts = try self.texts(body, of: shelved, count: rows)
    return TableAssembly(
      path: path, options: options, columns: columns, rows: rows, use: use, readings: readings, texts: texts,
      allTexts: allTexts, hasHeader: hasHeader, notes: isLabels ? [] : notes + use.notes)
  }

  private func separatorOption() throws -> TableDialect.Separator? {
    guard let text = options.separator else { return nil }
    guard let separator = TableDialect.Separator(text) else {
      throw FileError(
        path: path, reason: "'\(text)' cannot separate fields",
        fix: "sep= is one character, or comma, semicolon, tab, bar, blank.")
    }
    return separator
  }

  /// The first rows as texts: enough to tell names and marks, not more than some thousand cells.
  private func sample(_ scanner: CSVScanner) throws -> (rows: [[String]], isAll: Bool) {
    var scanner = scanner
    var rows: [[String]] = []
    var cells = 0
    scanner.skipEmptyLines()
    while !scanner.isAtEnd, rows.count < 3 || (rows.count < 1000 && cells < 20_000) {
      guard
        let fields = rows.isEmpty ? try scanner.row(limit: Self.columnLimit) : try? scanner.row(limit: Self.columnLimit)
      else { break }
      rows.append(fields.map { scanner.text($0) })
      cells += fields.count
      scanner.skipEmptyLines()
    }
    return (rows, scanner.isAtEnd)
  }

  private func marks(_ sample: [[String]]) throws -> NumberMarks {
    func mark(_ text: String?, _ option: String) throws -> UInt8? {
      guard let text else { return nil }
      guard let mark = NumberMarks.mark(text) else {
        throw FileError(
          path: path, reason: "'\(text)' is no mark for \(option)=", fix: "Use point, comma, blank or apostrophe.")
      }
      return mark
    }
    let (decimal, thousands) = (try mark(options.decimal, "decimal"), try mark(options.thousands, "thousands"))
    guard decimal == nil || decimal != thousands, decimal.map({ ".,".utf8.contains($0) }) ?? true else {
      throw FileError(
        path: path, reason: "decimal= and thousands= must be two different marks, the first point or comma",
        fix: "Example: decimal=comma thousands=point")
    }
    var sniffer = NumberMarksSniffer()
    for cell in sample.joined() { sniffer.look(at: cell) }
    let (marks, unclear) = sniffer.marks(decimal: decimal, thousands: thousands)
    if let unclear {
      let column = sample.lazy.compactMap { $0.firstIndex(of: unclear) }.first ?? 0
      throw FileError(
        path: path, reason: "column \(column + 1): '\(unclear)' has a decimal comma or a comma between thousands",
        fix: "Say which: decimal=comma or thousands=comma")
    }
    return marks
  }

  /// The names in a comment line, where there are as many as columns.
  private static func names(of comment: String, _ separator: TableDialect.Separator, count: Int) -> [String]? {
    let text = Array(comment.utf8)
    return text.withUnsafeBytes { bytes in
      guard !bytes.isEmpty else { return nil }
      var scanner = CSVScanner(bytes, separator: separator, path: "")
      scanner.skipEmptyLines()
      guard !scanner.isAtEnd, let fields = try? scanner.row(limit: CSV.columnLimit), fields.count == count else {
        return nil
      }
      return fields.map { scanner.text($0) }
    }
  }

  private mutating func say(
    _ dialect: TableDialect, asked: Bool, isSaid: Bool, hasHeader: Bool, names: [String]?, comments: [String],
    first: [String], width: Int
  ) {
    var said: [String] = []
    if width > 1 {
      said.append("fields separated by \(dialect.separator.phrase)" + (isSaid ? ", as the first line says" : ""))
    }
    if dialect.marks != NumberMarks() { said.append(dialect.marks.phrase) }
    said.append(
      hasHeader
        ? "the first row names the columns"
        : names == nil ? "no header: the first row is an example" : "columns are named by a comment")
    if !hasHeader, names == nil, width > 1, let counted = Self.counting(first) {
      said.append("(header=yes if \(counted) are names)")
    }
    notes.append(said.joined(separator: ", ").replacing(", (", with: " ("))
    if !comments.isEmpty {
      notes.append("\(comments.count) \(inflected("line", for: comments.count)) of comments skipped")
    }
  }

  /// `0, 1, 2` where a row counts.
  private static func counting(_ row: [String]) -> String? {
    let numbers = row.compactMap { Int($0.trimmedBlanks) }
    guard numbers.count == row.count, let first = numbers.first, first == 0 || first == 1, numbers.count > 1,
      numbers.elementsEqual(first..<first + numbers.count)
    else { return nil }
    return numbers.count > 3 ? "\(first), \(first + 1), …" : numbers.map(String.init).joined(separator: ", ")
  }

  /// Reads all rows; returns how many.
  private func read(_ scanner: inout CSVScanner, into columns: inout [CSVColumn], _ marks: NumberMarks) throws -> Int {
    var row = 0
    while true {
      scanner.skipEmptyLines()
      guard !scanner.isAtEnd else { return row }
      if row % 1024 == 0 { try Stopping.check() }
      let line = scanner.line
      var index = 0
      while true {
        let field = try scanner.next()
        if index < columns.count { columns[index].append(field, row: row, line: line, in: scanner, marks) }
        index += 1
        if field.endsRow { break }
      }
      guard index == columns.count else {
        throw FileError(
          path: path, reason: "row \(row + 1) (line \(line)) has \(index) fields, the first row has \(columns.count)",
          fix:
            "Every row needs the same number of fields; quote texts that hold the separator, or name another: sep=tab")
      }
      row += 1
    }
  }

  /// Cells of some columns as texts; nil where missing.
  private func texts(_ scanner: CSVScanner, of wanted: [Int], count: Int) throws -> [Int: [String?]] {
    guard !wanted.isEmpty else { return [:] }
    var scanner = scanner
    var places: [Int: Int] = [:]
    for (place, column) in wanted.enumerated() { places[column] = place }
    var texts = [[String?]](repeating: [], count: wanted.count)
    for row in 0..<count {
      if row % 1024 == 0 { try Stopping.check() }
      scanner.skipEmptyLines()
      var index = 0
      while true {
        let field = try scanner.next()
        if let place = places[index] {
          let text = scanner.text(field).trimmedBlanks
          texts[place].append(text.isEmpty || CSVNumber.isMissing(text) ? nil : text)
        }
        index += 1
        if field.endsRow { break }
      }
    }
    return Dictionary(uniqueKeysWithValues: wanted.enumerated().map { ($1, texts[$0]) })
  }
}

extension CSVScanner {
  /// The separator that a line `sep=;` names, as Excel writes it; the scanner goes on behind it.
  fileprivate mutating func separatorLine() -> TableDialect.Separator? {
    var ahead = self
    let line = ahead.skipLine().trimmingQuotes.lowercased()
    guard line.hasPrefix("sep="), let separator = TableDialect.Separator(String(line.dropFirst(4))) else { return nil }
    self = ahead
    skipEmptyLines()
    return separator
  }

  /// Lines at the beginning that start with `#`, without it; the scanner goes on behind them.
  fileprivate mutating func commentLines() -> [String] {
    var lines: [String] = []
    while !isAtEnd, bytes[position] == UInt8(ascii: "#") {
      lines.append(String(skipLine().dropFirst()).trimmedBlanks)
      skipEmptyLines()
    }
    return lines
  }

  /// From the same place with another separator.
  fileprivate func divided(by separator: TableDialect.Separator) -> CSVScanner {
    var other = CSVScanner(bytes, separator: separator, path: path, encoding: encoding)
    (other.position, other.line) = (position, line)
    return other
  }
}

extension String {
  fileprivate var trimmingQuotes: String {
    hasPrefix("\"") && hasSuffix("\"") && count > 1 ? String(dropFirst().dropLast()) : self
  }
}
