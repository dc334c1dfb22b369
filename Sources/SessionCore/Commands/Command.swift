/// One command: everything that parsing, validation, completion, help, inspection, the man page and shell completions
/// need, and the function that does it.
package struct Command: Sendable {
  /// The groups under which `help` lists commands.
  package enum Family: String, CaseIterable, Sendable {
    case data = "Data"
    case models = "Models"
    case latents = "Latents and images"
    case measures = "Measures"
    case plots = "Plots"
    case session = "Session"
    case help = "Help"

    /// Whether its commands compute something with the parameters of models.
    package var computesWithModels: Bool {
      switch self {
      case .latents, .measures, .plots: true
      case .data, .models, .session, .help: false
      }
    }
  }

  /// A statement and what it does.
  package struct Example: Sendable {
    package let line: String
    package let what: String
    package init(_ line: String, _ what: String) {
      self.line = line
      self.what = what
    }
  }

  package let about: About
  /// The options that apply where the first argument is a subject, whose value is given when it is a variable; nil where
  /// all of them do.
  package let optionsOfSubject: @Sendable (_ subject: String, _ value: Value?) -> [CommandOption]?
  /// Executes the command: returns the value of the statement, or throws `Fault` without changing anything.
  package let run: @Sendable (Arguments, Execution) throws -> Value
  private let signature: Deferred<Signature>

  /// The arguments of a command.
  struct Signature: Sendable {
    var positionals: [Positional] = []
    var options: [CommandOption] = []
    var takesAnyOption = false
  }

  /// - Parameter signature: Worked out when it is first asked for: a session looks at few of its commands.
  init(
    _ about: About, signature: @escaping @Sendable () -> Signature,
    optionsOfSubject: @escaping @Sendable (String, Value?) -> [CommandOption]?,
    run: @escaping @Sendable (Arguments, Execution) throws -> Value
  ) {
    (self.about, self.signature) = (about, Deferred(signature))
    (self.optionsOfSubject, self.run) = (optionsOfSubject, run)
  }

  package var verb: String { about.verb }
  package var aliases: [String] { about.aliases }
  package var family: Family { about.family }
  package var summary: String { about.summary }
  package var details: String { about.details }
  package var returns: Returns? { about.returns }
  package var examples: [Example] { about.examples }
  package var remarksCaveats: Bool { about.remarksCaveats }
  package var positionals: [Positional] { signature.value.positionals }
  package var options: [CommandOption] { signature.value.options }
  /// Whether the command checks the names of its options itself (`set`).
  package var takesAnyOption: Bool { signature.value.takesAnyOption }

  /// `train MODEL [on=DATA] [epochs=20] …`, in its shortest form.
  package var usage: String {
    var parts = [verb]
    for positional in positionals {
      var text = positional.name.uppercased()
      if positional.isVariadic { text += " …" }
      parts.append(positional.isRequired ? text : "[\(text)]")
    }
    parts += options.filter(\.isRequired).map { "\($0.name)=\($0.type.placeholder)" }
    if options.contains(where: { !$0.isRequired }) || takesAnyOption { parts.append("[key=value …]") }
    return parts.joined(separator: " ")
  }
}

/// The value of a statement, as help describes it.
package struct Returns: Sendable {
  /// Its kind, where that is the same for all arguments.
  package let kind: ValueKind?
  /// A noun phrase.
  package let text: String

  /// - Parameter text: More than the kind says: `a table of examples by −ELBO`.
  package init(_ kind: ValueKind, _ text: String? = nil) { (self.kind, self.text) = (kind, text ?? kind.phrase) }

  /// A value whose kind depends on the arguments.
  package init(_ text: String) { (kind, self.text) = (nil, text) }

  /// The phrase without what qualifies it: `a table`.
  package var name: String { String(text.prefix { $0 != ";" && $0 != "," }) }
}

/// A positional argument.
package struct Positional: Sendable {
  /// What completion offers beside the values of the type.
  package enum Completing: Sendable {
    /// The session's variables.
    case variables
    /// Those that `save` writes, and a file of its name for the one that was named.
    case savableVariables, fileToSave
    /// Pages of `help`.
    case topics
    /// Terms of `explain`.
    case terms
  }

  package let name: String
  package let type: ArgumentType
  package let isRequired: Bool
  package let isVariadic: Bool
  /// Whether a piped value fills this positional when no word does.
  package let takesPipe: Bool
  /// What messages call it where it is missing: `a model`.
  package let noun: String
  package let completes: Completing?
  package let help: String

  package init(
    _ name: String, _ type: ArgumentType, required: Bool = true, variadic: Bool = false, takesPipe: Bool = false,
    noun: String? = nil, completes: Completing? = nil, help: String
  ) {
    self.name = name
    self.type = type
    self.isRequired = required
    self.isVariadic = variadic
    self.takesPipe = takesPipe
    self.noun = noun ?? (variadic ? "at least one \(name)" : "a \(name)")
    self.completes = completes
    self.help = help
  }
}

/// An argument given as `key=value`.
package struct CommandOption: Sendable {
  package let name: String
  package let type: ArgumentType
  /// The default as typed text; shown in help and parsed like an argument.
  package let defaultText: String?
  /// Shown in help instead of a default that depends on the context.
  package let defaultNote: String
  package let isRequired: Bool
  package let help: String

  package init(
    _ name: String, _ type: ArgumentType, default defaultText: String? = nil, note: String = "",
    required: Bool = false, help: String
  ) {
    self.name = name
    self.type = type
    self.defaultText = defaultText
    self.defaultNote = note
    self.isRequired = required
    self.help = help
  }
}
