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
package protocol DeclaredCommand: ArgumentGroup, SendableMetatype {
  static var about: About { get }
  /// Executes the command: returns the value of the statement, or throws `Fault` without changing anything.
  func run(_ call: Call) throws -> Value
  /// The options that apply where the first argument is `subject`; nil where all of them do. Completion offers these.
  ///
  /// - Parameter value: That of the variable of this name.
  static func options(of subject: String, value: Value?) -> [CommandOption]?
}

extension DeclaredCommand {
  package static func options(of subject: String, value: Value?) -> [CommandOption]? { nil }
}

/// Properties that several commands have in common: a stored property of this type declares all of them.
package protocol ArgumentGroup {
  init()
}

/// What help says of a command as a whole.
package struct About: Sendable {
  package let verb: String
  let aliases: [String]
  let family: Command.Family
  /// One line, no full stop.
  let summary: String
  private let makeDetails: @Sendable () -> String
  let returns: Returns?
  /// Whether remarks follow on what is wrong with values it computed with, such as parameters that are not finite.
  let remarksCaveats: Bool
  package let examples: [Command.Example]

  /// Further paragraphs.
  var details: String { makeDetails() }

  /// - Parameters:
  ///   - details: Further paragraphs, made when they are read: a start of the program reads none.
  ///   - returns: What the statement's value is; nil of a command that makes none, which cannot be named.
  ///   - remarksCaveats: nil for what is usual in the family.
  package init(
    _ verb: String, aliases: [String] = [], family: Command.Family, summary: String,
    details: @autoclosure @escaping @Sendable () -> String = "", returns: Returns? = nil,
    remarksCaveats: Bool? = nil, examples: [Command.Example]
  ) {
    (self.verb, self.aliases, self.family) = (verb, aliases, family)
    (self.summary, makeDetails, self.returns, self.examples) = (summary, details, returns, examples)
    self.remarksCaveats = remarksCaveats ?? family.computesWithModels
  }
}

/// One execution of a command: the session's side of it, and where faults are placed.
package struct Call {
  package let execution: Execution
  package let verb: String
  package let verbSpan: Range<Int>
  /// The name before `=` in the statement, for commands that name their result.
  package let target: String?
  /// Options in the order given.
  package let given: [GivenOption]

  package var threads: Int? { execution.state.settings.threads }

  /// A fault at the verb.
  package func fault(_ code: ErrorCode, _ message: String, fix: String? = nil) -> Fault {
    Fault(code, message, at: verbSpan, fix: fix)
  }
}

extension Command {
  /// The entry of the command table for a declared command.
  ///
  /// - Parameter observer: Told after each execution which of the declared arguments were read.
  package init<Declared: DeclaredCommand>(
    _ type: Declared.Type, observer: (@Sendable (_ verb: String, _ read: [String]) -> Void)? = nil
  ) {
    let about = Declared.about
    self.init(
      about, signature: { Signature(Declared().properties) }, optionsOfSubject: Declared.options(of:value:)
    ) { arguments, execution in
      let command = Declared()
      let properties = command.properties
      for (name, property) in properties { try property.bind(name, arguments) }
      defer { observer?(about.verb, properties.flatMap { $0.property.readNames($0.name) }) }
      return try command.run(
        Call(
          execution: execution, verb: about.verb, verbSpan: arguments.verbSpan, target: arguments.target,
          given: arguments.given))
    }
  }
}

extension Command.Signature {
  fileprivate init(_ properties: [(name: String, property: any DeclaredProperty)]) {
    positionals = properties.compactMap { $0.property.positional($0.name) }
    options = properties.flatMap { $0.property.options($0.name) }
    takesAnyOption = properties.contains { $0.property.takesAnyOption }
  }
}

extension ArgumentGroup {
  /// The declared properties, those of groups in the place of their group.
  package var properties: [(name: String, property: any DeclaredProperty)] {
    Mirror(reflecting: self).children.flatMap { child -> [(name: String, property: any DeclaredProperty)] in
      if let property = child.value as? any DeclaredProperty, let label = child.label {
        return [(property.name ?? String(label.drop { $0 == "_" }), property)]
      }
      return (child.value as? any ArgumentGroup)?.properties ?? []
    }
  }
}
