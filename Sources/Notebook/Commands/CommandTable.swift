/// All commands, by verb and alias.
package struct CommandTable: Sendable {
  package let commands: [Command]
  private let byVerb: [String: Int]

  package init(_ commands: [Command]) {
    self.commands = commands
    var byVerb: [String: Int] = [:]
    for (index, command) in commands.enumerated() {
      for verb in [command.verb] + command.aliases { byVerb[verb] = index }
    }
    self.byVerb = byVerb
  }

  /// Every command of elbo.
  package static var standard: CommandTable {
    CommandTable(
      DataCommands.all + DataInspectionCommands.all + [TransformCommand.transform] + ModelCommands.all
        + TrainCommand.all
        + CompareCommands.all + LatentCommands.all + EvaluateCommands.all
        + DoctorCommand.all + PlotCommand.all + SessionCommands.all
        + TranscriptCommand.all
        + FileCommands.all + SettingCommands.all + HelpCommands.all)
  }

  /// The command of a verb or alias.
  package subscript(verb: String) -> Command? { byVerb[verb].map { commands[$0] } }

  /// Verbs and aliases, sorted.
  package var verbs: [String] { byVerb.keys.sorted() }

  /// Commands whose verb starts with `prefix`; an alias counts as its command.
  func commands(startingWith prefix: String) -> [Command] {
    let indices = Set(byVerb.filter { $0.key.hasPrefix(prefix) }.map(\.value))
    return indices.sorted().map { commands[$0] }
  }
}
