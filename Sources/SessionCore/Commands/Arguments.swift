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

  package init(content: Content, raw: String, span: Range<Int>?) {
    (self.content, self.raw, self.span) = (content, raw, span)
  }

  /// The variable, when the argument is just a name.
  package var name: String? { raw.isName ? raw : nil }
}

/// The arguments of a command, bound to its positionals and options. Declared properties read them; commands read the
/// properties.
package struct Arguments: Sendable {
  package let command: Command
  package let verbSpan: Range<Int>
  /// The name before `=` in the statement, for commands that name their result.
  package let target: String?
  private let positionals: [String: [BoundArgument]]
  private let options: [String: BoundArgument]
  /// Options in the order given.
  package let given: [GivenOption]

  package init(
    command: Command, verbSpan: Range<Int>, target: String?, positionals: [String: [BoundArgument]],
    options: [String: BoundArgument], given: [GivenOption]
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
}
