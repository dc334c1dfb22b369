import Text

/// An error inside the interpreter, before the source text is known: thrown by parsing, evaluation and commands.
package struct Fault: Error, Equatable, Sendable {
  package var code: ErrorCode
  package var message: String
  /// UTF-8 offsets in the source of the cell, as narrow as possible.
  package var span: Range<Int>?
  /// How to fix it, without the leading "Try:".
  package var fix: String?
  /// Whether more input could complete the statement: an open quote or bracket, a line that is continued.
  package var isIncomplete = false

  package init(_ code: ErrorCode, _ message: String, at span: Range<Int>? = nil, fix: String? = nil) {
    self.code = code
    self.message = message
    self.span = span
    self.fix = fix
  }

  /// The same fault, placed at `span` unless it already has a place.
  package func placed(at span: Range<Int>?) -> Fault {
    var fault = self
    if fault.span == nil { fault.span = span }
    return fault
  }
}

/// An error as shown to the user: one line of cause, the source line with a caret, and a fix.
package struct Diagnostic: Error, Equatable, Sendable {
  /// Stable code, such as `E102`.
  package var code: String
  package var message: String
  /// The whole cell.
  package var source: String
  /// UTF-8 offsets in `source`.
  package var span: Range<Int>?
  package var fix: String?

  package init(code: String, message: String, source: String, span: Range<Int>? = nil, fix: String? = nil) {
    self.code = code
    self.message = message
    self.source = source
    self.span = span
    self.fix = fix
  }

  package init(_ fault: Fault, source: String) {
    let count = source.utf8.count
    let span = fault.span.map { min($0.lowerBound, count)..<min(max($0.upperBound, $0.lowerBound), count) }
    self.init(
      code: fault.code.rawValue, message: fault.message, source: source, span: span, fix: fault.fix)
  }

  /// The cause in one line with its code: `unknown option 'epohcs' (E102). Did you mean 'epochs'?`
  package var headline: String {
    let end = message.last.map { ".?!".contains($0) } == true ? "" : "."
    let cause = "\(message) (\(code))"
    guard let fix else { return VisibleText.name(cause) }
    return VisibleText.name("\(cause)\(end.isEmpty ? "." : end) \(fix)")
  }

  /// Cause, source line with a caret under the place, fix.
  ///
  /// - Parameters:
  ///   - color: Whether to use ANSI colors.
  ///   - place: What stands before it, such as a file and a line.
  ///   - width: Columns of the screen: the cause breaks between words, of a longer source line the part around the place
  ///     is shown. nil for a file, where a line is a line.
  package func rendered(color: Bool, place: String = "", width: Int? = nil) -> String {
    let red = color ? "\u{1B}[31m" : ""
    let bold = color ? "\u{1B}[1m" : ""
    let plain = color ? "\u{1B}[0m" : ""
    let (before, word) = (VisibleText.name(place), "error:")
    var cause = before + word + " " + headline
    if let width { cause = HangingText.wrapped(cause, to: width, hang: 2) }
    // Where the place is longer than a line its words may have moved.
    if let start = cause.firstRange(of: word), color {
      cause.replaceSubrange(start, with: red + bold + word + plain)
    }
    var lines = [cause]
    if var (line, column, span) = sourceLine() {
      if let width { (line, column, span) = Self.part(of: line, column, span, width: max(width - 2, 18)) }
      lines.append("  \(line)")
      lines.append("  " + String(repeating: " ", count: column) + red + String(repeating: "^", count: span) + plain)
    }
    return lines.joined(separator: "\n")
  }

  /// The part of a line around its place that fits, `…` where something is missing.
  private static func part(of line: String, _ column: Int, _ span: Int, width: Int) -> (String, Int, Int) {
    guard TextWidth.columns(line) > width else { return (line, column, span) }
    let start = column + min(span, width / 2) <= width - 1 ? 0 : max(0, column - width / 3)
    var (part, position, isAfter) = (start > 0 ? "…" : "", 0, false)
    var used = part.isEmpty ? 0 : 1
    for character in line {
      let columns = TextWidth.columns(String(character))
      defer { position += columns }
      if position < start + (start > 0 ? 1 : 0) { continue }
      if used + columns > width - 1 {
        isAfter = true
        break
      }
      part.append(character)
      used += columns
    }
    return (part + (isAfter ? "…" : ""), column - start, max(1, min(span, width - (column - start))))
  }

  /// The line that holds the span, tabs as spaces, with the caret's column and width in columns of the terminal.
  private func sourceLine() -> (line: String, column: Int, width: Int)? {
    guard let span else { return nil }
    let bytes = Array(source.utf8)
    let newline = UInt8(ascii: "\n")
    let start = bytes[..<span.lowerBound].lastIndex(of: newline).map { $0 + 1 } ?? 0
    let end = bytes[span.lowerBound...].firstIndex(of: newline) ?? bytes.count
    func text(_ range: Range<Int>) -> String {
      VisibleText.name(
        String(decoding: bytes[range], as: UTF8.self).map { $0.isWhitespace ? " " : String($0) }.joined())
    }
    let line = text(start..<end)
    guard !line.allSatisfy({ $0 == " " }) else { return nil }
    let column = TextWidth.columns(text(start..<span.lowerBound))
    let width = TextWidth.columns(text(span.lowerBound..<min(max(span.upperBound, span.lowerBound), end)))
    return (line, column, max(width, 1))
  }
}
