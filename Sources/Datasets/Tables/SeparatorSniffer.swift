import Tensors

/// Finds out how a table divides its lines: from its first lines, with every separator that could be.
struct SeparatorSniffer {
  private let bytes: UnsafeRawBufferPointer
  private let path: String
  private let encoding: TextEncoding
  private static let lines = 100
  private static let byteLimit = 1 << 18
  /// In the order in which they are taken where nothing else decides.
  private static let characters: [UInt8] = Array("\t,;|".utf8)

  init(_ bytes: UnsafeRawBufferPointer, path: String, encoding: TextEncoding) {
    (self.bytes, self.path, self.encoding) = (bytes, path, encoding)
  }

  /// How a separator divides the first lines.
  private struct Division {
    let separator: TableDialect.Separator
    let width: Int
    /// Lines with as many fields as most of them.
    let agreeing: Int
    let lines: Int
    /// Cells behind the first line with another separator in them that no number has, and those that are numbers.
    var strange = 0
    var numbers = 0
    var cells = 0

    /// All lines are alike; the first may lack the name of the row names.
    var isWhole: Bool { width > 1 && agreeing == lines }
  }

  /// The separator of the table that begins at byte `start`.
  func separator(from start: Int) -> TableDialect.Separator {
    let all = Self.characters.map { division(.character($0), from: start) }
    let whole = all.filter(\.isWhole)
    if let best = whole.min(by: { ($0.strange, -$0.width) < ($1.strange, -$1.width) }) { return best.separator }
    let blanks = division(.blanks, from: start)
    if blanks.isWhole, 2 * blanks.numbers >= blanks.cells { return .blanks }
    // The one that the first line has most of, so that the line that differs can be named.
    return firstLine(from: start)
  }

  private func division(_ separator: TableDialect.Separator, from start: Int) -> Division {
    var scanner = CSVScanner(
      UnsafeRawBufferPointer(rebasing: bytes[start..<min(bytes.count, start + Self.byteLimit)]), separator: separator,
      path: path, encoding: encoding)
    let isCut = start + Self.byteLimit < bytes.count
    var rows: [[String]] = []
    scanner.skipEmptyLines()
    while rows.count < Self.lines, !scanner.isAtEnd {
      guard let fields = try? scanner.row(limit: CSV.columnLimit) else { break }
      // The last line of a cut may be cut as well.
      if isCut, scanner.isAtEnd, !rows.isEmpty { break }
      rows.append(fields.map { scanner.text($0) })
      scanner.skipEmptyLines()
    }
    let widths = Dictionary(grouping: rows.map(\.count)) { $0 }.mapValues(\.count)
    let width = widths.max { ($0.value, $0.key) < ($1.value, $1.key) }?.key ?? 0
    var agreeing = widths[width] ?? 0
    if let first = rows.first, rows.count > 1, first.count == width - 1, width > 2 || separator == .blanks {
      agreeing += 1
    }
    var found = Division(separator: separator, width: width, agreeing: agreeing, lines: rows.count)
    for cell in rows.dropFirst().joined().lazy.prefix(4000) {
      found.cells += 1
      if CSVNumber.looksLikeNumber(cell) {
        found.numbers += 1
      } else if cell.utf8.contains(where: { Self.characters.contains($0) }) {
        found.strange += 1
      }
    }
    return found
  }

  private func firstLine(from start: Int) -> TableDialect.Separator {
    let known = Array(",;\t|".utf8)
    var counts = [Int](repeating: 0, count: known.count)
    var isQuoted = false
    for byte in bytes[start...].prefix(1 << 20) {
      if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
      if isQuoted { continue }
      if byte == 10 || byte == 13, counts.contains(where: { $0 > 0 }) { break }
      if let index = known.firstIndex(of: byte) { counts[index] += 1 }
    }
    let most = counts.max() ?? 0
    return .character(most == 0 ? known[0] : known[counts.firstIndex(of: most) ?? 0])
  }
}

extension CSVNumber {
  /// A number under some marks, or a missing value.
  static func looksLikeNumber(_ text: String) -> Bool {
    var digits = 0
    for byte in text.utf8 {
      if byte >= 48, byte <= 57 {
        digits += 1
      } else if !"+-.,eE% $'_\u{A0}\u{202F}€£".utf8.contains(byte) {
        return isMissing(text)
      }
    }
    return digits > 0 || isMissing(text)
  }

  static func isMissing(_ text: String) -> Bool {
    var text = text
    return text.withUTF8 { read(UnsafeRawBufferPointer($0), NumberMarks()) == .missing }
  }
}
