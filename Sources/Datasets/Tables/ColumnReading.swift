import Tensors

/// What the cells of a column are, once all are known.
enum ColumnContent {
  /// NaN where missing.
  case numbers([Double])
  /// Indices into `names`, NaN where missing.
  case categories([Double], names: [String])
}

/// Decides what a column is, and refuses what it cannot be sure of.
struct ColumnReading {
  let path: String
  let column: CSVColumn
  /// As `types=` says it.
  let type: ColumnType?
  let marks: NumberMarks
  /// Whether its cells are classes, which may be many.
  let isTarget: Bool
  /// What was assumed: `percent, as fractions`.
  private(set) var remark: String?

  /// More different texts than this become too many columns; `types=` takes as many as `categoryLimit`.
  static let plainCategoryLimit = 256
  static let categoryLimit = 1000

  init(path: String, column: CSVColumn, type: ColumnType?, marks: NumberMarks, isTarget: Bool = false) {
    (self.path, self.column, self.marks, self.isTarget) = (path, column, marks, isTarget)
    // The texts of a target are its classes, whatever they are.
    self.type = type ?? (isTarget && column.otherCount > 0 ? .category : nil)
  }

  /// Whether the texts of the cells are needed.
  var needsTexts: Bool { column.otherCount > 0 || (type != nil && type != .number) }

  /// - Parameter texts: Of every row, nil where missing; empty where they are not needed.
  /// - Throws: `FileError` with the cell that is not as the others.
  mutating func content(_ texts: [String?]) throws -> ColumnContent {
    if column.isEmpty {
      throw problem("column '\(column.name)': no row has a value", "Exclude it: without=\(word)")
    }
    switch type {
    case .number: return .numbers(try numbers(texts, isAsked: true))
    case .category: return try categories(texts, limit: isTarget ? LabelColumn.limit : Self.categoryLimit)
    case .date, .dayFirst, .monthFirst: return .numbers(try dates(texts))
    case nil:
      guard column.otherCount > 0 else { return .numbers(try numbers(texts, isAsked: false)) }
      if let numbers = try decorated(texts) { return .numbers(numbers) }
      let dates = texts.count { $0.map(CSVDate.isDate) ?? false }
      if column.numberCount == 0, 2 * dates > column.presentCount { return .numbers(try self.dates(texts)) }
      let numbers =
        column.numberCount
        + texts.enumerated().count { column.values[$0.offset].isNaN && isNumberElsewhere($0.element) }
      if 2 * numbers >= column.presentCount { throw notANumber() }
      return try categories(texts, limit: Self.plainCategoryLimit)
    }
  }

  /// Whether a text would be a number in a table with other marks.
  private func isNumberElsewhere(_ text: String?) -> Bool {
    let comma = NumberMarks(decimal: UInt8(ascii: ","), thousands: UInt8(ascii: "."))
    let point = NumberMarks(decimal: UInt8(ascii: "."), thousands: UInt8(ascii: ","))
    return text.map { CSVNumber.decorated($0, comma) != nil || CSVNumber.decorated($0, point) != nil } ?? false
  }

  private var word: String { column.name }

  private func problem(_ reason: String, _ fix: String) -> FileError { FileError(path: path, reason: reason, fix: fix) }

  private func notANumber() -> FileError {
    let cell = column.firstOther ?? CSVColumn.Cell(row: 0, line: 0, text: "")
    let others = "\(column.numberCount) of \(column.presentCount) cells are"
    return problem(
      "\(cell.place), column '\(column.name)': '\(cell.text)' is not a number, \(others)",
      "Correct the cell, empty it (and use missing=…), exclude the column: without=\(word), or read texts: "
        + "types=\(word):category")
  }

  private mutating func numbers(_ texts: [String?], isAsked: Bool) throws -> [Double] {
    if column.otherCount > 0 {
      guard let numbers = try decorated(texts) else { throw notANumber() }
      return numbers
    }
    if let cell = column.firstInfinite {
      throw problem(
        "\(cell.place), column '\(column.name)': the number is not finite in 32 bits",
        "Correct the cell, or exclude the column: without=\(word)")
    }
    if let cell = column.firstRounded {
      throw problem(
        "\(cell.place), column '\(column.name)': float64 does not hold the integer \(cell.text)",
        "Exclude the column: without=\(word), or read texts: types=\(word):category")
    }
    return column.values
  }

