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

  /// Every command of elbo, in the order of help.
  package static let declared: [any DeclaredCommand.Type] = [
    CreateModel.self, ShowSummary.self, Fork.self, Train.self, Compare.self, Versus.self, Race.self,
    Encode.self, Decode.self, Reconstruct.self, Sample.self, Interpolate.self, Traverse.self, Manifold.self,
    Denoise.self, Anomaly.self, Compress.self,
    Evaluate.self, ShowKL.self, Diagnose.self, Plot.self,
    ListVariables.self, Show.self, Drop.self, Undo.self, ShowHistory.self, Quit.self, RecordTranscript.self,
    Save.self, Open.self, ChangeSettings.self, SetFormat.self, SetSeed.self, SetThreads.self, SetTime.self,
    Help.self, ShowExamples.self, Explain.self,
  ]

  package static var standard: CommandTable {
    CommandTable(
      DataCommands.all + DataInspectionCommands.all + [TransformCommand.transform] + declared.map { Command($0) })
  }

  /// The same commands and others.
  package func adding(_ types: [any DeclaredCommand.Type]) -> CommandTable {
    CommandTable(commands + types.map { Command($0) })
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
