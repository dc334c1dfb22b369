/// Whether the first row of a table names its columns.
enum TableHeader {
  /// - Parameters:
  ///   - first: Texts of the first row.
  ///   - rest: Of the rows behind it, a few.
  ///   - marks: What numbers have in this table.
  static func isHeader(_ first: [String], _ rest: [[String]], _ marks: NumberMarks) -> Bool {
    func kind(_ text: String) -> Kind { Self.kind(text, marks) }
    let isNumber = first.map { kind($0) == .number }
    if isNumber.contains(true) { return namesByNumbers(first, isNumber, rest, kind) }
    // Names of rows and columns may lack one: the column of row names.
    guard first.contains(where: { kind($0) == .text }) else { return false }
    guard let second = rest.first else { return true }
    if second.contains(where: { kind($0) == .number }) { return true }
    return Set(first).count == first.count && first.count > 1
  }

  private enum Kind { case number, missing, text }

  private static func kind(_ text: String, _ marks: NumberMarks) -> Kind {
    var text = text
    let value = text.withUTF8 { CSVNumber.read(UnsafeRawBufferPointer($0), marks) }
    switch value {
    case .number: return .number
    case .missing: return .missing
    case .text: return CSVNumber.decorated(text, marks) != nil ? .number : .text
    }
  }

  /// A header of numbers goes on evenly, 0, 1, 2 … as pandas counts columns, or up or down as the wavelengths of a
  /// spectrum do, and the rows behind it do not; few of them must differ from the rows in form as well.
  private static func namesByNumbers(
    _ first: [String], _ isNumber: [Bool], _ rest: [[String]], _ kind: (String) -> Kind
  ) -> Bool {
    guard let second = rest.first else { return false }
    let places = isNumber.indices.filter { isNumber[$0] }
    let numbers = places.compactMap { Double(first[$0].trimmedBlanks) }
    guard numbers.count == places.count, isEven(numbers) else { return false }
    // Besides numbers a header has names of texts, or none for the row numbers.
    let others = first.indices.filter { !isNumber[$0] }
    guard Set(first.map(\.trimmedBlanks)).count == first.count else { return false }
    let below = rest.prefix(20).map { row in
      places.compactMap { row.indices.contains($0) ? Double(row[$0].trimmedBlanks) : nil }
    }
    guard !below.contains(where: { isEven($0) && $0.count == numbers.count }) || numbers.count < 3 else { return false }
    let isWhole = first.indices.allSatisfy { !isNumber[$0] || !first[$0].contains(".") }
    let hasFractions = rest.prefix(20).contains { row in
      places.contains { row.indices.contains($0) && (row[$0].contains(".") || row[$0].contains("e-")) }
    }
    // A text over numbers, or a name where the others have numbers, can only be a name.
    let namesNumbers = others.contains { at in
      kind(first[at]) == .text && second.indices.contains(at) && kind(second[at]) == .number
    }
    let isIndexed =
      first.first.map { kind($0) == .missing } ?? false && second.first.map { kind($0) == .number } ?? false
    if namesNumbers || isIndexed { return true }
    if isWhole, hasFractions { return numbers.count > 1 || first == ["0"] }
    return numbers.count > 3 || (!others.isEmpty && numbers.count > 1 && numbers[0] == 0)
  }

  /// In equal steps; of many numbers, in steps of one direction and of much the same size, as spectrometers write them.
  private static func isEven(_ numbers: [Double]) -> Bool {
    if numbers.count >= 8 {
      let steps = zip(numbers, numbers.dropFirst()).map { $1 - $0 }
      let (least, most) = (steps.min() ?? 0, steps.max() ?? 0)
      return (least > 0 && most <= 4 * least) || (most < 0 && least >= 4 * most)
    }
    guard numbers.count > 1 else { return numbers.first == 0 }
    let step = numbers[1] - numbers[0]
    guard step > 0 else { return false }
    return zip(numbers, numbers.dropFirst()).allSatisfy { abs($1 - $0 - step) <= 1e-6 * abs(step) }
  }
}

extension String {
  var trimmedBlanks: String { CSVNumber.trimmed(self) }
}
