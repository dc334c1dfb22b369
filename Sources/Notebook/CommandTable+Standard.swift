import Graphs
import SessionCore
import WorkspaceStore

extension CommandTable {
  /// In the order of help. A new command is a type like these, and its name here.
  package static let declared: [any DeclaredCommand.Type] = [
    ListDatasets.self, Load.self, CreateDataset.self, SplitDataset.self, ShowHead.self, DescribeDataset.self,
    TransformDataset.self,
    CreateModel.self, ShowSummary.self, Fork.self, Train.self, Sweep.self, Log.self, Compare.self, Versus.self,
    Race.self,
    Encode.self, Decode.self, Reconstruct.self, Sample.self, Interpolate.self, Traverse.self, Manifold.self,
    Denoise.self, Anomaly.self, Compress.self, Impute.self,
    Evaluate.self, ShowKL.self, Disentangle.self, Diagnose.self, Plot.self,
    ListVariables.self, Show.self, Drop.self, Undo.self, Redo.self, ShowHistory.self, ReportSession.self, Quit.self,
    RecordTranscript.self, ChangeFolder.self, ShowFolder.self, Watch.self,
    Save.self, Open.self, ChangeSettings.self, SetFormat.self, SetSeed.self, SetThreads.self, SetTime.self,
    Help.self, ShowExamples.self, Explain.self, ListLessons.self, FollowLesson.self,
  ]

  /// Every command of elbo, for a session; made for each, since a task may have model families of its own.
  package static var standard: CommandTable {
    CommandTable(declared.map { Command($0) }, knowledge: .standard)
  }
}

extension CommandTable.Knowledge {
  /// Of models, datasets and the theory behind them.
  static var standard: CommandTable.Knowledge {
    var knowledge = CommandTable.Knowledge()
    knowledge.pages = {
      TheoryPages(Theory.foundations + Theory.practice + Theory.families + Theory.likelihoods + Theory.priors)
    }
    knowledge.restorers = Restorers.standard
    knowledge.threads = { CompilerOptions(threads: $0).threads }
    return knowledge
  }
}

extension Restorers {
  static let standard: [String: Restorer] = [
    "model": { stored, options in .object(try ModelValue(stored: stored, threads: options.threads)) },
    "sweep": { stored, options in .object(try SweepValue(stored: stored, threads: options.threads)) },
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
