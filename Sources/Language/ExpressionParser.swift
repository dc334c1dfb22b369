/// Reads an expression by precedence climbing.
///
/// From tight to loose: attributes, calls and `[…]`; `^` (to the right); unary `-`; `* / %`; `+ -`; comparisons; `&`;
/// ranges `a..b`. A comparison stands in parentheses or brackets, because `>` outside of them writes to a file.
package struct ExpressionParser {
  private let source: SourceText
  private var tokens: [Token]
  private var index = 0
  private var depth = 0
  private var operations = 0
  /// The nesting depth for which the recursive parser and evaluator have enough stack.
  package static let maximumDepth = 64
  /// A chain `a + b + …` deepens the tree with every operation, so their number is limited too.
  package static let maximumOperations = 1000

  package init(_ source: SourceText, range: Range<Int>) throws(Fault) {
    self.source = source
    var lexer = Lexer(source, range: range)
    self.tokens = try lexer.tokens()
  }

  /// The expression that fills the range.
  package mutating func whole() throws(Fault) -> Expression {
    let expression = try self.expression()
    guard token.kind == .end else { throw unexpected() }
    return expression
  }

  private var token: Token { tokens[index] }

  private mutating func advance() { if index + 1 < tokens.count { index += 1 } }

  private mutating func take(_ kind: Token.Kind) -> Bool {
    guard token.kind == kind else { return false }
    advance()
    return true
  }

  private mutating func expect(_ kind: Token.Kind, _ name: String) throws(Fault) {
    guard take(kind) else {
      throw Fault(.syntax, "expected \(name) here", at: token.span)
    }
  }

  private func unexpected() -> Fault {
    if token.kind == .end { return Fault(.syntax, "the expression is incomplete", at: token.span) }
    let text = source.text(token.span)
    let fix: String? =
      switch token.kind {
      case .equals: "Write '==' to compare; an assignment starts with a name."
      case .name("as"): "Write the name first: z = …"
      default: nil
      }
    return Fault(.syntax, "unexpected '\(text)'", at: token.span, fix: fix)
  }

  private mutating func nested<T>(_ body: (inout ExpressionParser) throws(Fault) -> T) throws(Fault) -> T {
    guard depth < Self.maximumDepth else {
      throw Fault(
        .tooDeep, "the expression is nested more than \(Self.maximumDepth) deep", at: token.span,
        fix: "Assign parts of it to variables first.")
    }
    depth += 1
    defer { depth -= 1 }
    return try body(&self)
  }

  private mutating func countOperation() throws(Fault) {
    operations += 1
    guard operations <= Self.maximumOperations else {
      throw Fault(
        .tooDeep, "more than \(Self.maximumOperations) operations in one expression", at: token.span,
        fix: "Assign parts of it to variables first.")
    }
  }

  private mutating func expression() throws(Fault) -> Expression {
    try nested { (parser) throws(Fault) in
      let start = parser.token.span.lowerBound
      if parser.token.kind == .range || parser.token.kind == .exclusiveRange {
        let exclusive = parser.token.kind == .exclusiveRange
        parser.advance()
        let upper = try parser.binary(above: 0)
        return Expression(node: .range(nil, upper, exclusive: exclusive), span: start..<upper.span.upperBound)
      }
      let lower = try parser.binary(above: 0)
      guard parser.token.kind == .range || parser.token.kind == .exclusiveRange else { return lower }
      let exclusive = parser.token.kind == .exclusiveRange
      let mark = parser.token.span
      parser.advance()
      switch parser.token.kind {
      case .end, .closeBracket, .close, .comma:
        return Expression(node: .range(lower, nil, exclusive: exclusive), span: start..<mark.upperBound)
      default:
        let upper = try parser.binary(above: 0)
        return Expression(node: .range(lower, upper, exclusive: exclusive), span: start..<upper.span.upperBound)
      }
    }
  }

  private mutating func binary(above floor: Int) throws(Fault) -> Expression {
    var left = try unary()
    while case .symbol(let symbol) = token.kind, symbol != .not, symbol.precedence > floor {
      try countOperation()
      advance()
      let right: Expression
      if symbol == .power {
        right = try nested { (parser) throws(Fault) in try parser.binary(above: symbol.precedence - 1) }
      } else {
        right = try binary(above: symbol.precedence)
      }
      left = Expression(
        node: .binary(symbol, left, right), span: left.span.lowerBound..<right.span.upperBound)
    }
    return left
  }

  private mutating func unary() throws(Fault) -> Expression {
    guard case .symbol(let symbol) = token.kind, symbol == .subtract || symbol == .add || symbol == .not else {
      return try postfix()
    }
    let start = token.span.lowerBound
    advance()
    let operand = try nested { (parser) throws(Fault) in
      try parser.binary(above: symbol == .not ? Operator.and.precedence : Operator.multiply.precedence)
    }
    if symbol == .add { return operand }
    return Expression(node: .unary(symbol, operand), span: start..<operand.span.upperBound)
  }

  private mutating func postfix() throws(Fault) -> Expression {
    var expression = try primary()
    while true {
      switch token.kind {
      case .openBracket:
        try countOperation()
        advance()
        let subscripts = try self.subscripts()
        let end = token.span.upperBound
        try expect(.closeBracket, "']'")
        expression = Expression(node: .index(expression, subscripts), span: expression.span.lowerBound..<end)
      case .dot:
        try countOperation()
        advance()
        guard case .name(let name) = token.kind else {
          throw Fault(.syntax, "expected the name of an attribute after '.'", at: token.span)
        }
        let attribute = Spanned(value: name, span: token.span)
        advance()
        expression = Expression(
          node: .attribute(expression, attribute), span: expression.span.lowerBound..<attribute.span.upperBound)
      default: return expression
      }
    }
  }

  private mutating func subscripts() throws(Fault) -> [Expression.Subscript] {
    var subscripts: [Expression.Subscript] = []
    repeat {
      if token.kind == .colon || ((token.kind == .range) && isClosing(index + 1)) {
        advance()
        subscripts.append(.all)
      } else if case .name(let name) = token.kind, tokens[index + 1].kind == .equals {
        let start = token.span
        guard name == "label" else {
          throw Fault(
            .syntax, "rows are selected by 'label', not by '\(name)'", at: start, fix: "For example: z[label=3]")
        }
        advance()
        advance()
        let value = try expression()
        subscripts.append(.label(value, span: start.lowerBound..<value.span.upperBound))
      } else {
        subscripts.append(.value(try expression()))
      }
    } while take(.comma)
    return subscripts
  }

  private func isClosing(_ index: Int) -> Bool {
    guard index < tokens.count else { return false }
    return tokens[index].kind == .closeBracket || tokens[index].kind == .comma
  }

  private mutating func primary() throws(Fault) -> Expression {
    let start = token
    switch start.kind {
    case .number(let value):
      advance()
      return Expression(node: .number(value), span: start.span)
    case .string(let text):
      advance()
      return Expression(node: .string(text), span: start.span)
    case .name(let name):
      advance()
      guard take(.open) else { return Expression(node: .name(name), span: start.span) }
      let arguments = try self.arguments()
      let end = token.span.upperBound
      try expect(.close, "')'")
      return Expression(
        node: .call(Spanned(value: name, span: start.span), arguments), span: start.span.lowerBound..<end)
    case .open:
      advance()
      var inner = try expression()
      let end = token.span.upperBound
      try expect(.close, "')'")
      inner.span = start.span.lowerBound..<end
      return inner
    case .openBracket:
      advance()
      var items: [Expression] = []
      if token.kind != .closeBracket {
        repeat { items.append(try expression()) } while take(.comma)
      }
      let end = token.span.upperBound
      try expect(.closeBracket, "']'")
      return Expression(node: .list(items), span: start.span.lowerBound..<end)
    case .openBrace:
      advance()
      var entries: [Expression.Entry] = []
      while token.kind != .closeBrace {
        let key = try expression()
        try expect(.colon, "':' and a value")
        entries.append(.init(key: key, value: try expression()))
        if !take(.comma) { break }
      }
      let end = token.span.upperBound
      try expect(.closeBrace, "'}'")
      return Expression(node: .dictionary(entries), span: start.span.lowerBound..<end)
    default: throw unexpected()
    }
  }

  private mutating func arguments() throws(Fault) -> [Expression.Argument] {
    var arguments: [Expression.Argument] = []
    if token.kind == .close { return arguments }
    repeat {
      var name: Spanned<String>?
      if case .name(let text) = token.kind, tokens[index + 1].kind == .equals {
        name = Spanned(value: text, span: token.span)
        advance()
        advance()
      }
      arguments.append(Expression.Argument(name: name, value: try expression()))
    } while take(.comma)
    return arguments
  }
}
