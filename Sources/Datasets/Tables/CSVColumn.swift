import Tensors

/// One column of a table while it is read: numbers or texts, decided by its first field that is not missing.
struct CSVColumn {
  enum Kind { case unknown, number, text }

  /// More different texts than this are names or sentences, not categories.
  static let categoryLimit = 1000

  let name: String
  private(set) var kind = Kind.unknown
  /// Numbers, or indices into `categories`; NaN where missing.
  private(set) var values: [Double] = []
  private(set) var categories: [String] = []
  private(set) var missingCount = 0
  /// Rows from 0 and their lines, of the first field that is missing and of the first number.
  private(set) var firstMissing: (row: Int, line: Int)?
  private(set) var firstNumber: (row: Int, line: Int)?
  private var codes: [String: Double] = [:]

  init(name: String) { self.name = name }

  /// Errors of a field.
  enum Problem: Error, Equatable {
    /// Text in a column of numbers.
    case text(String)
    case notFinite
    case tooManyCategories
    case notUTF8
  }

  mutating func append(_ field: CSVScanner.Field, row: Int, line: Int, in scanner: CSVScanner) throws(Problem) {
    let bytes = UnsafeRawBufferPointer(rebasing: scanner.bytes[field.range])
    let value = bytes.isEmpty ? .missing : CSVNumber.read(bytes)
    switch (kind, value) {
    case (_, .missing):
      if firstMissing == nil { firstMissing = (row, line) }
      missingCount += 1
      values.append(.nan)
    case (.unknown, .number(let number)), (.number, .number(let number)):
      guard Float(number).isFinite else { throw .notFinite }
      if kind == .unknown { firstNumber = (row, line) }
      kind = .number
      values.append(number)
    case (.number, .text): throw .text(shown(scanner, field))
    case (.unknown, .text), (.text, _):
      kind = .text
      guard let text = scanner.text(field) else { throw .notUTF8 }
      if let code = codes[text] {
        values.append(code)
      } else {
        guard categories.count < Self.categoryLimit else { throw .tooManyCategories }
        codes[text] = Double(categories.count)
        values.append(Double(categories.count))
        categories.append(text)
      }
    }
  }

  private func shown(_ scanner: CSVScanner, _ field: CSVScanner.Field) -> String {
    let text = String(decoding: scanner.bytes[field.range].prefix(40), as: UTF8.self)
    return field.range.count > 40 ? text + "…" : text
  }

  /// Categories in alphabetical order, and the codes that say so.
  mutating func sortCategories() {
    let order = categories.indices.sorted { categories[$0] < categories[$1] }
    var rank = [Double](repeating: 0, count: order.count)
    for (position, index) in order.enumerated() { rank[index] = Double(position) }
    categories = order.map { categories[$0] }
    for index in values.indices where !values[index].isNaN { values[index] = rank[Int(values[index])] }
  }

  /// 0, 1, 2 … without a name: the row numbers that pandas writes.
  var isIndex: Bool {
    name.isEmpty && kind == .number && missingCount == 0
      && values.enumerated().allSatisfy { Double($0.offset) == $0.element }
  }

  /// Whether float32 would cut what its numbers differ by: times in seconds, pressures in pascals.
  var needsDouble: Bool {
    guard kind == .number else { return false }
    var (low, high, loss) = (Double.infinity, -Double.infinity, 0.0)
    for value in values where !value.isNaN {
      low = min(low, value)
      high = max(high, value)
      loss = max(loss, abs(Double(Float(value)) - value))
    }
    return high > low && loss > 1e-5 * (high - low)
  }
}
