import Tensors

/// Splits delimited text (RFC 4180) into fields: quotes, doubled quotes, line ends inside quotes, any of LF, CRLF, CR.
/// With blanks as separator, any number of them is one, and those at the ends of a line are none.
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
  let separator: TableDialect.Separator
  let encoding: TextEncoding
  private let delimiter: UInt8
  private let isBlank: Bool
  let path: String
  var position: Int
  /// Line of the next field, from 1.
  var line = 1

  init(
    _ bytes: UnsafeRawBufferPointer, separator: TableDialect.Separator, path: String, encoding: TextEncoding = .utf8
  ) {
    (self.bytes, self.separator, self.path, self.encoding) = (bytes, separator, path, encoding)
    if case .character(let byte) = separator {
      (delimiter, isBlank) = (byte, false)
    } else {
      (delimiter, isBlank) = (32, true)
    }
    // A byte order mark has no meaning in UTF-8.
    position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
  }

  var isAtEnd: Bool { position >= bytes.count }

  /// Steps over lines without any character but blanks.
  mutating func skipEmptyLines() {
    while position < bytes.count {
      var end = position
      while end < bytes.count, bytes[end] == 32 || (isBlank && bytes[end] == 9) { end += 1 }
      guard end < bytes.count else {
        if isBlank || end == position { position = end }
        return
      }
      guard bytes[end] == 10 || bytes[end] == 13 else {
        if isBlank { position = end }
        return
      }
      position = end
      if bytes[position] == 10 || position + 1 >= bytes.count || bytes[position + 1] != 10 { line += 1 }
      position += 1
    }
  }

  /// Steps over the rest of the line; its text.
  mutating func skipLine() -> String {
    let start = position
    while position < bytes.count, bytes[position] != 10, bytes[position] != 13 { position += 1 }
    let text = encoding.text(UnsafeRawBufferPointer(rebasing: bytes[start..<position]))
    if position < bytes.count {
      position += bytes[position] == 13 && position + 1 < bytes.count && bytes[position + 1] == 10 ? 2 : 1
      line += 1
    }
    return text
  }

  /// - Precondition: not at the end, or directly behind a delimiter.
  mutating func next() throws(FileError) -> Field {
    if position < bytes.count {
      // A quote may come behind blanks: `1, "a"`.
      var at = position
      while at < bytes.count, bytes[at] == 32, !isBlank { at += 1 }
      if at < bytes.count, bytes[at] == UInt8(ascii: "\"") {
        position = at
        return try quoted()
      }
    }
    let start = position
    while position < bytes.count {
      let byte = bytes[position]
      if byte == delimiter || byte == 10 || byte == 13 || (isBlank && byte == 9) { break }
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
    while !isBlank, position < bytes.count, bytes[position] == 32 { position += 1 }
    if position < bytes.count, bytes[position] != delimiter, bytes[position] != 10, bytes[position] != 13,
      !isBlank || bytes[position] != 9
    {
      throw FileError(
        path: path, reason: "line \(line) continues after a closing quote",
        fix: "Double quotes that belong to the text.")
    }
    return Field(range: range, isEscaped: isEscaped, isQuoted: true, endsRow: closeField())
  }

  /// Steps over what ends a field; true when it ends the row as well.
  private mutating func closeField() -> Bool {
    guard position < bytes.count else { return true }
    if isBlank {
      while position < bytes.count, bytes[position] == 32 || bytes[position] == 9 { position += 1 }
      guard position < bytes.count else { return true }
      if bytes[position] != 10, bytes[position] != 13 { return false }
    }
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

  func text(_ field: Field) -> String {
    let text = encoding.text(UnsafeRawBufferPointer(rebasing: bytes[field.range]))
    return field.isEscaped ? text.replacing("\"\"", with: "\"") : text
  }
}
