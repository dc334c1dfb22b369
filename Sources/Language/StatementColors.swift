/// What the parts of a line are, for colors while it is typed: no line is wrong here, and none is refused.
package struct StatementColors {
  package enum Part: Equatable, Sendable {
    case verb
    /// A word where a command stands, and that is none.
    case unknown
    case option, string, number, comment, function, shell
  }

  /// Stretches of UTF-8 offsets, in order; what is in none of them is plain.
  package private(set) var parts: [(range: Range<Int>, part: Part)] = []
  private let source: SourceText
  private let isVerb: (String) -> Bool
  private let isFunction: (String) -> Bool

  /// - Parameters:
  ///   - isVerb: Whether a word begins a command, shortened too where that is allowed.
  ///   - isFunction: Whether a word before a parenthesis is a function.
  package init(_ line: String, isVerb: @escaping (String) -> Bool, isFunction: @escaping (String) -> Bool) {
    (source, self.isVerb, self.isFunction) = (SourceText(line), isVerb, isFunction)
    var position = 0
    while position < source.count { position = statement(from: position) }
  }

  private mutating func add(_ range: Range<Int>, _ part: Part) {
    if !range.isEmpty { parts.append((range, part)) }
  }

  private func endOfName(_ start: Int) -> Int {
    var end = start
    while end < source.count, source.bytes[end].isNamePart { end += 1 }
    return end
  }

  /// From the beginning of a statement, or of a stage of it, to behind its end.
  private mutating func statement(from begin: Int) -> Int {
    let bytes = source.bytes
    var position = source.skippingBlanks(from: begin, to: source.count, newlines: true)
    var end = endOfName(position)
    // name = …
    let equals = source.skippingBlanks(from: end, to: source.count)
    if end > position, bytes[position].isNameStart, equals < source.count, bytes[equals] == UInt8(ascii: "="),
      equals + 1 >= source.count || bytes[equals + 1] != UInt8(ascii: "=")
    {
      position = source.skippingBlanks(from: equals + 1, to: source.count)
      end = endOfName(position)
    }
    guard position < source.count else { return source.count }
    if bytes[position] == UInt8(ascii: "!") {
      let line = bytes[position...].firstIndex(of: 0x0A) ?? source.count
      add(position..<line, .shell)
      return line
    }
    var isCommand = false
    if end > position, bytes[position].isNameStart {
      let word = source.text(position..<end)
      let next = source.skippingBlanks(from: end, to: source.count)
      let isFollowed = next > end && next < source.count && (bytes[next].isNameStart || bytes[next].isQuote)
      if isVerb(word), next > end || end == source.count {
        add(position..<end, .verb)
        isCommand = true
        if let behind = prefix(word, end) { return behind }
      } else if isFollowed {
        add(position..<end, .unknown)
        isCommand = true
      } else {
        end = position
      }
    }
    return rest(from: end, isCommand: isCommand)
  }

  /// `time`, or `watch 5s`: behind it another statement begins.
  private func prefix(_ word: String, _ end: Int) -> Int? {
    let blanked = CellPrefix(source)
    guard let blanked, ["time", "watch"].contains(word), end <= blanked.end else { return nil }
    return blanked.end
  }

  private mutating func rest(from start: Int, isCommand: Bool) -> Int {
    let bytes = source.bytes
    var position = start
    while position < source.count {
      let byte = bytes[position]
      let isAtWord = position == 0 || !bytes[position - 1].isNamePart && bytes[position - 1] < 0x80
      if byte == UInt8(ascii: ";") || byte == UInt8(ascii: "|") || byte == 0x0A { return position + 1 }
      if byte == UInt8(ascii: "#"), position == 0 || bytes[position - 1].isBlank {
        let line = bytes[position...].firstIndex(of: 0x0A) ?? source.count
        add(position..<line, .comment)
        position = line
      } else if byte.isQuote {
        let behind = (try? source.quoted(at: position, limit: source.count).after) ?? source.count
        add(position..<behind, .string)
        position = behind
      } else if byte.isNameStart, isAtWord {
        let end = endOfName(position)
        let next = end < source.count ? bytes[end] : 0
        let isOption = next == UInt8(ascii: "=") && (end + 1 >= source.count || bytes[end + 1] != UInt8(ascii: "="))
        if isOption {
          add(position..<end + 1, .option)
        } else if next == UInt8(ascii: "("), isFunction(source.text(position..<end)) {
          add(position..<end, .function)
        }
        position = end
      } else if byte.isDigit, isAtWord {
        var end = position
        while end < source.count, bytes[end].isDigit || bytes[end] == UInt8(ascii: "."),
          bytes[end] != UInt8(ascii: ".") || end + 1 >= source.count || bytes[end + 1] != UInt8(ascii: ".")
        {
          end += 1
        }
        // 1e-3.
        if end + 1 < source.count, bytes[end] | 0x20 == UInt8(ascii: "e") {
          let sign = "+-".utf8.contains(bytes[end + 1]) ? 1 : 0
          var last = end + 1 + sign
          while last < source.count, bytes[last].isDigit { last += 1 }
          if last > end + 1 + sign { end = last }
        }
        // 5s and 3d are words.
        if end >= source.count || !bytes[end].isNameStart {
          add(position..<end, .number)
        }
        position = max(end, position + 1)
      } else {
        position += 1
      }
    }
    return source.count
  }
}