  /// Numbers with signs or groups, all of one kind; nil when some are no numbers.
  private mutating func decorated(_ texts: [String?]) throws -> [Double]? {
    var values = column.values
    var signs: [CSVNumber.Sign: (row: Int, text: String)] = [:]
    var unsigned: String?
    for (row, text) in texts.enumerated() {
      guard let text else { continue }
      guard values[row].isNaN else {
        if unsigned == nil { unsigned = text }
        continue
      }
      guard let read = CSVNumber.decorated(text, marks) else { return nil }
      values[row] = read.number
      if let sign = read.sign {
        if signs[sign] == nil { signs[sign] = (row, text) }
      } else if unsigned == nil {
        unsigned = text
      }
    }
    let isCurrency = signs.keys.allSatisfy { if case .currency = $0 { true } else { false } }
    if signs.count > 1 || (unsigned != nil && !isCurrency), let first = signs.values.min(by: { $0.row < $1.row }) {
      let other = signs.count > 1 ? signs.values.max { $0.row < $1.row }?.text : unsigned
      throw problem(
        "row \(first.row + 1), column '\(column.name)': '\(first.text)' and '\(other ?? "")' are in different units",
        "Write all cells in one unit, or exclude the column: without=\(word)")
    }
    remark = signs.keys.first?.phrase
    return values
  }

  private mutating func dates(_ texts: [String?]) throws -> [Double] {
    let order: CSVDate.Order? = type == .dayFirst ? .dayFirst : type == .monthFirst ? .monthFirst : nil
    do throws(CSVDate.Failure) {
      let reading = try CSVDate(texts.compactMap { $0 }, order: order)
      remark = reading.unit
      return texts.map { $0.flatMap(reading.number) ?? .nan }
    } catch {
      switch error {
      case .ambiguous(let text):
        throw problem(
          "column '\(column.name)': '\(text)' has the day first or the month first",
          "Say which: types=\(word):dmy or types=\(word):mdy; or exclude the column: without=\(word)")
      case .invalid(let text):
        throw problem(
          "column '\(column.name)': there is no day '\(text)'",
          "Correct the cell, or exclude the column: without=\(word)")
      case .other:
        let odd = texts.enumerated().first { $0.element.map { !CSVDate.isDate($0) } ?? false }
        let cell = odd.map {
          "row \($0.offset + 1), column '\(column.name)': '\(($0.element ?? "").prefix(40))' is not a date"
        }
        throw problem(
          cell ?? "column '\(column.name)': not all dates are written alike", "Exclude the column: without=\(word)")
      }
    }
  }

  private func categories(_ texts: [String?], limit: Int) throws -> ColumnContent {
    let names = Set(texts.lazy.compactMap { $0 })
    let present = texts.count { $0 != nil }
    func refusal(_ what: String, _ fix: String) -> FileError {
      let cell = column.firstOther ?? column.firstNumber ?? CSVColumn.Cell(row: 0, line: 0, text: "")
      return problem("\(cell.place), column '\(column.name)': '\(cell.text)' is one of \(what)", fix)
    }
    if isTarget
      ? names.count > 20 && 2 * names.count > present : type == nil && names.count > 10 && 2 * names.count > present
    {
      throw refusal(
        "\(names.count) different texts in \(present) rows: names, not categories",
        isTarget
          ? "Choose a column of classes: target=NAME"
          : "Exclude the column: without=\(word), or read them all the same: types=\(word):category")
    }
    guard names.count <= limit else {
      let more = limit < Self.categoryLimit ? ", or allow \(Self.categoryLimit): types=\(word):category" : ""
      throw refusal("\(names.count) different texts, too many categories", "Exclude the column: without=\(word)\(more)")
    }
    let sorted = names.sorted()
    let codes = Dictionary(uniqueKeysWithValues: sorted.enumerated().map { ($1, Double($0)) })
    return .categories(texts.map { $0.flatMap { codes[$0] } ?? .nan }, names: sorted)
  }
}

/// What `types=` can say of a column.
package enum ColumnType: String, Codable, Sendable, CaseIterable {
  case number, category, date
  /// Dates with the day first, or the month.
  case dayFirst = "dmy"
  case monthFirst = "mdy"
}
