import Text

/// Characters that come with a paste from a web page or a word processor and look like others: read as what they look
/// like where that is the only reading.
///
/// Outside of quotes, comments and shell commands every kind of blank is a blank, every minus is `-`, and a pair of
/// typographic quotes is a pair of straight ones. What is not seen at all, such as a zero-width space, is dropped, and
/// said. Everything else stays, and the lexer names it with its code point.
package enum Lookalikes {
  /// The source as it is read, and remarks on what was dropped.
  package static func cleaned(_ source: String) -> (text: String, remarks: [String]) {
    if source.utf8.allSatisfy({ $0 < 0x80 }) { return (source, []) }
    var cleaner = Cleaner(source: Array(source.unicodeScalars))
    cleaner.run()
    return (String(cleaner.result), cleaner.remarks)
  }

  /// A blank that is not U+0020 or a tab.
  package static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0xA0, 0x1680, 0x2000...0x200A, 0x202F, 0x205F, 0x3000: true
    default: false
    }
  }

  /// Takes no room on a screen and means nothing in a statement.
  package static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0xAD, 0x180E, 0x200B...0x200D, 0x2060, 0xFEFF: true
    default: false
    }
  }

  package static func isMinus(_ scalar: Unicode.Scalar) -> Bool {
    [0x2010, 0x2011, 0x2013, 0x2212, 0xFE63, 0xFF0D].contains(scalar.value)
  }

  /// `'–' (U+2013, en dash)`; of what cannot be seen only the name.
  package static func name(of scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16, uppercase: true)
    let point = "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    let known = scalar.properties.name?.lowercased() ?? scalar.properties.nameAlias?.lowercased()
    let named = known.map { "\(point), \($0)" } ?? point
    let isSeen = !isInvisible(scalar) && !isBlank(scalar) && !VisibleText.needsEscape(scalar)
    return isSeen ? "'\(scalar)' (\(named))" : named
  }
}

private struct Cleaner {
  let source: [Unicode.Scalar]
  var result = String.UnicodeScalarView()
  var position = 0
  private var dropped: [Unicode.Scalar: Int] = [:]

  init(source: [Unicode.Scalar]) { self.source = source }

  var remarks: [String] {
    dropped.sorted { $0.key < $1.key }.map { scalar, count in
      "read without \(count == 1 ? "" : "\(count) × ")\(Lookalikes.name(of: scalar)), which is invisible"
    }
  }

  mutating func run() {
    // At the start of a statement, or within a line that the shell reads.
    var isStart = true
    while position < source.count {
      let scalar = source[position]
      if scalar == "\"" || scalar == "'" {
        copyQuoted(scalar)
        isStart = false
      } else if isStart, scalar == "!" {
        copyLine()
      } else if scalar == "#", isAfterBlank {
        copyLine()
      } else if Lookalikes.isInvisible(scalar) {
        dropped[scalar, default: 0] += 1
        position += 1
      } else if Lookalikes.isBlank(scalar) {
        take(" ")
      } else if Lookalikes.isMinus(scalar), !isRange(scalar) {
        take("-")
        isStart = false
      } else if let close = closingQuote(scalar) {
        replaceQuotes(upTo: close)
        isStart = false
      } else {
        if scalar == "\n" || scalar == ";" {
          isStart = true
        } else if scalar != " ", scalar != "\t" {
          isStart = scalar == "="
        }
        take(scalar)
      }
    }
  }

  private mutating func take(_ scalar: Unicode.Scalar) {
    result.append(scalar)
    position += 1
  }

  private var isAfterBlank: Bool {
    guard let last = result.last else { return true }
    return last == " " || last == "\t" || last == "\n"
  }

  /// An en dash between two digits may stand for a range as well as for a minus.
  private func isRange(_ scalar: Unicode.Scalar) -> Bool {
    guard scalar.value == 0x2013, position > 0, position + 1 < source.count else { return false }
    return ("0"..."9").contains(source[position - 1]) && ("0"..."9").contains(source[position + 1])
  }

  private mutating func copyLine() {
    while position < source.count, source[position] != "\n" { take(source[position]) }
  }

  private mutating func copyQuoted(_ quote: Unicode.Scalar) {
    take(quote)
    while position < source.count {
      let scalar = source[position]
      take(scalar)
      if scalar == quote { return }
      if scalar == "\\", position < source.count { take(source[position]) }
    }
  }

  /// Where the text ends that a typographic quote opens here: on the same line; an apostrophe within a word closes
  /// nothing.
  private func closingQuote(_ scalar: Unicode.Scalar) -> Int? {
    let isDouble = ["“", "„", "‟", "”"].contains(scalar)
    guard isDouble || ["‘", "‚", "‛"].contains(scalar) else { return nil }
    if let last = result.last, !" \t\n=([,|".unicodeScalars.contains(last) { return nil }
    for index in (position + 1)..<max(position + 1, source.count) {
      let next = source[index]
      if next == "\n" { return nil }
      if isDouble, ["”", "“", "‟"].contains(next) { return index }
      guard !isDouble, next == "’" || next == "‘" else { continue }
      if index + 1 == source.count || !source[index + 1].properties.isAlphabetic { return index }
    }
    return nil
  }

  /// The text in straight quotes: it may hold some itself.
  private mutating func replaceQuotes(upTo close: Int) {
    result.append("\"")
    for scalar in source[(position + 1)..<close] {
      if scalar == "\"" { result.append("\\") }
      result.append(scalar)
    }
    result.append("\"")
    position = close + 1
  }
}
