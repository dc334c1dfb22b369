import Language

/// A command as a type: its properties are its arguments, each declared once with its name, type, default, range and help.
///
///     struct Traverse: DeclaredCommand {
///       static let about = About("traverse", family: .latents, summary: "decode …", examples: […])
///       @Argument(takesPipe: true, help: "the model") var model: ModelValue
///       @Option(.integer(2...1000), default: 11, help: "images per dimension") var steps: Int
///
///       func run(_ call: Call) throws -> Value { … }
///     }
///
/// Parsing, validation, completion, help, inspection and the man page come from the properties, in their order; `run`
/// reads them typed. A property that is Optional may be left out.
protocol DeclaredCommand: ArgumentGroup, SendableMetatype {
  static var about: About { get }
  /// Executes the command: returns the value of the statement, or throws `Fault` without changing anything.
  func run(_ call: Call) throws -> Value
}

/// Properties that several commands have in common: a stored property of this type declares all of them.
protocol ArgumentGroup {
  init()
}

/// What help says of a command as a whole.
struct About: Sendable {
  let verb: String
  let aliases: [String]
  let family: Command.Family
  let summary: String
  let details: String
  let result: String
  let examples: [Command.Example]

  init(
    _ verb: String, aliases: [String] = [], family: Command.Family, summary: String, details: String = "",
    result: String = "", examples: [Command.Example]
  ) {
    (self.verb, self.aliases, self.family) = (verb, aliases, family)
    (self.summary, self.details, self.result, self.examples) = (summary, details, result, examples)
  }
}

/// One execution of a command: the session's side of it, and where faults are placed.
struct Call {
  let execution: Execution
  let arguments: Arguments

  /// The name before `=` in the statement, for commands that name their result.
  var target: String? { arguments.target }
  var threads: Int? { execution.state.settings.threads }

  /// A fault at the verb.
  func fault(_ code: ErrorCode, _ message: String, fix: String? = nil) -> Fault {
    Fault(code, message, at: arguments.verbSpan, fix: fix)
  }
}

extension Command {
  /// The entry of the command table for a declared command.
  init<Declared: DeclaredCommand>(_ type: Declared.Type) {
    let about = Declared.about
    let properties = Declared().properties
    self.init(
      about.verb, aliases: about.aliases, family: about.family, summary: about.summary, details: about.details,
      positionals: properties.compactMap { $0.property.positional($0.name) },
      options: properties.compactMap { $0.property.option($0.name) }, result: about.result, examples: about.examples
    ) { arguments, execution in
      let command = Declared()
      for (name, property) in command.properties { try property.bind(name, arguments) }
      return try command.run(Call(execution: execution, arguments: arguments))
    }
  }
}

extension ArgumentGroup {
  /// The declared properties, those of groups in the place of their group.
  fileprivate var properties: [(name: String, property: any DeclaredProperty)] {
    Mirror(reflecting: self).children.flatMap { child -> [(name: String, property: any DeclaredProperty)] in
      if let group = child.value as? any ArgumentGroup { return group.properties }
      guard let property = child.value as? any DeclaredProperty, let label = child.label else { return [] }
      return [(property.name ?? String(label.drop { $0 == "_" }), property)]
    }
  }
}
