/// Pages of help, made from the command table.
package struct HelpPages: Sendable {
  let table: CommandTable
  /// Pages besides commands and functions.
  static let topics = ["language", "functions", "errors", "results"]

  package init(table: CommandTable) { self.table = table }

  /// Everything `help` knows a page for.
  package var names: [String] { table.verbs + FunctionTable.shared.functions.map(\.name) + Self.topics }

  /// One line on what a page is about.
  func summary(_ topic: String) -> String {
    if let command = table[topic] { return command.summary }
    if let function = FunctionTable.shared[topic] { return function.summary }
    switch topic {
    case "language": return "how statements are written"
    case "functions": return "what expressions can call"
    case "errors": return "every code, and what it means"
    case "results": return "how results look and where they go"
    default: return ""
    }
  }

  /// The page of a topic; nil when there is none.
  package func page(_ topic: String) -> String? {
    switch topic {
    case "language", "syntax", "grammar": return Self.language
    case "functions", "expressions": return Self.functions
    case "errors", "codes": return Self.errors
    case "results", "output": return Self.results
    default: break
    }
    if let command = table[topic] { return page(command) }
    if let function = FunctionTable.shared[topic] { return "\(function.signature)\n  \(function.summary)" }
    if let code = ErrorCode(rawValue: topic.uppercased()) { return "\(code.rawValue)  \(code.meaning)" }
    return nil
  }

  /// All commands by family, a line each.
  package var overview: String {
    var lines: [String] = []
    let width = table.commands.map(\.verb.count).max() ?? 0
    for family in Command.Family.allCases {
      let commands = table.commands.filter { $0.family == family }
      guard !commands.isEmpty else { continue }
      if !lines.isEmpty { lines.append("") }
      lines.append(family.rawValue)
      lines += commands.map { Self.entry("  " + TextWidth.pad($0.verb, to: width + 2), $0.summary) }
    }
    lines.append("")
    lines.append("help COMMAND   a command with its options    help language  the language")
    lines.append("explain TERM   the theory, a screen a term   examples       lines to try")
    return lines.joined(separator: "\n")
  }

  /// The page of a command.
  func page(_ command: Command) -> String {
    var lines = [Self.entry("\(command.verb): ", command.summary), "", "  \(command.usage)"]
    if !command.aliases.isEmpty { lines.append("  also: \(command.aliases.joined(separator: ", "))") }
    if !command.details.isEmpty { lines += ["", TextWidth.wrap(command.details, to: 80)] }
    if !command.positionals.isEmpty {
      let width = command.positionals.map(\.name.count).max() ?? 0
      lines += ["", "Arguments"]
      lines += command.positionals.map { positional in
        let note = positional.isRequired ? "" : " (may be left out)"
        let name = "  " + TextWidth.pad(positional.name.uppercased(), to: width + 2)
        return Self.entry(name, positional.help + note)
      }
    }
    if !command.options.isEmpty {
      lines += ["", "Options"] + command.options.map { Self.entry("  " + head($0), tail($0)) }
    }
    if !command.result.isEmpty { lines += ["", "Gives \(command.result)."] }
    lines += ["", "Examples", Self.examples(command)]
    return lines.joined(separator: "\n")
  }

  /// Columns of help.
  static let width = 80

  private static let longestPlaceholder = 36

  /// A name and what it is, in lines that fit; later ones begin below the first word of what it is.
  static func entry(_ name: String, _ text: String) -> String {
    let indent = TextWidth.columns(name)
    return name
      + TextWidth.wrap(text, to: width - indent)
      .replacing("\n", with: "\n" + String(repeating: " ", count: indent))
  }

  /// An option in one line: `epochs=N  how many (default 20)`.
  func line(_ option: CommandOption) -> String { head(option) + tail(option) }

  /// An option and what it can be: a line for each of its values.
  func page(_ option: CommandOption) -> String {
    let values = option.type.suggestions
    let width = values.map { TextWidth.columns($0) }.max() ?? 0
    let rows = values.map { value in
      Self.entry(
        "  " + TextWidth.pad(value, to: width + 2), ValueDescriptions.meaning(of: value, argument: option.name) ?? "")
    }
    return ([line(option)] + rows).joined(separator: "\n")
  }

  private func head(_ option: CommandOption) -> String {
    let placeholder = option.type.placeholder
    let value = placeholder.count > Self.longestPlaceholder ? "TEXT" : placeholder
    return TextWidth.pad("\(option.name)=\(value)", to: 22) + " "
  }

  private func tail(_ option: CommandOption) -> String {
    var notes: [String] = []
    if case .choice(let names) = option.type, option.type.placeholder == "NAME" {
      notes.append("one of " + names.joined(separator: ", "))
    }
    if let text = option.defaultText { notes.append("default \(text)") }
    if !option.defaultNote.isEmpty { notes.append(option.defaultNote) }
    if option.isRequired { notes.append("needed") }
    // A form that is a sentence by itself stands behind the help.
    let form = option.type.placeholder.count > Self.longestPlaceholder ? ": \(option.type.placeholder)" : ""
    return option.help + form + (notes.isEmpty ? "" : " (\(notes.joined(separator: "; ")))")
  }

  static func examples(_ command: Command) -> String { examples(command.examples) }

  /// Lines to type with what they do beside them, or below where that does not fit.
  private static func examples(_ examples: [Command.Example]) -> String {
    let short = examples.filter { TextWidth.columns($0.line) + TextWidth.columns($0.what) <= width - 6 }
    let column = short.map { TextWidth.columns($0.line) + 2 }.max() ?? 0
    return examples.map { example in
      let beside = "  " + TextWidth.pad(example.line, to: column) + "# " + example.what
      return TextWidth.columns(beside) <= width ? beside : "  \(example.line)\n      # \(example.what)"
    }.joined(separator: "\n")
  }

  /// One example of each command, by family.
  var tour: String {
    Command.Family.allCases.compactMap { family in
      let examples = table.commands.filter { $0.family == family }.flatMap { $0.examples.prefix(2) }
      return examples.isEmpty ? nil : family.rawValue + "\n" + Self.examples(examples)
    }.joined(separator: "\n\n")
  }
}
