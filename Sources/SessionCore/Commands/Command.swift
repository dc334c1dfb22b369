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

  package let verb: String
  package let aliases: [String]
  package let family: Family
  /// One line, no full stop.
  package let summary: String
  /// Further paragraphs of help.
  package let details: String
  package let positionals: [Positional]
  package let options: [CommandOption]
  /// A description of the statement's value.
  package let result: String
  package let examples: [Example]
  /// Options whose names the command checks itself (`set`).
  package let takesAnyOption: Bool
  /// The options that apply to what its first word names, as for `plot loss`; nil where it takes all of them.
  package let optionsOfSubject: @Sendable (String) -> [String]?
  /// Executes the command: returns the value of the statement, or throws `Fault` without changing anything.
  package let run: @Sendable (Arguments, Execution) throws -> Value

  package init(
    _ verb: String, aliases: [String] = [], family: Family, summary: String, details: String = "",
    positionals: [Positional] = [], options: [CommandOption] = [], result: String = "", examples: [Example],
    takesAnyOption: Bool = false,
    optionsOfSubject: @escaping @Sendable (String) -> [String]? = { _ in nil },
    run: @escaping @Sendable (Arguments, Execution) throws -> Value
  ) {
    self.verb = verb
    self.aliases = aliases
    self.family = family
    self.summary = summary
    self.details = details
    self.positionals = positionals
    self.options = options
    self.result = result
    self.examples = examples
    self.takesAnyOption = takesAnyOption
    self.optionsOfSubject = optionsOfSubject
    self.run = run
  }

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

/// A positional argument.
package struct Positional: Sendable {
  package let name: String
  package let type: ArgumentType
  package let isRequired: Bool
  package let isVariadic: Bool
  /// Whether a piped value fills this positional when no word does.
  package let takesPipe: Bool
  package let help: String

  package init(
    _ name: String, _ type: ArgumentType, required: Bool = true, variadic: Bool = false, takesPipe: Bool = false,
    help: String
  ) {
    self.name = name
    self.type = type
    self.isRequired = required
    self.isVariadic = variadic
    self.takesPipe = takesPipe
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
