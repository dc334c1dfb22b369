/// Reads a cell into statements.
///
///     statement := [name '='] pipeline ['>' path] [';']
///     pipeline  := stage { '|' stage }
///     stage     := verb {word} {key=value}  |  expression
///
/// A stage is a command when its first word is a known verb, or when a name is followed by another word; everything else
/// is an expression. Newlines and `;` end a statement; brackets, quotes, a trailing `|` and a trailing `\` carry it on.
package struct Parser {
  package let source: SourceText
  package let isVerb: (String) -> Bool

  package init(_ source: SourceText, isVerb: @escaping (String) -> Bool) {
    self.source = source
    self.isVerb = isVerb
  }

  /// The statements of the whole cell.
  package func statements() throws(Fault) -> [Statement] {
    var statements: [Statement] = []
    var position = 0
    while let layout = try nextLayout(from: position) {
      statements.append(try statement(layout))
      position = layout.end
    }
    return statements
  }

  /// Where the parts of one statement are.
  package struct Layout {
    package var target: Spanned<String>?
    package var stages: [Range<Int>]
    package var redirect: Range<Int>?
    package var isSilent = false
    package var start: Int
    /// After the newline or `;` that ends it.
    package var end: Int
  }

  /// Finds the next statement at or after `position`; nil at the end of the cell.
  package func nextLayout(from position: Int) throws(Fault) -> Layout? {
    let bytes = source.bytes
    var start = position
    while start < bytes.count {
      let blank = source.skippingBlanks(from: start, to: bytes.count, newlines: true)
      if blank > start {
        start = blank
      } else if bytes[start] == UInt8(ascii: ";") {
        start += 1
      } else if bytes[start] == UInt8(ascii: "#") {
        start = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
      } else {
        break
      }
    }
    guard start < bytes.count else { return nil }
    var layout = Layout(stages: [], start: start, end: start)
    var body = start
    if let (name, after) = assignment(at: start) {
      layout.target = name
      body = after
    }
    try scanBody(from: body, into: &layout)
    return layout
  }

  /// `name =` at `start`, and the offset after it.
  private func assignment(at start: Int) -> (Spanned<String>, Int)? {
    var end = start
    while end < source.count, source.bytes[end].isNamePart { end += 1 }
    guard end > start, source.bytes[start].isNameStart else { return nil }
    let equals = source.skippingBlanks(from: end, to: source.count)
    guard equals < source.count, source.bytes[equals] == UInt8(ascii: "="),
      equals + 1 >= source.count || source.bytes[equals + 1] != UInt8(ascii: "=")
    else { return nil }
    return (Spanned(value: source.text(start..<end), span: start..<end), equals + 1)
  }

  private func scanBody(from body: Int, into layout: inout Layout) throws(Fault) {
    let bytes = source.bytes
    var position = body
    var partStart = body
    var open: [Int] = []
    var redirecting = false
    func finish(_ end: Int) throws(Fault) {
      if redirecting { layout.redirect = partStart..<end } else { layout.stages.append(partStart..<end) }
    }
    // The shell reads the rest of the line, pipes and semicolons included.
    let command = source.skippingBlanks(from: position, to: bytes.count)
    if command < bytes.count, bytes[command] == UInt8(ascii: "!") {
      let end = bytes[command...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
      layout.stages.append(command..<end)
      layout.end = end
      return
    }
    scan: while position < bytes.count {
      let byte = bytes[position]
      if byte.isQuote {
        position = try source.quoted(at: position, limit: bytes.count).after
        continue
      }
      switch byte {
      case UInt8(ascii: "\\"):
        let after = source.continuation(at: position, to: bytes.count)
        if let after, !isEmpty(after..<bytes.count) {
          position = after
          continue
        }
        if after != nil || isEmpty(position + 1..<bytes.count) {
          var fault = Fault(.syntax, "the line is continued, but nothing follows", at: position..<position + 1)
          fault.isIncomplete = true
          throw fault
        }
      case UInt8(ascii: "("), UInt8(ascii: "["): open.append(position)
      case UInt8(ascii: "{") where source.opensBrace(at: position, from: body): open.append(position)
      case UInt8(ascii: "}") where open.last.map { bytes[$0] == UInt8(ascii: "{") } == true: _ = open.popLast()
      case UInt8(ascii: ")"), UInt8(ascii: "]"):
        let pair = byte == UInt8(ascii: ")") ? UInt8(ascii: "(") : UInt8(ascii: "[")
        guard let last = open.popLast(), bytes[last] == pair else {
          let symbol = String(UnicodeScalar(byte))
          throw Fault(.syntax, "unmatched '\(symbol)'", at: position..<position + 1)
        }
      case UInt8(ascii: "#") where position == body || bytes[position - 1].isBlank || bytes[position - 1] == 0x0A:
        if open.isEmpty { break scan }
        position = bytes[position...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
        continue
      case UInt8(ascii: "\n")
      where open.isEmpty && !redirecting && isEmpty(partStart..<position) && !layout.stages.isEmpty:
        break  // a pipeline goes on after a trailing '|'
      case UInt8(ascii: "\n") where open.isEmpty: break scan
      case UInt8(ascii: ";") where open.isEmpty: break scan
      case UInt8(ascii: "|") where open.isEmpty:
        try finish(position)
        if redirecting { throw Fault(.syntax, "'>' must come last", at: partStart - 1..<position) }
        partStart = position + 1
      case UInt8(ascii: ">") where open.isEmpty:
        if position + 1 < bytes.count, bytes[position + 1] == UInt8(ascii: "=") {
          throw Fault(
            .syntax, "'>' at the end of a statement writes to a file", at: position..<position + 2,
            fix: "Put a comparison in parentheses: (z >= 0).")
        }
        if redirecting { throw Fault(.syntax, "a second '>'", at: position..<position + 1) }
        try finish(position)
        redirecting = true
        partStart = position + 1
      default: break
      }
      position += 1
    }
    if let last = open.last {
      let symbol = String(UnicodeScalar(bytes[last]))
      var fault = Fault(.syntax, "'\(symbol)' is never closed", at: last..<last + 1)
      fault.isIncomplete = true
      throw fault
    }
    let end = min(position, bytes.count)
    if !redirecting, !layout.stages.isEmpty, isEmpty(partStart..<end) {
      var fault = Fault(.syntax, "expected a command after '|'", at: partStart - 1..<partStart)
      fault.isIncomplete = position >= bytes.count
      throw fault
    }
    try finish(end)
    layout.isSilent = position < bytes.count && bytes[position] == UInt8(ascii: ";")
    layout.end = layout.isSilent ? position + 1 : position
  }

  private func isEmpty(_ range: Range<Int>) -> Bool {
    source.skippingBlanks(from: range.lowerBound, to: range.upperBound, newlines: true) >= range.upperBound
  }

  private func statement(_ layout: Layout) throws(Fault) -> Statement {
    var stages: [Stage] = []
    for range in layout.stages { stages.append(try stage(trimmed(range))) }
    var redirect: Spanned<String>?
    if let range = layout.redirect {
      let words = try self.words(in: trimmed(range))
      guard let path = words.first else {
        throw Fault(
          .missingArgument, "'>' needs a path", at: range.lowerBound - 1..<range.lowerBound,
          fix: "For example: > out.csv")
      }
      if words.count > 1 { throw Fault(.extraArgument, "expected one path after '>'", at: words[1].span) }
      let text = path.key.map { $0.value + "=" + path.text } ?? path.text
      redirect = Spanned(value: text, span: path.span)
    }
    let start = layout.start
    let end = max(start, trimmed(start..<layout.end).upperBound)
    return Statement(
      target: layout.target, stages: stages, redirect: redirect, isSilent: layout.isSilent, span: start..<end)
  }

  private func trimmed(_ range: Range<Int>) -> Range<Int> {
    let start = min(
      source.skippingBlanks(from: range.lowerBound, to: range.upperBound, newlines: true), range.upperBound)
    var end = range.upperBound
    while end > start, source.bytes[end - 1].isBlank || source.bytes[end - 1] == 0x0A { end -= 1 }
    return start..<end
  }
}
