import Notebook
import SessionCore

/// Commands that are only available in the kernel.
package enum KernelCommands {
  /// All commands of elbo and those of the kernel.
  package static let table = CommandTable.standard.with(CommandTable.standard.commands + [clear, ask])

  private static let clear = Command(
    "clear", family: .session, summary: "clear the output of the cell",
    options: [CommandOption("wait", .flag, default: "no", help: "wait until the next output replaces it")],
    examples: [.init("clear", "an empty output area")]
  ) { arguments, execution in
    (execution.frontEnd as? CellFrontEnd)?.clear(wait: arguments.flag("wait"))
    return .nothing
  }

  private static let ask = Command(
    "ask", family: .session, summary: "ask the user for a line of text",
    positionals: [Positional("prompt", .text(placeholder: "PROMPT", suggestions: []), help: "the question")],
    result: "the line", examples: [.init("ask \"which digit? \"", "waits for an answer")]
  ) { arguments, execution in
    guard let line = execution.frontEnd.ask(arguments.text("prompt") ?? "") else {
      try execution.checkInterruption()
      throw arguments.fault(
        .notSupported, "this client does not accept questions",
        fix: "Set allow_stdin in the request, or write the value.")
    }
    return .string(line)
  }
}
