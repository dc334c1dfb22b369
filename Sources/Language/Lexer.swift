import Text

/// A token of an expression.
package struct Token: Equatable {
  package enum Kind: Equatable {
    case number(Double)
    case string(String)
    case name(String)
    case symbol(Operator)
    case open, close, openBracket, closeBracket, openBrace, closeBrace
    case comma, colon, dot, range, exclusiveRange, equals
    case end
  }
  package var kind: Kind
  package var span: Range<Int>
}

/// Splits a part of the source into tokens of an expression.
package struct Lexer {
  package let source: SourceText
  package let end: Int
  package var position: Int

  package init(_ source: SourceText, range: Range<Int>) {
    self.source = source
    self.position = range.lowerBound
    self.end = range.upperBound
  }

  /// All tokens up to the end of the range, closed by `.end`.
  package mutating func tokens() throws(Fault) -> [Token] {
    var tokens: [Token] = []
    while true {
      let token = try next()
      tokens.append(token)
      if token.kind == .end { return tokens }
    }
  }

  private func byte(_ ahead: Int = 0) -> UInt8? {
    position + ahead < end ? source.bytes[position + ahead] : nil
  }

  private mutating func next() throws(Fault) -> Token {
    position = source.skippingBlanks(from: position, to: end, newlines: true)
    let start = position
    guard let first = byte() else { return Token(kind: .end, span: end..<end) }
    if first.isDigit || (first == UInt8(ascii: ".") && byte(1)?.isDigit == true) { return try number(from: start) }
    if first.isNameStart {
      while let next = byte(), next.isNamePart { position += 1 }
      return Token(kind: .name(source.text(start..<position)), span: start..<position)
    }
    if first == UInt8(ascii: "\"") || first == UInt8(ascii: "'") {
      let (text, after) = try source.quoted(at: start, limit: end)
      position = after
      return Token(kind: .string(text), span: start..<after)
    }
    return try punctuation(first, from: start)
  }

  private mutating func number(from start: Int) throws(Fault) -> Token {
    while byte()?.isDigit == true { position += 1 }
    if byte() == UInt8(ascii: "."), byte(1) != UInt8(ascii: "."), byte(1)?.isNameStart != true {
      position += 1
      while byte()?.isDigit == true { position += 1 }
    }
    if let e = byte(), e | 0x20 == UInt8(ascii: "e") {
      let signed = byte(1) == UInt8(ascii: "+") || byte(1) == UInt8(ascii: "-")
      if byte(signed ? 2 : 1)?.isDigit == true {
        position += signed ? 2 : 1
        while byte()?.isDigit == true { position += 1 }
      }
    }
    if byte()?.isNameStart == true {
      while let next = byte(), next.isNamePart { position += 1 }
      let text = source.text(start..<position)
      throw Fault(.syntax, "'\(text)' is neither a number nor a name", at: start..<position)
    }
    guard let value = Double(source.text(start..<position)) else {
      throw Fault(.syntax, "'\(source.text(start..<position))' is not a number", at: start..<position)
    }
    return Token(kind: .number(value), span: start..<position)
  }

  private mutating func punctuation(_ first: UInt8, from start: Int) throws(Fault) -> Token {
    func token(_ kind: Token.Kind, _ length: Int) -> Token {
      position = start + length
      return Token(kind: kind, span: start..<position)
    }
    let second = byte(1)
    switch (first, second) {
    case (UInt8(ascii: "."), UInt8(ascii: ".")):
      return byte(2) == UInt8(ascii: "<") ? token(.exclusiveRange, 3) : token(.range, 2)
    case (UInt8(ascii: "*"), UInt8(ascii: "*")): return token(.symbol(.power), 2)
    case (UInt8(ascii: "="), UInt8(ascii: "=")): return token(.symbol(.equal), 2)
    case (UInt8(ascii: "!"), UInt8(ascii: "=")): return token(.symbol(.notEqual), 2)
    case (UInt8(ascii: "<"), UInt8(ascii: "=")): return token(.symbol(.lessOrEqual), 2)
    case (UInt8(ascii: ">"), UInt8(ascii: "=")): return token(.symbol(.greaterOrEqual), 2)
    default: break
    }
    switch first {
    case UInt8(ascii: "("): return token(.open, 1)
    case UInt8(ascii: ")"): return token(.close, 1)
    case UInt8(ascii: "["): return token(.openBracket, 1)
    case UInt8(ascii: "]"): return token(.closeBracket, 1)
    case UInt8(ascii: "{"): return token(.openBrace, 1)
    case UInt8(ascii: "}"): return token(.closeBrace, 1)
    case UInt8(ascii: ","): return token(.comma, 1)
    case UInt8(ascii: ":"): return token(.colon, 1)
    case UInt8(ascii: "."): return token(.dot, 1)
    case UInt8(ascii: "="): return token(.equals, 1)
    default: break
    }
    if let symbol = Operator(rawValue: String(UnicodeScalar(first))), first < 0x80 { return token(.symbol(symbol), 1) }
    let (scalar, length) = source.scalar(at: start)
    let fix: String? =
      switch scalar {
      case "–": "Write '-' for minus, '..' for a range."
      case "—": "Write '-' for minus."
      case "×", "·": "Write '*' for a product."
      case "÷", "∕": "Write '/' for a quotient."
      case "“", "”", "„", "‘", "’": "Write straight quotes: \"…\"."
      case "…": "Write '..' for a range."
      default: Lookalikes.isBlank(scalar) || VisibleText.needsEscape(scalar) ? "Delete it." : nil
      }
    let name = scalar.isASCII && !VisibleText.needsEscape(scalar) ? "'\(scalar)'" : Lookalikes.name(of: scalar)
    throw Fault(.syntax, "unexpected character \(name)", at: start..<min(start + length, end), fix: fix)
  }
}
