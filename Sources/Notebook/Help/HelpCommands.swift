import Language
import Text

/// `help`, `explain`, `examples`.
enum HelpCommands {
  static let all = [help, examples, explain]

  private static let help = Command(
    "help", aliases: ["man"], family: .help, summary: "explain commands, functions and the language",
    details: "'?train' and 'train?' are the same as 'help train'.",
    positionals: [
      Positional(
        "topic", .text(placeholder: "TOPIC", suggestions: HelpPages.topics), required: false, variadic: true,
        help: "a command, a function, or one of: \(HelpPages.topics.joined(separator: ", "))")
    ],
    result: "a page of text",
    examples: [.init("help", "all commands"), .init("help train", "one command"), .init("?train", "the same")]
  ) { arguments, execution in
    let words = arguments.all("topic").map(\.raw)
    let pages = HelpPages(table: execution.table, width: execution.width)
    guard let topic = words.first else { return .string(pages.overview) }
    if words.count > 1, let command = execution.table[topic],
      let option = command.options.first(where: { $0.name == words[1] })
    {
      return .string(pages.page(option))
    }
    if let page = pages.page(words.joined(separator: " ")) ?? pages.page(topic) { return .string(page) }
    if let variable = execution.lookup(topic) { return variable }
    if let theory = Theory.page(words.joined(separator: " ")) {
      return .string(theory.text(for: execution.state, width: execution.width))
    }
    let fix = Suggestion.question(topic, in: pages.names) ?? "'help' lists the commands, 'explain' the theory."
    throw Fault(.unknownTopic, "no help on '\(topic)'", at: arguments["topic"]?.span, fix: fix)
  }

  private static let examples = Command(
    "examples", family: .help, summary: "show example commands",
    positionals: [
      Positional(
        "command", .text(placeholder: "COMMAND", suggestions: []), required: false, help: "only those of this command")
    ],
    result: "example statements", examples: [.init("examples", "a tour"), .init("examples train", "of one command")]
  ) { arguments, execution in
    guard let verb = arguments.text("command") else {
      return .string(HelpPages(table: execution.table, width: execution.width).tour)
    }
    guard let command = execution.table[verb] else {
      throw arguments.fault(
        .unknownTopic, "no command named '\(verb)'", at: "command",
        fix: Suggestion.question(verb, in: execution.table.verbs))
    }
    return .string(HelpPages(table: execution.table, width: execution.width).examples(command))
  }

  private static let explain = Command(
    "explain", aliases: ["theory"], family: .help,
    summary: "explain a term: its theory and the commands that demonstrate it",
    positionals: [
      Positional(
        "term", .text(placeholder: "TERM", suggestions: Theory.pages.map(\.term)), required: false, variadic: true,
        help: "vae, latent, elbo, kl …")
    ],
    result: "a page of text",
    examples: [.init("explain elbo", "the training objective"), .init("explain", "all terms")]
  ) { arguments, execution in
    let words = arguments.all("term").map { $0.raw.lowercased() }.joined(separator: " ")
    guard !words.isEmpty else { return .string(Theory.overview(width: execution.width)) }
    if let page = Theory.page(words) { return .string(page.text(for: execution.state, width: execution.width)) }
    throw arguments.fault(
      .unknownTopic, "no page on '\(words)'", at: "term",
      fix: Suggestion.question(words, in: Theory.names) ?? "'explain' lists the terms.")
  }
}
