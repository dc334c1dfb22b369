import SessionCore
import VAEngine

/// `train`.
struct Train: DeclaredCommand {
  static let about = About(
    "train", family: .models, summary: "train a model, or continue its training",
    details: """
      epochs=20 trains up to 20 epochs in total, epochs=+10 for ten more. Options that are not given keep their values from \
      the previous 'train'. Stopping it (Ctrl-C) keeps every completed step; the next 'train' resumes in the middle of the \
      epoch, up to the epochs requested before, bit-identical to an uninterrupted training. If the loss is not finite, \
      training ends and the last finite state is restored.
      """,
    returns: .init(.report),
    examples: [
      .init("train m on=d epochs=20 batch=128 lr=1e-3", "twenty epochs"), .init("train m epochs=+10", "ten more"),
      .init("train m on=d epochs=20 dry=yes", "time and memory, without training"),
      .init("train m validate=10000 patience=50 lr=5e-4 batch=100", "early stopping on 10,000 held-out examples"),
      .init("train m on=d.all epochs=30", "on all examples, including the test part"),
      .init("train m on=d epochs=7 seeds=1..3", "three seeds, and their median"),
    ])

  enum LiveFigure: String, Choice {
    case live, no

    var help: String {
      switch self {
      case .live: "redrawn during training"
      case .no: "only the progress bar"
      }
    }
  }

  @Argument(help: "the model") var model: ModelValue
  @Option(note: "the previous training data", help: "the training data") var on: DatasetValue?
  @Option(note: "the remaining ones, else +10", help: "number of epochs in total, or +N more") var epochs: EpochCount?
  let options = TrainingOptions()
  @Option(help: "train one fresh copy per seed, named NAME_SEED; NAME itself does not change") var seeds: [Int]?
  @Option(default: Seconds(30), help: "checkpoint interval of the workspace") var checkpoint: Seconds
  @Option(default: .no, help: "show a live loss curve") var plot: LiveFigure
  @Option(default: false, help: "only estimate time and memory") var dry: Bool

  func run(_ call: Call) throws -> Value {
    if !dry { _ = try call.execution.variable($model, changedBy: "train") }
    if let seeds { return try TrainingRuns(seeds, self, call).train() }
    let run = try TrainingRun(self, call)
    return dry ? try run.estimate() : try run.train()
  }
}
