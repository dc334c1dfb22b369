import Language

/// An argument after binding: read, checked, with its place in the source.
package struct BoundArgument: Sendable {
  package enum Content: Sendable {
    case integer(Int)
    /// `+N`.
    case relative(Int)
    case number(Double)
    case flag(Bool)
    case text(String)
    case size(height: Int, width: Int)
    case interval(Double, Double)
    case indices([Int])
    case value(Value)
  }
  package let content: Content
  /// The text as typed, without quotes.
  package let raw: String
  /// nil for a default.
  package let span: Range<Int>?
  /// The variable, when the argument is just a name.
  package var name: String? { raw.isName ? raw : nil }
}

/// The arguments of a command, bound to its positionals and options.
///
/// Reading an argument under a name or type that the command's entry does not have is a programming error: it returns
/// nil, so that tests of the command find it.
package struct Arguments: Sendable {
  package let command: Command
  package let verbSpan: Range<Int>
  /// The name before `=` in the statement, for commands that name their result.
  package let target: String?
  private let positionals: [String: [BoundArgument]]
  private let options: [String: BoundArgument]
  /// Options in the order given, for commands that accept any option.
  package let given: [(key: Spanned<String>, argument: BoundArgument)]

  init(
    command: Command, verbSpan: Range<Int>, target: String?, positionals: [String: [BoundArgument]],
    options: [String: BoundArgument], given: [(key: Spanned<String>, argument: BoundArgument)]
  ) {
    self.command = command
    self.verbSpan = verbSpan
    self.target = target
    self.positionals = positionals
    self.options = options
    self.given = given
  }

  /// The argument of a positional or option, default included.
  package subscript(name: String) -> BoundArgument? { positionals[name]?.first ?? options[name] }

  /// All arguments of a variadic positional.
  package func all(_ name: String) -> [BoundArgument] { positionals[name] ?? [] }

  /// The first argument in the command's order whose value is of this kind.
  package func firstNamed(_ kind: ValueKind) -> BoundArgument? {
    let names = command.positionals.map(\.name) + command.options.map(\.name)
    return names.lazy.compactMap { self[$0] }.first {
      if case .value(let value) = $0.content { value.kind == kind && $0.raw != "_" } else { false }
    }
  }

  /// Whether the user gave the argument, as opposed to a default.
  package func isGiven(_ name: String) -> Bool { self[name]?.span != nil }

  package func integer(_ name: String) -> Int? {
    switch self[name]?.content {
    case .integer(let value), .relative(let value): value
    case .number(let value): Int(exactly: value)
    default: nil
    }
  }

  /// Whether an integer was given as `+N`.
  package func isRelative(_ name: String) -> Bool {
    if case .relative = self[name]?.content { return true }
    return false
  }

  package func number(_ name: String) -> Double? {
    switch self[name]?.content {
    case .number(let value): value
    case .integer(let value): Double(value)
    default: nil
    }
  }

  package func flag(_ name: String) -> Bool {
    if case .flag(let value) = self[name]?.content { return value }
    return false
  }

  package func text(_ name: String) -> String? {
    if case .text(let text) = self[name]?.content { return text }
    return nil
  }

  package func size(_ name: String) -> (height: Int, width: Int)? {
    if case .size(let height, let width) = self[name]?.content { return (height, width) }
    return nil
  }

  package func interval(_ name: String) -> (Double, Double)? {
    if case .interval(let low, let high) = self[name]?.content { return (low, high) }
    return nil
  }

  package func indices(_ name: String) -> [Int]? {
    if case .indices(let values) = self[name]?.content { return values }
    return nil
  }

  package func value(_ name: String) -> Value? {
    if case .value(let value) = self[name]?.content { return value }
    return nil
  }

  /// A fault placed at an argument, or at the verb when the argument was not given.
  package func fault(_ code: ErrorCode, _ message: String, at name: String? = nil, fix: String? = nil) -> Fault {
    Fault(code, message, at: name.flatMap { self[$0]?.span } ?? verbSpan, fix: fix)
  }
}
