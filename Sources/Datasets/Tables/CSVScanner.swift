import Tensors

/// Splits delimited text (RFC 4180) into fields: quotes, doubled quotes, line ends inside quotes, any of LF, CRLF, CR.
struct CSVScanner {
  /// Bytes of a field without its quotes.
  struct Field {
    let range: Range<Int>
    /// Holds doubled quotes, which stand for one.
    let isEscaped: Bool
    let isQuoted: Bool
    let endsRow: Bool
  }

  let bytes: UnsafeRawBufferPointer
  let delimiter: UInt8
  private let path: String
  private(set) var position: Int
  /// Line of the next field, from 1.
  private(set) var line = 1

  init(_ bytes: UnsafeRawBufferPointer, delimiter: UInt8, path: String) {
    (self.bytes, self.delimiter, self.path) = (bytes, delimiter, path)
    // A byte order mark has no meaning in UTF-8.
    position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
  }

  var isAtEnd: Bool { position >= bytes.count }

  /// Steps over lines without any character.
  mutating func skipEmptyLines() {
    while position < bytes.count, bytes[position] == 10 || bytes[position] == 13 {
      if bytes[position] == 10 || position + 1 >= bytes.count || bytes[position + 1] != 10 { line += 1 }
      position += 1
    }
  }

  /// - Precondition: not at the end, or directly behind a delimiter.
  mutating func next() throws(FileError) -> Field {
    if position < bytes.count, bytes[position] == UInt8(ascii: "\"") { return try quoted() }
    let start = position
    while position < bytes.count {
      let byte = bytes[position]
      if byte == delimiter || byte == 10 || byte == 13 { break }
      position += 1
    }
    let range = start..<position
    return Field(range: range, isEscaped: false, isQuoted: false, endsRow: closeField())
  }

  private mutating func quoted() throws(FileError) -> Field {
    let firstLine = line
    position += 1
    let start = position
    var isEscaped = false
    while true {
      guard position < bytes.count else {
        throw FileError(
          path: path, reason: "the quote that opens on line \(firstLine) is never closed",
          fix: "Close it, or double quotes that belong to the text.")
      }
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") {
        guard position + 1 < bytes.count, bytes[position + 1] == byte else { break }
        isEscaped = true
        position += 1
      } else if byte == 10 {
        line += 1
      }
      position += 1
    }
    let range = start..<position
    position += 1
    if position < bytes.count, bytes[position] != delimiter, bytes[position] != 10, bytes[position] != 13 {
      throw FileError(
        path: path, reason: "line \(line) continues after a closing quote",
        fix: "Double quotes that belong to the text.")
    }
    return Field(range: range, isEscaped: isEscaped, isQuoted: true, endsRow: closeField())
  }

  /// Steps over what ends a field; true when it ends the row as well.
  private mutating func closeField() -> Bool {
    guard position < bytes.count else { return true }
    let byte = bytes[position]
    position += 1
    if byte == delimiter { return false }
    if byte == 13, position < bytes.count, bytes[position] == 10 { position += 1 }
    line += 1
    return true
  }

  /// All fields of the next row.
  mutating func row(limit: Int) throws(FileError) -> [Field] {
    var fields: [Field] = []
    while true {
      guard fields.count < limit else {
        throw FileError(
          path: path, reason: "line \(line) has more than \(limit) fields", fix: "Tables have a row for every example.")
      }
      let field = try next()
      fields.append(field)
      if field.endsRow { return fields }
    }
  }

  /// The text of a field; nil when it is not UTF-8.
  func text(_ field: Field) -> String? {
    guard let text = String(validating: bytes[field.range], as: UTF8.self) else { return nil }
    return field.isEscaped ? text.replacing("\"\"", with: "\"") : text
  }

  /// The delimiter of a text: the one of comma, semicolon, tab and bar that its first line has most of, outside quotes.
  static func delimiter(of bytes: UnsafeRawBufferPointer) -> UInt8 {
    let known = Array(",;\t|".utf8)
    var counts = [Int](repeating: 0, count: known.count)
    var isQuoted = false
    for byte in bytes.prefix(1 << 20) {
      if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
      if isQuoted { continue }
      if byte == 10 || byte == 13, counts.contains(where: { $0 > 0 }) { break }
      if let index = known.firstIndex(of: byte) { counts[index] += 1 }
    }
    let most = counts.max() ?? 0
    return most == 0 ? known[0] : known[counts.firstIndex(of: most) ?? 0]
  }
}
