import Graphs

/// The options of a training that its model keeps, each declared once: `train` takes them, and `set` changes them for the
/// next `train`. Both go through `TrainingChanges`.
enum TrainingOptions {
  static let kept: [CommandOption] = [
    CommandOption("on", .dataset, note: "the previous training data", help: "the training data"),
    CommandOption("batch", .integer(1...1_000_000), note: "default 128", help: "examples per step"),
    CommandOption(
      "lr", .positive, note: "default 0.001 for all optimizers, where PyTorch has 0.002 for adamax, 0.01 for rmsprop",
      help: "learning rate"),
    CommandOption(
      "optimizer", .choice(OptimizerKind.allCases.map { $0.rawValue.lowercased() }), note: "default adam",
      help: "optimizer"),
    CommandOption(
      "schedule", .text(placeholder: LearningRateText.expectation, suggestions: LearningRateText.forms),
      note: "default constant", help: "learning-rate schedule"),
    CommandOption("clip", .positive, note: "default none", help: "largest norm of the gradient"),
    CommandOption("decay", .nonNegative, note: "default 0, for adamw too", help: "weight decay"),
    CommandOption(
      "epsilon", .positive, note: "default 1e-8", help: "ε of Adam and RMSprop, added outside the square root"),
    CommandOption("beta1", .number(0...0.999_999), note: "default 0.9", help: "decay of Adam's first moment"),
    CommandOption(
      "beta2", .number(0...0.999_999), note: "default 0.999, rmsprop 0.99", help: "decay of the second moment"),
    CommandOption("momentum", .number(0...0.999_999), note: "default 0", help: "momentum of sgd"),
    CommandOption("seed", .seed, note: "the next seed of the session", help: "shuffle seed"),
    CommandOption(
      "validate", .anyValue, note: "default 0",
      help: "validation data, evaluated every epoch: a fraction, a number of examples, or a dataset"),
    CommandOption(
      "patience", .integer(0...1_000_000), note: "default 0: off",
      help:
        "early stopping: stop after N epochs without improvement and restore the best weights; warm-up epochs do not count"
    ),
  ]
}
