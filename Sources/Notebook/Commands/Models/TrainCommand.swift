import Graphs
import Networks
import Tensors
import VAEngine

/// `train`.
enum TrainCommand {
  static let all = [train]

  private static let options: [CommandOption] = {
    var options = TrainingOptions.kept
    let epochs = CommandOption(
      "epochs", .relativeInteger(1...1_000_000), note: "the remaining ones, else +10",
      help: "number of epochs in total, or +N more")
    options.insert(epochs, at: 1)
    return options + own
  }()

  private static let own: [CommandOption] = [
    CommandOption(
      "seeds", .indices,
      help: "train one fresh copy per seed, named NAME_SEED; NAME itself does not change"),
    CommandOption("checkpoint", .duration, default: "30s", help: "checkpoint interval of the workspace"),
    CommandOption("plot", .choice(["live", "no"]), default: "no", help: "show a live loss curve"),
    CommandOption("dry", .flag, default: "no", help: "only estimate time and memory"),
  ]

  private static let train = Command(
    "train", family: .models, summary: "train a model, or continue its training",
    details: """
      epochs=20 trains up to 20 epochs in total, epochs=+10 for ten more. Options that are not given keep their values from \
      the previous 'train'. Stopping it (Ctrl-C) keeps every completed step; the next 'train' resumes in the middle of the \
      epoch, up to the epochs requested before, bit-identical to an uninterrupted training. If the loss is not finite, \
      training ends and the last finite state is restored.
      """,
    positionals: [Positional("model", .model, help: "the model")],
    options: options,
    result: "a report",
    examples: [
      .init("train m on=d epochs=20 batch=128 lr=1e-3", "twenty epochs"), .init("train m epochs=+10", "ten more"),
      .init("train m on=d epochs=20 dry=yes", "time and memory, without training"),
      .init("train m validate=10000 patience=50 lr=5e-4 batch=100", "early stopping on 10,000 held-out examples"),
      .init("train m on=d.all epochs=30", "on all examples, including the test part"),
      .init("train m on=d epochs=7 seeds=1..3", "three seeds, and their median"),
    ]
  ) { arguments, execution in
    if !arguments.flag("dry") { _ = try execution.variable(arguments["model"], changedBy: "train") }
    if let seeds = arguments.indices("seeds") { return try TrainingRuns(seeds, arguments, execution).train() }
    let run = try TrainingRun(arguments, execution)
    return arguments.flag("dry") ? try run.estimate() : try run.train()
  }
}
