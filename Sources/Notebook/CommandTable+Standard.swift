import Graphs
import SessionCore
import WorkspaceStore

extension CommandTable {
  /// Every command of elbo.
  package static var standard: CommandTable {
    let knowledge = Knowledge.standard
    return CommandTable(
      DataCommands.all + DataInspectionCommands.all + [TransformCommand.transform] + ModelCommands.all
        + TrainCommand.all
        + CompareCommands.all + LatentCommands.all + EvaluateCommands.all
        + DoctorCommand.all + PlotCommand.all + SessionCommands.all
        + TranscriptCommand.all
        + FileCommands.all + SettingCommands.all + HelpCommands.all(knowledge.theory),
      knowledge: knowledge)
  }
}

extension CommandTable.Knowledge {
  /// Of models, datasets and the theory behind them.
  static var standard: CommandTable.Knowledge {
    var knowledge = CommandTable.Knowledge()
    knowledge.theory = TheoryPages(Theory.foundations + Theory.practice + Theory.families)
    knowledge.restorers = Restorers.standard
    knowledge.meaning = { ValueDescriptions.meaning(of: $0, argument: $1) }
    knowledge.threads = { CompilerOptions(threads: $0).threads }
    return knowledge
  }
}

extension Restorers {
  static let standard: [String: Restorer] = [
    "model": { stored, options in .object(try ModelValue(stored: stored, threads: options.threads)) },
    "dataset": { stored, options in .object(try DatasetValue(stored: stored, options: options)) },
  ]

  /// Restores values of every kind.
  package init(options: SessionOptions) { self.init(options: options, kinds: Self.standard) }
}

extension Session {
  /// Starts a session with every command of elbo.
  ///
  /// - Throws: `StoreError` when the workspace is open elsewhere, newer, damaged or not readable.
  package convenience init(_ options: SessionOptions) throws(StoreError) {
    try self.init(options, table: .standard)
  }
}
