import Notebook

/// Commands that only make sense where messages are spoken.
package enum KernelCommands {
  /// Every command of elbo, and these.
  package static let table = CommandTable(CommandTable.standard.commands + [clear, ask])

  private static let clear = Command(
    "clear", family: .session, summary: "take away what the cell has shown so far",
    options: [CommandOption("wait", .flag, default: "no", help: "only when the next output comes")],
    examples: [.init("clear", "an empty output area")]
  ) { arguments, execution in
    (execution.frontEnd as? CellFrontEnd)?.clear(wait: arguments.flag("wait"))
    return .nothing
  }

  private static let ask = Command(
    "ask", family: .session, summary: "ask the person for a line of text",
    positionals: [Positional("prompt", .text(placeholder: "PROMPT", suggestions: []), help: "what to ask")],
    result: "the line", examples: [.init("ask \"which digit? \"", "waits for an answer")]
  ) { arguments, execution in
    guard let line = execution.frontEnd.ask(arguments.text("prompt") ?? "") else {
      try execution.checkInterruption()
      throw arguments.fault(.notSupported, "nobody can answer here", fix: "Allow stdin, or give the value.")
    }
    return .string(line)
  }
}
