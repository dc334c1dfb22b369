/// What stands before the statements of a cell and says how they are run: `time STATEMENT`, `watch 5s STATEMENT`.
///
/// `time on` and `time off` are a setting, and no prefix.
package struct CellPrefix: Equatable, Sendable {
  package enum Kind: Equatable, Sendable {
    /// Says how long they took.
    case time
    /// Runs them again and again, so many seconds apart.
    case watch(seconds: Double)
  }
  package let kind: Kind
  package var isWatch: Bool { kind != .time }
  /// UTF-8 offset of the statement behind it.
  package let end: Int
  private let start: Int

  /// nil where there is none.
  package init?(_ source: SourceText) {
    let bytes = source.bytes
    start = source.skippingBlanks(from: 0, to: source.count, newlines: true)
    var position = start
    func word() -> String {
      let from = position
      while position < source.count, !bytes[position].isBlank, bytes[position] != 0x0A { position += 1 }
      return source.text(from..<position)
    }
    func skipped() -> Int { source.skippingBlanks(from: position, to: source.count) }
    switch word() {
    case "time", "%time":
      let next = skipped()
      guard next > position, next < source.count, Self.begins(bytes[next]) else { return nil }
      position = next
      let first = word()
      let isAlone = skipped() >= source.count || bytes[skipped()] == UInt8(ascii: "#") || first.hasSuffix(";")
      if ["on", "off", "yes", "no", "true", "false"].contains(first.prefix { $0 != ";" }), isAlone { return nil }
      (kind, end) = (.time, next)
    case "watch":
      let next = skipped()
      guard next > position, next < source.count else { return nil }
      position = next
      guard let seconds = Self.seconds(word()) else { return nil }
      let statement = skipped()
      guard statement > position, statement < source.count, bytes[statement] != 0x0A else { return nil }
      (kind, end) = (.watch(seconds: seconds), statement)
    default: return nil
    }
  }

  /// What a statement may begin with; `time = 3` and `time + 1` are about a variable.
  private static func begins(_ byte: UInt8) -> Bool {
    byte.isNamePart || byte.isQuote || byte >= 0x80 || "([{!?".utf8.contains(byte)
  }

  /// `5s`, `500ms`, `2m`, `1h`, or a number of seconds; from a tenth of a second to a day.
  package static func seconds(_ text: String) -> Double? {
    let units: [(String, Double)] = [("ms", 0.001), ("min", 60), ("s", 1), ("m", 60), ("h", 3600), ("", 1)]
    guard let (unit, scale) = units.first(where: { !$0.0.isEmpty && text.hasSuffix($0.0) }) ?? units.last,
      text.utf8.first?.isDigit == true, let number = Double(text.dropLast(unit.count))
    else { return nil }
    let seconds = number * scale
    return (0.1...86_400).contains(seconds) ? seconds : nil
  }

  /// The text with blanks in the place of the prefix, so that all places in it stay.
  package func blanked(_ source: SourceText) -> String {
    source.text(0..<start) + String(repeating: " ", count: end - start) + source.text(end..<source.count)
  }

  /// The same text, blanked where it has a prefix.
  package static func blanked(_ text: String) -> String {
    // Most texts have none, and are not read twice.
    guard text.contains("time") || text.contains("watch") else { return text }
    let source = SourceText(text)
    return CellPrefix(source)?.blanked(source) ?? text
  }
}
