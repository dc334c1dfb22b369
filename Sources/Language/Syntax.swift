/// A cell as read: statements, each with its place in the source (UTF-8 offsets).
package struct Statement: Equatable, Sendable {
  /// The name before `=`.
  package var target: Spanned<String>?
  package var stages: [Stage]
  /// The path after `>`.
  package var redirect: Spanned<String>?
  /// Ended by `;`: the value is not shown.
  package var isSilent: Bool
  package var span: Range<Int>
}

/// One stage of a pipeline.
package struct Stage: Equatable, Sendable {
  package enum Content: Equatable, Sendable {
    /// A verb (as typed) and its words.
    case command(verb: Spanned<String>, words: [Word])
    case expression(Expression)
  }
  package var content: Content
  package var span: Range<Int>
}

/// A word of a command: `m`, `epochs=20`, `z[0..9]`.
package struct Word: Equatable, Sendable {
  /// The key of `key=value`.
  package var key: Spanned<String>?
  /// The value with quotes taken away.
  package var text: String
  /// Whether any of it was quoted.
  package var isQuoted: Bool
  /// Where the value is.
  package var valueSpan: Range<Int>
  package var span: Range<Int>

  package init(
    key: Spanned<String>? = nil, text: String, isQuoted: Bool, valueSpan: Range<Int>, span: Range<Int>
  ) {
    (self.key, self.text, self.isQuoted) = (key, text, isQuoted)
    (self.valueSpan, self.span) = (valueSpan, span)
  }
}

/// A value with its position in the source.
package struct Spanned<Value: Equatable & Sendable>: Equatable, Sendable {
  package var value: Value
  package var span: Range<Int>

  package init(value: Value, span: Range<Int>) {
    self.value = value
    self.span = span
  }
}

/// An expression over values.
package struct Expression: Equatable, Sendable {
  package indirect enum Node: Equatable, Sendable {
    case number(Double)
    case string(String)
    case name(String)
    case list([Expression])
    case dictionary([Entry])
    case call(Spanned<String>, [Argument])
    case index(Expression, [Subscript])
    case attribute(Expression, Spanned<String>)
    case unary(Operator, Expression)
    case binary(Operator, Expression, Expression)
    /// `a..b` (both ends belong to it) or `a..<b`.
    case range(Expression?, Expression?, exclusive: Bool)
  }
  package var node: Node
  package var span: Range<Int>

  /// An entry of a dictionary, `"lr": 0.001`.
  package struct Entry: Equatable, Sendable {
    package var key: Expression
    package var value: Expression
  }

  /// An argument of a function, `x` or `axis=1`.
  package struct Argument: Equatable, Sendable {
    package var name: Spanned<String>?
    package var value: Expression
  }

  /// The content of brackets.
  package enum Subscript: Equatable, Sendable {
    /// `:`, the whole axis.
    case all
    /// An index, a range, or a mask.
    case value(Expression)
    /// `label=3`.
    case label(Expression, span: Range<Int>)
  }
}

/// Operators, loosest last.
package enum Operator: String, Equatable, Sendable {
  case power = "^"
  case multiply = "*"
  case divide = "/"
  case remainder = "%"
  case add = "+"
  case subtract = "-"
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  case not = "!"
  case and = "&"

  /// How tightly it binds; higher is tighter.
  package var precedence: Int {
    switch self {
    case .power: 5
    case .multiply, .divide, .remainder: 4
    case .add, .subtract: 3
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual: 2
    case .and, .not: 1
    }
  }
}
