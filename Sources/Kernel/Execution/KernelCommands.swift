import Notebook
import SessionCore

/// Commands that are only available in the kernel.
package enum KernelCommands {
  /// All commands of elbo and those of the kernel.
  package static let table = CommandTable.standard.adding([ClearOutput.self, Ask.self])
}

/// `clear`.
struct ClearOutput: DeclaredCommand {
  static let about = About(
    "clear", family: .session, summary: "clear the output of the cell",
    examples: [.init("clear", "an empty output area")])

  @Option(default: false, help: "wait until the next output replaces it") var wait: Bool

  func run(_ call: Call) -> Value {
    (call.execution.frontEnd as? CellFrontEnd)?.clear(wait: wait)
    return .nothing
  }
}

/// `ask`.
struct Ask: DeclaredCommand {
  static let about = About(
    "ask", family: .session, summary: "ask the user for a line of text", returns: .init(.text, "the line"),
    examples: [.init("ask \"which digit? \"", "waits for an answer")])

  @Argument(.text(placeholder: "PROMPT", suggestions: []), help: "the question") var prompt: String

  func run(_ call: Call) throws -> Value {
    guard let line = call.execution.frontEnd.ask(prompt) else {
      try call.execution.checkInterruption()
      throw call.fault(
        .notSupported, "this client does not accept questions",
        fix: "Set allow_stdin in the request, or write the value.")
    }
    return .string(line)
  }
}
