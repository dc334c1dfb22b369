/// All commands, by verb and alias.
package struct CommandTable: Sendable {
  package let commands: [Command]
  package let knowledge: Knowledge
  private let byVerb: [String: Int]

  /// What a session knows beside its commands, of what lies outside of this target.
  package struct Knowledge: Sendable {
    /// Makes what `explain` shows.
    package var pages: @Sendable () -> TheoryPages = { TheoryPages([]) }
    /// Makes values of further kinds of what a workspace holds.
    package var restorers: [String: Restorers.Restorer] = [:]
    /// The threads that the engine uses when so many are asked for.
    package var threads: @Sendable (Int?) -> Int = { $0 ?? 1 }

    /// The forms that values are written in.
    package var writers = OutputWriters.standard

    package init() {}

    package var theory: TheoryPages { pages() }
  }

  package init(_ commands: [Command], knowledge: Knowledge = Knowledge()) {
    self.commands = commands
    self.knowledge = knowledge
    var byVerb: [String: Int] = [:]
    for (index, command) in commands.enumerated() {
      for verb in [command.verb] + command.aliases { byVerb[verb] = index }
    }
    self.byVerb = byVerb
  }

  /// The same knowledge with other commands.
  package func with(_ commands: [Command]) -> CommandTable { CommandTable(commands, knowledge: knowledge) }

  /// The same commands and others.
  package func adding(_ types: [any DeclaredCommand.Type]) -> CommandTable {
    with(commands + types.map { Command($0) })
  }

  /// The command of a verb or alias.
  package subscript(verb: String) -> Command? { byVerb[verb].map { commands[$0] } }

  /// Verbs and aliases, sorted.
  package var verbs: [String] { byVerb.keys.sorted() }

  /// Commands whose verb starts with `prefix`; an alias counts as its command.
  package func commands(startingWith prefix: String) -> [Command] {
    let indices = Set(byVerb.filter { $0.key.hasPrefix(prefix) }.map(\.value))
    return indices.sorted().map { commands[$0] }
  }
}
