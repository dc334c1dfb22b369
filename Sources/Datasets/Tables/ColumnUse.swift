import Tensors

/// What each column of a table is for: examples, labels, or nothing.
///
/// What `without=`, `only=` and `target=` say is known before any cell is read, so that a column that is left out is
/// never looked at.
struct ColumnUse {
  let names: [String]
  private(set) var target: Int?
  private(set) var notes: [String] = []
  private let path: String
  private let options: TableOptions
  /// Columns without a name of their own.
  private let nameless: Set<Int>
  private var excluded: Set<Int> = []

  /// - Parameter header: Names as the table has them; nil without a header.
  init(_ header: [String]?, count: Int, _ options: TableOptions, path: String) throws {
    (self.path, self.options) = (path, options)
    let clean = header?.map { $0.split(whereSeparator: { $0.isWhitespace }).joined(separator: " ") }
    var seen: Set<String> = []
    for name in clean ?? [] where !name.isEmpty && !seen.insert(name).inserted {
      throw FileError(path: path, reason: "two columns are named '\(name)'", fix: "Rename one of them.")
    }
    nameless = Set(
      (0..<count).filter { index in
        clean.map { $0[index].isEmpty || $0[index].hasPrefix("Unnamed:") } ?? false
      })
    names = (0..<count).map { index in
      let own = clean?[index] ?? ""
      return own.isEmpty ? "c\(index + 1)" : own
    }
    if let only = options.only {
      let kept = Set(try only.map { try position(of: $0, option: "only") })
      excluded = Set(names.indices).subtracting(kept)
    }
    for name in options.without { excluded.insert(try position(of: name, option: "without")) }
    if let name = options.target {
      let place = try position(of: name, option: "target")
      excluded.remove(place)
      target = place
    }
    for name in (options.types ?? [:]).keys.sorted() { _ = try position(of: name, option: "types") }
    if let index = options.index, index != "no" {
      let place = index == "yes" ? 0 : try position(of: index, option: "index")
      if place != target { excluded.insert(place) }
      notes.append("column '\(names[place])' is the index: left out")
    }
  }

  func isSkipped(_ index: Int) -> Bool { excluded.contains(index) }

  /// Columns whose elements make the examples.
  var features: [Int] { names.indices.filter { !excluded.contains($0) && $0 != target } }

  private func position(of name: String, option: String) throws(FileError) -> Int {
    if let index = names.firstIndex(of: name) { return index }
    if let number = Int(name), names.indices.contains(number - 1) { return number - 1 }
    let known = names.prefix(12).joined(separator: ", ") + (names.count > 12 ? ", …" : "")
    throw FileError(path: path, reason: "no column '\(name)' for \(option)=", fix: "Columns: \(known)")
  }

  private static let indexNames: Set<String> = [
    "id", "index", "idx", "row", "rowid", "row_id", "row id", "rownames", "row.names", "rownumber", "no", "no.", "nr",
    "#", "obs",
  ]

  /// Leaves out columns that number or name the rows, and nameless columns that are empty.
  ///
  /// - Parameter texts: Reads a column's cells.
  mutating func leaveOutIndex(
    _ columns: [CSVColumn], rows: Int, isNamed: Bool, texts: (Int) throws -> [String?]
  ) throws {
    for index in features where columns[index].isEmpty && (nameless.contains(index) || !isNamed) && features.count > 1 {
      excluded.insert(index)
      notes.append("column \(index + 1) has no \(isNamed ? "name and no values" : "values"): left out")
    }
    guard options.index == nil else { return }
    for index in features where features.count > 1 {
      let column = columns[index]
      let place = index == 0 ? "the first column" : "column \(index + 1)"
      let what = isNamed ? "\(place) has no name and" : place
      if nameless.contains(index) {
        if column.countsRows {
          leaveOut(index, "\(what) counts the rows")
        } else if column.numbersRows, rows > 1 {
          leaveOut(index, "\(what) numbers the rows")
        } else if index == 0, column.otherCount > 0, try areDifferent(texts(index)) {
          leaveOut(index, "\(what) names the rows")
        }
      } else if index == 0, column.countsRows {
        if isNamed, rows > 2, Self.indexNames.contains(names[index].lowercased()) {
          leaveOut(index, "column '\(names[index])' counts the rows")
        } else if !isNamed, rows > 4 {
          leaveOut(index, "\(what) counts the rows")
        }
      }
    }
  }

  private mutating func leaveOut(_ index: Int, _ what: String) {
    excluded.insert(index)
    notes.append("\(what): left out as an index (index=no keeps it)")
  }

  private func areDifferent(_ texts: [String?]) -> Bool {
    let present = texts.compactMap { $0 }
    return present.count == texts.count && Set(present).count == present.count
  }

  /// How each column in use is to be read.
  func readings(_ columns: [CSVColumn], _ marks: NumberMarks) -> [Int: ColumnReading] {
    var readings: [Int: ColumnReading] = [:]
    for index in features + (target.map { [$0] } ?? []) {
      let type = options.types?[names[index]] ?? options.types?[String(index + 1)]
      readings[index] = ColumnReading(
        path: path, column: columns[index], type: type, marks: marks, isTarget: index == target)
    }
    return readings
  }
}
