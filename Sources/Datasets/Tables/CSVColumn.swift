import Tensors

/// One column of a table while it is read: its numbers, and how many cells are something else.
///
/// What the others are is decided when all of them are known, so that it does not depend on the order of the rows.
struct CSVColumn {
  let name: String
  /// Columns that are left out are not looked at.
  let isSkipped: Bool
  /// NaN where a cell is missing or no number.
  private(set) var values: [Double] = []
  private(set) var missingCount = 0
  private(set) var otherCount = 0
  private(set) var firstMissing: Cell?
  private(set) var firstNumber: Cell?
  /// The first cell that is neither a number nor missing.
  private(set) var firstOther: Cell?
  /// The first number that is not finite in 32 bits, and the first integer that float64 does not hold.
  private(set) var firstInfinite: Cell?
  private(set) var firstRounded: Cell?

  /// A place in the table: row and line, counted from 0 and 1, with the text there.
  struct Cell {
    let row: Int
    let line: Int
    let text: String

    var place: String { "row \(row + 1) (line \(line))" }
  }

  init(name: String, isSkipped: Bool = false) { (self.name, self.isSkipped) = (name, isSkipped) }

  var numberCount: Int { values.count - missingCount - otherCount }
  /// Cells that are not missing.
  var presentCount: Int { values.count - missingCount }

  mutating func append(_ field: CSVScanner.Field, row: Int, line: Int, in scanner: CSVScanner, _ marks: NumberMarks) {
    guard !isSkipped else { return }
    let bytes = UnsafeRawBufferPointer(rebasing: scanner.bytes[field.range])
    switch bytes.isEmpty ? .missing : CSVNumber.read(bytes, marks) {
    case .missing:
      if firstMissing == nil { firstMissing = Cell(row: row, line: line, text: "") }
      missingCount += 1
      values.append(.nan)
    case .number(let number):
      values.append(number)
      if firstNumber == nil { firstNumber = Cell(row: row, line: line, text: "") }
      if firstInfinite == nil, !Float(number).isFinite {
        firstInfinite = Cell(row: row, line: line, text: scanner.shown(field))
      } else if abs(number) >= 0x1p53, firstRounded == nil, CSVNumber.isRounded(bytes, number) {
        firstRounded = Cell(row: row, line: line, text: scanner.shown(field))
      }
    case .text:
      if firstOther == nil { firstOther = Cell(row: row, line: line, text: scanner.shown(field)) }
      otherCount += 1
      values.append(.nan)
    }
  }

  /// Whether all its cells are empty.
  var isEmpty: Bool { !isSkipped && !values.isEmpty && missingCount == values.count }

  /// The numbers 0, 1, 2 … or 1, 2, 3 …
  var countsRows: Bool {
    guard otherCount == 0, missingCount == 0, let first = values.first, first == 0 || first == 1 else { return false }
    return values.enumerated().allSatisfy { Double($0.offset) + first == $0.element }
  }

  /// Whether all are different integers, as the rows of a table that was shuffled or filtered are numbered.
  var numbersRows: Bool {
    otherCount == 0 && missingCount == 0 && values.allSatisfy { $0 == $0.rounded() && $0 >= 0 }
      && Set(values).count == values.count
  }
}

extension CSVScanner {
  /// A field for messages: not too long.
  func shown(_ field: Field) -> String {
    let text = text(field)
    return text.count > 40 ? text.prefix(40) + "…" : text
  }
}

/// Whether float32 would cut what these numbers differ by: times in seconds, pressures in pascals, identifiers.
func needDouble(_ values: some Sequence<Double>) -> Bool {
  var (low, high, loss, isWhole) = (Double.infinity, -Double.infinity, 0.0, true)
  for value in values where !value.isNaN {
    low = min(low, value)
    high = max(high, value)
    loss = max(loss, abs(Double(Float(value)) - value))
    isWhole = isWhole && value == value.rounded()
  }
  // An integer that float32 rounds is another integer.
  return high > low && (loss > 1e-5 * (high - low) || isWhole && loss > 0)
}
