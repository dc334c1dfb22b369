/// What is being typed at a cursor: which stage of which command, and which part of it.
package struct CursorContext {
  package enum Place: Equatable {
    /// The start of a stage: a verb, a variable or a function.
    case start
    /// A word of a command; `position` counts the plain words before it.
    case word(position: Int)
    /// The value of an option.
    case optionValue(String)
    /// Inside an expression.
    case expression
    /// After a dot: the expression before it.
    case attribute(base: String)
    /// After `label=` in brackets: the expression before the bracket.
    case label(base: String)
    /// In brackets, where an index starts: the expression before them.
    case index(base: String)
    /// After `>`.
    case path
    /// In a command of the shell, all of which is `partial`.
    case shell
    /// Inside quotes or a comment, where nothing is completed.
    case nothing
  }
  package var place: Place
  /// The verb of the stage, when it has one.
  package var verb: String?
  /// Words of the stage before the one at the cursor.
  package var words: [Word]
  /// What has been typed of it, UTF-8 offsets.
  package var partial: Range<Int>
  /// Brackets that are open at the cursor, outermost first, UTF-8 offsets.
  package private(set) var brackets: [Int] = []
  /// The whole word of a command that the cursor is in, brackets and dots included, and what it is: where it names a
  /// file, nothing in it is an expression.
  package var word: (range: Range<Int>, place: Place)?

  /// Reads the source up to `cursor` (a UTF-8 offset).
  package init(_ source: SourceText, cursor: Int) {
    let bytes = source.bytes
    var start = 0
    var quote: Int?
    var open: [Int] = []
    var redirect = false
    var comment = false
    var position = 0
    // A command for the shell is all of its line.
    var isShellLine = Self.opensShell(source, at: 0, cursor: cursor)
    while position < cursor {
      let byte = bytes[position]
      if isShellLine {
        if byte == 0x0A {
          (start, redirect) = (position + 1, false)
          isShellLine = Self.opensShell(source, at: start, cursor: cursor)
        }
      } else if comment {
        // A line that ends within brackets ends no statement.
        if byte == 0x0A {
          comment = false
          if open.isEmpty { (start, redirect) = (position + 1, false) }
        }
      } else if let from = quote {
        if byte == UInt8(ascii: "\\") { position += 1 } else if byte == bytes[from] { quote = nil }
      } else if byte.isQuote {
        quote = position
      } else if let after = source.continuation(at: position, to: bytes.count), after <= cursor {
        position = after
        continue
      } else {
        switch byte {
        case UInt8(ascii: "("), UInt8(ascii: "["): open.append(position)
        case UInt8(ascii: "{") where source.opensBrace(at: position, from: start): open.append(position)
        case UInt8(ascii: ")"), UInt8(ascii: "]"): _ = open.popLast()
        case UInt8(ascii: "}") where open.last.map { bytes[$0] == UInt8(ascii: "{") } == true: _ = open.popLast()
        case UInt8(ascii: "#") where position == start || bytes[position - 1].isBlank: comment = true
        case 0x0A where open.isEmpty, UInt8(ascii: ";") where open.isEmpty, UInt8(ascii: "|") where open.isEmpty:
          (start, redirect) = (position + 1, false)
          if byte != UInt8(ascii: "|") { isShellLine = Self.opensShell(source, at: start, cursor: cursor) }
        case UInt8(ascii: ">") where open.isEmpty: (start, redirect) = (position + 1, true)
        default: break
        }
      }
      position += 1
    }
    start = min(start, cursor)
    verb = nil
    words = []
    place = .nothing
    partial = cursor..<cursor
    brackets = open
    if comment { return }
    let from = source.skippingBlanks(from: start, to: cursor, newlines: true)
    if redirect {
      place = .path
      let inside = quote.map { $0 >= from ? $0 + 1 : from } ?? from
      partial = min(inside, cursor)..<cursor
      return
    }
    read(source, from: min(from, cursor), cursor: cursor, quote: quote, bracket: open.last)
  }

  /// Whether a statement is `!command` or `name = !command`.
  private static func opensShell(_ source: SourceText, at start: Int, cursor: Int) -> Bool {
    let bytes = source.bytes
    var position = source.skippingBlanks(from: start, to: cursor)
    var end = position
    while end < cursor, bytes[end].isNamePart { end += 1 }
    let equals = source.skippingBlanks(from: end, to: cursor)
    if end > position, equals < cursor, bytes[equals] == UInt8(ascii: "=") {
      position = source.skippingBlanks(from: equals + 1, to: cursor)
    }
    return position < cursor && bytes[position] == UInt8(ascii: "!")
  }

  private mutating func read(_ source: SourceText, from start: Int, cursor: Int, quote: Int?, bracket: Int?) {
    let bytes = source.bytes
    var start = start
    var end = start
    while end < cursor, bytes[end].isNamePart { end += 1 }
    // name = …
    let equals = source.skippingBlanks(from: end, to: cursor)
    if end > start, equals < cursor, bytes[equals] == UInt8(ascii: "="),
      equals + 1 >= cursor || bytes[equals + 1] != UInt8(ascii: "=")
    {
      start = min(source.skippingBlanks(from: equals + 1, to: cursor), cursor)
      end = start
      while end < cursor, bytes[end].isNamePart { end += 1 }
    }
    if start < cursor, bytes[start] == UInt8(ascii: "!") {
      place = .shell
      partial = start + 1..<cursor
      return
    }
    if start < cursor, bytes[start] == UInt8(ascii: "?") {
      verb = "help"
      partial = source.skippingBlanks(from: start + 1, to: cursor)..<cursor
      place = .word(position: 0)
      return
    }
    if end == cursor {
      place = quote == nil ? .start : .nothing
      partial = start..<cursor
      return
    }
    if !bytes[end].isBlank && bytes[end] != UInt8(ascii: "\\") && bytes[end] != 0x0A || end == start {
      if quote == nil { readExpression(source, from: start, cursor: cursor, bracket: bracket) }
      return
    }
    verb = source.text(start..<end)
    readWord(source, from: end, cursor: cursor, quote: quote, bracket: bracket)
  }

  private mutating func readWord(_ source: SourceText, from start: Int, cursor: Int, quote: Int?, bracket: Int?) {
    let parser = Parser(source) { _ in false }
    var wordStart = cursor
    if let quote {
      wordStart = max(quote, start)
      while wordStart > start, !source.bytes[wordStart - 1].isBlank { wordStart -= 1 }
    } else {
      let outer = bracket.map { max(start, min($0, cursor)) } ?? cursor
      wordStart = outer
      while wordStart > start, !source.bytes[wordStart - 1].isBlank, source.bytes[wordStart - 1] != 0x0A {
        wordStart -= 1
      }
    }
    words = (try? parser.words(in: start..<wordStart)) ?? []
    var equals = wordStart
    while equals < cursor, source.bytes[equals].isNamePart || source.bytes[equals] == UInt8(ascii: "-") { equals += 1 }
    if equals > wordStart, equals < cursor, source.bytes[equals] == UInt8(ascii: "=") {
      let key = source.text(wordStart..<equals)
      let valueStart = equals + 1
      if quote == nil { word = (valueStart..<cursor, .optionValue(key)) }
      if bracket != nil || source.bytes[valueStart..<cursor].contains(UInt8(ascii: ".")) {
        readExpression(source, from: valueStart, cursor: cursor, bracket: bracket)
        if place != .expression || bracket != nil { return }
      }
      place = .optionValue(key)
      partial = (quote.map { $0 + 1 } ?? valueStart)..<cursor
      return
    }
    let position = words.filter { $0.key == nil }.count
    if quote == nil { word = (wordStart..<cursor, .word(position: position)) }
    if quote == nil, bracket != nil || source.bytes[wordStart..<cursor].contains(UInt8(ascii: ".")) {
      readExpression(source, from: wordStart, cursor: cursor, bracket: bracket)
      if place != .expression || bracket != nil { return }
    }
    place = .word(position: position)
    partial = (quote.map { $0 + 1 } ?? wordStart)..<cursor
  }

  private mutating func readExpression(_ source: SourceText, from start: Int, cursor: Int, bracket: Int?) {
    var name = cursor
    while name > start, source.bytes[name - 1].isNamePart { name -= 1 }
    partial = name..<cursor
    place = .expression
    if name > start, source.bytes[name - 1] == UInt8(ascii: ".") {
      if name - 1 > start, source.bytes[name - 2] == UInt8(ascii: ".") { return }
      place = .attribute(base: source.text(base(source, before: name - 1, from: start)..<name - 1))
    } else if let bracket, bracket >= start, source.bytes[bracket] == UInt8(ascii: "[") {
      let base = source.text(base(source, before: bracket, from: start)..<bracket)
      switch source.text(bracket + 1..<name).filter({ !$0.isWhitespace }) {
      case "label=": place = .label(base: base)
      case "" where !base.isEmpty: place = .index(base: base)
      default: break
      }
    }
  }

  /// Where a chain of names and dots that ends at `end` starts.
  private func base(_ source: SourceText, before end: Int, from start: Int) -> Int {
    var position = end
    while position > start, source.bytes[position - 1].isNamePart || source.bytes[position - 1] == UInt8(ascii: ".") {
      position -= 1
    }
    return position
  }
}
