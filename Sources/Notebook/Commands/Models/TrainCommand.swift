import Graphs
import Networks
import Tensors
import VAEngine

/// `train`.
enum TrainCommand {
  static let all = [train]

  static let optimizers = OptimizerKind.allCases.map { $0.rawValue.lowercased() }

  private static let train = Command(
    "train", family: .models, summary: "train a model, or go on training it",
    details: """
      epochs=20 trains until the model has had 20 epochs, epochs=+10 ten more. What is not given stays as it was the last \
      time. Stopping it (Ctrl-C) keeps every step that is done; the next train goes on in the middle of the epoch, to the \
      epochs that were asked for, with the same bits as if it had not been stopped. A loss that is not finite rolls back \
      to the last good state.
      """,
    positionals: [Positional("model", .model, help: "the model")],
    options: [
      CommandOption("on", .dataset, note: "the data of the last time", help: "the training data"),
      CommandOption(
        "epochs", .relativeInteger(1...1_000_000), note: "those not finished, else +10",
        help: "how many in all, or +N more"),
      CommandOption("batch", .integer(1...1_000_000), note: "128 at first", help: "examples per step"),
      CommandOption("lr", .positive, note: "0.001 at first", help: "learning rate"),
      CommandOption("optimizer", .choice(optimizers), note: "adam at first", help: "update rule"),
      CommandOption(
        "schedule", .text(placeholder: LearningRateText.expectation, suggestions: LearningRateText.forms),
        note: "constant at first", help: "how the learning rate changes"),
      CommandOption("clip", .positive, note: "none at first", help: "largest norm of the gradient"),
      CommandOption("decay", .nonNegative, note: "0 at first, for adamw too", help: "weight decay"),
      CommandOption("epsilon", .positive, note: "1e-8 at first", help: "ε of Adam and RMSprop, outside the root"),
      CommandOption("beta1", .number(0...0.999_999), note: "0.9 at first", help: "decay of Adam's first moment"),
      CommandOption("beta2", .number(0...0.999_999), note: "0.999 at first, rmsprop 0.99", help: "decay of the second moment"),
      CommandOption("momentum", .number(0...0.999_999), note: "0 at first", help: "of sgd"),
      CommandOption("seed", .seed, note: "the session's next", help: "of the order of the examples"),
      CommandOption(
        "validate", .anyValue, note: "0 at first",
        help: "held out and measured every epoch: a share, how many, or a dataset"),
      CommandOption(
        "patience", .integer(0...1_000_000), note: "0 at first: never",
        help: "epochs without a better loss before stopping at the best ones; those of a warm-up do not count"),
      CommandOption(
        "seeds", .indices,
        help: "as many models of this kind, begun anew with these seeds and named NAME_SEED; NAME stays as it is"),
      CommandOption("checkpoint", .duration, default: "30s", help: "how often the workspace gets what is done"),
      CommandOption("plot", .choice(["live", "no"]), default: "no", help: "a live loss curve"),
      CommandOption("dry", .flag, default: "no", help: "only say what it would cost"),
    ],
    result: "a report",
    examples: [
      .init("train m on=d epochs=20 batch=128 lr=1e-3", "twenty epochs"), .init("train m epochs=+10", "ten more"),
      .init("train m on=d epochs=20 dry=yes", "the cost, before committing"),
      .init("train m validate=10000 patience=50 lr=5e-4 batch=100", "until 10,000 held-out examples gain no more"),
      .init("train m on=d.all epochs=30", "on every example, the test part too"),
      .init("train m on=d epochs=7 seeds=1..3", "three seeds, and their median"),
    ]
  ) { arguments, execution in
    if !arguments.flag("dry") { _ = try execution.variable(arguments["model"], changedBy: "train") }
    if let seeds = arguments.indices("seeds") { return try TrainingRuns(seeds, arguments, execution).train() }
    let run = try TrainingRun(arguments, execution)
    return arguments.flag("dry") ? try run.estimate() : try run.train()
  }
}
