extension Parser {
  /// One stage: a command or an expression.
  package func stage(_ range: Range<Int>) throws(Fault) -> Stage {
    guard !range.isEmpty else { throw Fault(.syntax, "a command or an expression is missing", at: range) }
    let bytes = source.bytes
    if bytes[range.lowerBound] == UInt8(ascii: "?") {
      return try help(topic: range.lowerBound + 1..<range.upperBound, mark: range.lowerBound, range)
    }
    if bytes[range.lowerBound] == UInt8(ascii: "!"), range.count < 2 || bytes[range.lowerBound + 1] != UInt8(ascii: "=")
    {
      let rest = range.lowerBound + 1..<range.upperBound
      let word = Word(text: source.text(rest), isQuoted: false, valueSpan: rest, span: rest)
      return Stage(
        content: .command(verb: Spanned(value: "!", span: range.lowerBound..<range.lowerBound + 1), words: [word]),
        span: range)
    }
    if bytes[range.upperBound - 1] == UInt8(ascii: "?"), bytes[range.lowerBound].isNameStart {
      return try help(topic: range.lowerBound..<range.upperBound - 1, mark: range.upperBound - 1, range)
    }
    if let verb = verb(in: range) {
      let words = try self.words(in: verb.span.upperBound..<range.upperBound)
      return Stage(content: .command(verb: verb, words: words), span: range)
    }
    var parser = try ExpressionParser(source, range: range)
    return Stage(content: .expression(try parser.whole()), span: range)
  }

  private func help(topic: Range<Int>, mark: Int, _ range: Range<Int>) throws(Fault) -> Stage {
    let words = try self.words(in: topic)
    return Stage(content: .command(verb: Spanned(value: "help", span: mark..<mark + 1), words: words), span: range)
  }

  /// The verb a stage starts with, when it is a command.
  private func verb(in range: Range<Int>) -> Spanned<String>? {
    var end = range.lowerBound
    guard source.bytes[end].isNameStart else { return nil }
    while end < range.upperBound, source.bytes[end].isNamePart { end += 1 }
    while end + 1 < range.upperBound, source.bytes[end] == UInt8(ascii: "-"), source.bytes[end + 1].isNameStart,
      isVerb(hyphenated(from: range.lowerBound, end + 1, limit: range.upperBound))
    {
      end += 1
      while end < range.upperBound, source.bytes[end].isNamePart { end += 1 }
    }
    let name = Spanned(value: source.text(range.lowerBound..<end), span: range.lowerBound..<end)
    let next = source.skippingBlanks(from: end, to: range.upperBound, newlines: true)
    let touches = next == end && end < range.upperBound
    if isVerb(name.value) { return touches ? nil : name }
    guard next < range.upperBound, !touches else { return nil }
    let byte = source.bytes[next]
    let startsWord = byte.isNamePart || byte.isQuote || byte == UInt8(ascii: "/") && follows(next, in: range)
    return startsWord ? name : nil
  }

  /// Whether a `/` starts a path rather than divides: something other than a blank follows it.
  private func follows(_ position: Int, in range: Range<Int>) -> Bool {
    position + 1 < range.upperBound && !source.bytes[position + 1].isBlank
  }

  private func hyphenated(from start: Int, _ position: Int, limit: Int) -> String {
    var end = position
    while end < limit, source.bytes[end].isNamePart { end += 1 }
    return source.text(start..<end)
  }

  /// The words of a command, each a value or `key=value`.
  package func words(in range: Range<Int>) throws(Fault) -> [Word] {
    var words: [Word] = []
    var position = source.skippingBlanks(from: range.lowerBound, to: range.upperBound, newlines: true)
    while position < range.upperBound {
      let (word, after) = try word(at: position, limit: range.upperBound)
      words.append(word)
      position = source.skippingBlanks(from: after, to: range.upperBound, newlines: true)
    }
    for (index, word) in words.enumerated() where word.text == "=" && word.key == nil && !word.isQuoted {
      let before = index > 0 ? words[index - 1].text : "key"
      let after = index + 1 < words.count ? words[index + 1].text : "value"
      throw Fault(.syntax, "unexpected space in an option", at: word.span, fix: "Write \(before)=\(after)")
    }
    return words
  }

  /// The word at `start` and the offset after it.
  private func word(at start: Int, limit: Int) throws(Fault) -> (Word, Int) {
    let bytes = source.bytes
    var position = start
    var key: Spanned<String>?
    while position < limit, bytes[position].isNamePart || (bytes[position] == UInt8(ascii: "-") && position > start) {
      position += 1
    }
    if position > start, position < limit, bytes[position] == UInt8(ascii: "="), bytes[start].isNameStart,
      position + 1 >= limit || bytes[position + 1] != UInt8(ascii: "=")
    {
      key = Spanned(value: source.text(start..<position), span: start..<position)
      position += 1
    } else {
      position = start
    }
    let valueStart = position
    var text: [UInt8] = []
    var isQuoted = false
    var depth = 0
    while position < limit {
      let byte = bytes[position]
      if byte.isQuote {
        let (inner, after) = try source.quoted(at: position, limit: limit)
        // Inside brackets the quotes belong to the expression.
        if depth > 0 { text += bytes[position..<after] } else { text += Array(inner.utf8) }
        isQuoted = isQuoted || depth == 0
        position = after
        continue
      }
      if depth == 0, byte.isBlank || byte == 0x0A || source.continuation(at: position, to: limit) != nil { break }
      let opensBrace = byte == UInt8(ascii: "{") && (depth > 0 || position == valueStart)
      if byte == UInt8(ascii: "(") || byte == UInt8(ascii: "[") || opensBrace { depth += 1 }
      if byte == UInt8(ascii: ")") || byte == UInt8(ascii: "]") || byte == UInt8(ascii: "}") && depth > 0 { depth -= 1 }
      text.append(byte)
      position += 1
    }
    let word = Word(
      key: key, text: String(decoding: text, as: UTF8.self), isQuoted: isQuoted, valueSpan: valueStart..<position,
      span: start..<position)
    return (word, position)
  }
}
