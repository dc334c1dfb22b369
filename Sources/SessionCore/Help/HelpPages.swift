import Language
import Text

/// Pages of help, made from the command table and laid out for a screen.
package struct HelpPages: Sendable {
  package let table: CommandTable
  package let layout: HelpLayout
  /// Pages besides commands and functions.
  package static let topics = ["language", "functions", "errors", "results", "prompt"]

  /// - Parameter width: Columns of the screen.
  package init(table: CommandTable, width: Int = HelpLayout.usualWidth) {
    (self.table, layout) = (table, HelpLayout(width: width))
  }

  /// Everything `help` knows a page for.
  package var names: [String] { table.verbs + FunctionTable.shared.functions.map(\.name) + Self.topics }

  /// One line on what a page is about.
  package func summary(_ topic: String) -> String {
    if let command = table[topic] { return command.summary }
    if let function = FunctionTable.shared[topic] { return function.summary }
    switch topic {
    case "language": return "how statements are written"
    case "functions": return "the functions of expressions"
    case "errors": return "the error codes and their meanings"
    case "results": return "formats of results, and how to write them to files"
    case "prompt": return "keys, the history, and how a line is run"
    default: return ""
    }
  }

  /// The page of a topic; nil when there is none.
  package func page(_ topic: String) -> String? {
    switch topic {
    case "language", "syntax", "grammar": return layout.page(Self.language)
    case "functions", "expressions": return functions
    case "errors", "codes": return errors
    case "results", "output": return layout.page(Self.results)
    case "prompt", "keys": return layout.page(Self.prompt)
    default: break
    }
    if let command = table[topic] { return page(command) }
    if let function = FunctionTable.shared[topic] {
      return layout.wrapped("\(function.signature)\n  \(function.summary)")
    }
    if let code = ErrorCode(rawValue: topic.uppercased()) { return layout.entry("\(code.rawValue)  ", code.meaning) }
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
      lines += layout.rows(commands.map { ("  " + TextWidth.pad($0.verb, to: width + 2), $0.summary) })
    }
    lines.append("")
    let more = [
      ("help COMMAND", "a command with its options"), ("help language", "the language"),
      ("explain TERM", "the theory of a term"), ("examples", "example commands"),
    ]
    if layout.width >= 80 {
      for row in [more[0...1], more[2...3]] {
        lines.append(
          row.enumerated().map { index, item in
            TextWidth.pad(item.0, to: 15) + (index == 0 ? TextWidth.pad(item.1, to: 30) : item.1)
          }.joined())
      }
    } else {
      lines += layout.rows(more.map { (TextWidth.pad($0.0, to: 15), $0.1) })
    }
    return lines.joined(separator: "\n")
  }

  /// The page of a command.
  package func page(_ command: Command) -> String {
    var lines = [layout.entry("\(command.verb): ", command.summary), "", layout.wrapped("  \(command.usage)", hang: 4)]
    if !command.aliases.isEmpty { lines.append(layout.entry("  also: ", command.aliases.joined(separator: ", "))) }
    if !command.details.isEmpty { lines += ["", layout.wrapped(command.details)] }
    if !command.positionals.isEmpty {
      let width = command.positionals.map(\.name.count).max() ?? 0
      lines += ["", "Arguments"]
      lines += layout.rows(
        command.positionals.map { positional in
          let note = positional.isRequired ? "" : " (optional)"
          return ("  " + TextWidth.pad(positional.name.uppercased(), to: width + 2), positional.help + note)
        })
    }
    if !command.options.isEmpty {
      lines += ["", "Options"] + layout.rows(command.options.map { ("  " + head($0), tail($0)) }, column: Self.column)
    }
    if let returns = command.returns { lines += ["", layout.wrapped("Returns \(returns.text).")] }
    lines += ["", "Examples", examples(command)]
    return lines.joined(separator: "\n")
  }

  /// Where the options' texts begin.
  private static let column = 25

  private static let longestPlaceholder = 36

  /// An option in one line: `epochs=N  how many (default 20)`.
  package func line(_ option: CommandOption) -> String { head(option) + tail(option) }

  /// An option with a line for each of its values.
  package func page(_ option: CommandOption) -> String {
    let values = option.type.suggestions
    let width = values.map { TextWidth.columns($0) }.max() ?? 0
    let rows = layout.rows(
      values.map { value in
        ("  " + TextWidth.pad(value, to: width + 2), option.type.meaning(of: value) ?? "")
      })
    return ([layout.wrapped(line(option))] + rows).joined(separator: "\n")
  }

  private func head(_ option: CommandOption) -> String {
    let placeholder = option.type.placeholder
    let value = placeholder.count > Self.longestPlaceholder ? "TEXT" : placeholder
    return TextWidth.pad("\(option.name)=\(value)", to: 22) + " "
  }

  private func tail(_ option: CommandOption) -> String {
    var notes: [String] = []
    if case .choice(let names) = option.type, option.type.placeholder == "NAME" {
      notes.append("one of " + names.map(\.text).joined(separator: ", "))
    }
    if let text = option.defaultText { notes.append("default \(text)") }
    if !option.defaultNote.isEmpty { notes.append(option.defaultNote) }
    if option.isRequired { notes.append("required") }
    // A placeholder that is too long for the column is shown after the help text.
    let form = option.type.placeholder.count > Self.longestPlaceholder ? ": \(option.type.placeholder)" : ""
    return option.help + form + (notes.isEmpty ? "" : " (\(notes.joined(separator: "; ")))")
  }

  package func examples(_ command: Command) -> String { examples(command.examples) }

  /// Lines to type with what they do beside them, or below where that does not fit.
  private func examples(_ examples: [Command.Example]) -> String {
    let width = layout.width
    let short = examples.filter { TextWidth.columns($0.line) + TextWidth.columns($0.what) <= width - 6 }
    let column = short.map { TextWidth.columns($0.line) + 2 }.max() ?? 0
    return examples.map { example in
      let beside = "  " + TextWidth.pad(example.line, to: column) + "# " + example.what
      if TextWidth.columns(example.line) + 2 <= column, TextWidth.columns(beside) <= width { return beside }
      // Whole, whatever its width: a line that is broken cannot be copied.
      return "  \(example.line)\n" + layout.entry("      # ", example.what)
    }.joined(separator: "\n")
  }

  /// One example of each command, by family.
  package var tour: String {
    Command.Family.allCases.compactMap { family in
      let examples = table.commands.filter { $0.family == family }.flatMap { $0.examples.prefix(2) }
      return examples.isEmpty ? nil : family.rawValue + "\n" + self.examples(examples)
    }.joined(separator: "\n\n")
  }
}
