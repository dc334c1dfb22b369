import Language
import Text

/// `help`.
package struct Help: DeclaredCommand {
  package init() {}

  package static let about = About(
    "help", aliases: ["man"], family: .help, summary: "explain commands, functions and the language",
    details: "'?train' and 'train?' are the same as 'help train'.", returns: .init(.text, "a page of text"),
    examples: [.init("help", "all commands"), .init("help train", "one command"), .init("?train", "the same")])

  @Rest(
    .text(placeholder: "TOPIC", suggestions: HelpPages.topics.map { ValueWord($0) }), required: false,
    completes: .topics, help: "a command, a function, or one of: \(HelpPages.topics.joined(separator: ", "))")
  var topic: [String]

  package func run(_ call: Call) throws -> Value {
    let (words, table) = (topic, call.execution.table)
    let pages = HelpPages(table: table, width: call.execution.width)
    guard let topic = words.first else { return .string(pages.overview) }
    if words.count > 1, let option = table[topic]?.options.first(where: { $0.name == words[1] }) {
      return .string(pages.page(option))
    }
    if let page = pages.page(words.joined(separator: " ")) ?? pages.page(topic) { return .string(page) }
    if let variable = call.execution.lookup(topic) { return variable }
    if let theory = table.knowledge.theory.page(words.joined(separator: " ")) {
      return .string(theory.text(for: call.execution.state, width: call.execution.width))
    }
    let fix = Suggestion.question(topic, in: pages.names) ?? "'help' lists the commands, 'explain' the theory."
    throw Fault(.unknownTopic, "no help on '\(topic)'", at: $topic.first?.span, fix: fix)
  }
}

/// `examples`.
package struct ShowExamples: DeclaredCommand {
  package init() {}

  package static let about = About(
    "examples", family: .help, summary: "show example commands", returns: .init(.text, "example statements"),
    examples: [.init("examples", "a tour"), .init("examples train", "of one command")])

  @Argument(
    .text(placeholder: "COMMAND", suggestions: []), completes: .topics, help: "only those of this command")
  var command: String?

  package func run(_ call: Call) throws -> Value {
    let table = call.execution.table
    let pages = HelpPages(table: table, width: call.execution.width)
    guard let verb = command else { return .string(pages.tour) }
    guard let command = table[verb] else {
      throw $command.fault(
        .unknownTopic, "no command named '\(verb)'", fix: Suggestion.question(verb, in: table.verbs))
    }
    return .string(pages.examples(command))
  }
}

/// `explain`.
package struct Explain: DeclaredCommand {
  package init() {}

  package static let about = About(
    "explain", aliases: ["theory"], family: .help,
    summary: "explain a term: its theory and the commands that demonstrate it",
    returns: .init(.text, "a page of text"),
    examples: [.init("explain elbo", "the training objective"), .init("explain", "all terms")])

  @Rest(
    .text(placeholder: "TERM", suggestions: []), required: false, completes: .terms, help: "vae, latent, elbo, kl …")
  var term: [String]

  package func run(_ call: Call) throws -> Value {
    let (state, width) = (call.execution.state, call.execution.width)
    let theory = call.execution.table.knowledge.theory
    let words = term.map { $0.lowercased() }.joined(separator: " ")
    guard let place = $term.first else { return .string(theory.overview(width: width)) }
    if let page = theory.page(words) { return .string(page.text(for: state, width: width)) }
    throw place.fault(
      .unknownTopic, "no page on '\(words)'",
      fix: Suggestion.question(words, in: theory.names) ?? "'explain' lists the terms.")
  }
}
