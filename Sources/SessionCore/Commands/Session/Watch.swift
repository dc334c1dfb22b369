import Language

/// `watch 5s STATEMENT`, which `CellPrefix` reads where it begins a cell; this is what help and completion know of it, and
/// what is said where it cannot be read.
package struct Watch: DeclaredCommand {
  package init() {}

  package static let about = About(
    "watch", family: .session, summary: "run a statement again and again until Ctrl-C",
    details: """
      The rest of the line is run every so many seconds: 5s, 500ms, 2m. It is shown and nothing else: variables, seeds and \
      the history are afterwards as they were, so a recorded session verifies without it. At a prompt only.
      """,
    examples: [.init("watch 5s evaluate m on=d", "its ELBO every five seconds")])

  @Argument(
    .text(
      placeholder: "SECONDS", suggestions: [ValueWord("5s", "every five seconds"), ValueWord("1m", "every minute")]),
    help: "how far apart: 5s, 500ms, 2m")
  var every: String?
  @Rest(.text(placeholder: "STATEMENT", suggestions: []), help: "what to run")
  var statement: [String]
  let options = OpenOptions()

  package func run(_ call: Call) throws -> Value {
    let example = "Example: watch 5s evaluate m on=d"
    guard let every else { throw call.fault(.missingArgument, "watch needs seconds and a statement", fix: example) }
    guard CellPrefix.seconds(every) != nil else {
      throw $every.fault(
        .badOptionValue, "every: expected seconds from 0.1 to a day such as 5s, got '\(every)'", fix: example)
    }
    guard !options.given.isEmpty || !statement.isEmpty else {
      throw call.fault(.missingArgument, "watch needs a statement to run", fix: example)
    }
    throw call.fault(.notSupported, "watch stands at the beginning of a line", fix: example)
  }
}
