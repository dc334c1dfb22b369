/// A cell as read: statements, each with its place in the source (UTF-8 offsets).
struct Statement: Equatable, Sendable {
  /// The name before `=`.
  var target: Spanned<String>?
  var stages: [Stage]
  /// The path after `>`.
  var redirect: Spanned<String>?
  /// Ended by `;`: the value is not shown.
  var isSilent: Bool
  var span: Range<Int>
}

/// One stage of a pipeline.
struct Stage: Equatable, Sendable {
  enum Content: Equatable, Sendable {
    /// A verb (as typed) and its words.
    case command(verb: Spanned<String>, words: [Word])
    case expression(Expression)
  }
  var content: Content
  var span: Range<Int>
}

/// A word of a command: `m`, `epochs=20`, `z[0..9]`.
struct Word: Equatable, Sendable {
  /// The key of `key=value`.
  var key: Spanned<String>?
  /// The value with quotes taken away.
  var text: String
  /// Whether any of it was quoted.
  var isQuoted: Bool
  /// Where the value is.
  var valueSpan: Range<Int>
  var span: Range<Int>
}

/// Something with its place.
package struct Spanned<Value: Equatable & Sendable>: Equatable, Sendable {
  package var value: Value
  package var span: Range<Int>
}

/// An expression over values.
struct Expression: Equatable, Sendable {
  indirect enum Node: Equatable, Sendable {
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
  var node: Node
  var span: Range<Int>

  /// An entry of a dictionary, `"lr": 0.001`.
  struct Entry: Equatable, Sendable {
    var key: Expression
    var value: Expression
  }

  /// An argument of a function, `x` or `axis=1`.
  struct Argument: Equatable, Sendable {
    var name: Spanned<String>?
    var value: Expression
  }

  /// What stands between brackets.
  enum Subscript: Equatable, Sendable {
    /// `:`, the whole axis.
    case all
    /// An index, a range, or a mask.
    case value(Expression)
    /// `label=3`.
    case label(Expression, span: Range<Int>)
  }
}

/// Operators, loosest last.
enum Operator: String, Equatable, Sendable {
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
  var precedence: Int {
    switch self {
    case .power: 5
    case .multiply, .divide, .remainder: 4
    case .add, .subtract: 3
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual: 2
    case .and, .not: 1
    }
  }
}
