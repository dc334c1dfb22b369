import Graphs
import Language
import SessionCore
import VAEngine

/// An option of `train` and of `set` that a model keeps: one row declares its name, type, default and help, and what it
/// changes.
struct TrainingOption: Sendable {
  let option: CommandOption
  /// The optimizers that read it.
  let readers: [OptimizerKind]
  /// Makes the change.
  ///
  /// - Returns: How edits call it; nil where nothing differs.
  let take: @Sendable (inout TrainingChanges, BoundArgument) throws -> String?

  /// - Parameters:
  ///   - type: Narrower than the value's type.
  ///   - note: The default.
  private init<Value: ArgumentValue>(
    _ name: String, _ type: ArgumentType? = nil, note: String, readers: [OptimizerKind] = OptimizerKind.allCases,
    help: String, take: @escaping @Sendable (inout TrainingChanges, Value, BoundArgument) throws -> String?
  ) {
    option = CommandOption(name, type ?? Value.argumentType, note: note, help: help)
    self.readers = readers
    self.take = { changes, argument in
      guard let value = Value(argument) else {
        throw Fault(.badOptionValue, "\(name): expected \(Value.expectation), got '\(argument.raw)'", at: argument.span)
      }
      return try take(&changes, value, argument)
    }
  }

  /// One that only the recipe keeps.
  private init<Value: ArgumentValue>(
    _ name: String, _ type: ArgumentType? = nil, note: String, readers: [OptimizerKind] = OptimizerKind.allCases,
    help: String, set: @escaping @Sendable (inout TrainingRecipe, Value) -> Void
  ) {
    self.init(name, type, note: note, readers: readers, help: help) {
      (changes: inout TrainingChanges, value: Value, argument: BoundArgument) in
      set(&changes.recipe, value)
      return "\(name)=\(argument.raw)"
    }
  }

  /// nil for an option that no training keeps.
  static func named(_ name: String) -> TrainingOption? { (kept + [data]).first { $0.option.name == name } }

  private static let adaptive: [OptimizerKind] = [.adam, .adamW, .adamax]

  static let batch = TrainingOption("batch", .integer(1...1_000_000), note: "default 128", help: "examples per step") {
    (recipe, value: Int) in recipe.batchSize = value
  }

  static let seed = TrainingOption("seed", .seed, note: "the next seed of the session", help: "shuffle seed") {
    (changes, value: Int, argument) in
    try changes.reseed(UInt64(value), argument)
    return "seed=\(argument.raw)"
  }

  static let validate = TrainingOption(
    "validate", note: "default 0",
    help: "validation data, evaluated every epoch: a fraction, a number of examples, or a dataset"
  ) { (changes, value: Value, argument) in
    try changes.validate(value, argument)
    return "validate=\(argument.raw)"
  }

  /// The training data, which `train` reads itself as well.
  static let data = TrainingOption("on", note: "the previous training data", help: "the training data") {
    (changes, value: DatasetValue, argument) in
    changes.recipe.data = argument.raw
    return changes.word(for: value.trainingPart)
  }

  /// Those of the update rule and of its schedule, in the order of help.
  static let kept: [TrainingOption] = [
    batch,
    .init(
      "lr", .positive, note: "default 0.001 for all optimizers, where PyTorch has 0.002 for adamax, 0.01 for rmsprop",
      help: "learning rate"
    ) { (recipe, value: Double) in recipe.learningRate = value },
    .init("optimizer", note: "default adam", help: "optimizer") { (recipe, value: OptimizerKind) in
      recipe.optimizer = value
    },
    .init(
      "schedule", .text(placeholder: LearningRateText.expectation, suggestions: LearningRateText.forms),
      note: "default constant", help: "learning-rate schedule"
    ) { (changes, text: String, argument) in
      guard LearningRateText.parse(text, epochs: 1) != nil else {
        throw Fault(
          .badOptionValue, "schedule: expected \(LearningRateText.expectation), got '\(text)'", at: argument.span)
      }
      changes.recipe.schedule = text
      return "schedule=\(argument.raw)"
    },
    .init("clip", .positive, note: "default none", help: "largest norm of the gradient") { (recipe, value: Double) in
      recipe.clipNorm = value
    },
    .init("decay", .nonNegative, note: "default 0, for adamw too", help: "weight decay") { (recipe, value: Double) in
      recipe.weightDecay = value
    },
    .init(
      "epsilon", .positive, note: "default 1e-8", readers: adaptive + [.rmsprop],
      help: "ε of Adam and RMSprop, added outside the square root"
    ) { (recipe, value: Double) in recipe.epsilon = value },
    .init(
      "beta1", .number(0...0.999_999), note: "default 0.9", readers: adaptive, help: "decay of Adam's first moment"
    ) { (recipe, value: Double) in recipe.beta1 = value },
    .init(
      "beta2", .number(0...0.999_999), note: "default 0.999, rmsprop 0.99", readers: adaptive + [.rmsprop],
      help: "decay of the second moment"
    ) { (recipe, value: Double) in recipe.beta2 = value },
    .init("momentum", .number(0...0.999_999), note: "default 0", readers: [.sgd], help: "momentum of sgd") {
      (recipe, value: Double) in recipe.momentum = value
    },
    seed, validate,
    .init(
      "patience", .integer(0...1_000_000), note: "default 0: off",
      help:
        "early stopping: stop after N epochs without improvement and restore the best weights; warm-up epochs do not count"
    ) { (recipe, value: Int) in recipe.patience = value == 0 ? nil : value },
  ]
}

/// The options of `train` that the model keeps.
struct TrainingOptions: DeclaredProperty {
  private let box = ArgumentBox<[GivenOption]>()

  /// Those that were given, `on=` among them, in that order.
  var given: [GivenOption] { box.value }

  /// Where an option was given.
  subscript(option: TrainingOption) -> ArgumentPlace {
    ArgumentPlace(
      name: option.option.name, verbSpan: box.place.verbSpan,
      bound: given.first { $0.key.value == option.option.name }?.argument)
  }

  func options(_ name: String) -> [CommandOption] { TrainingOption.kept.map(\.option) }

  func bind(_ name: String, _ arguments: Arguments) {
    box.set(
      arguments.given.filter { TrainingOption.named($0.key.value) != nil },
      ArgumentPlace(name: name, verbSpan: arguments.verbSpan, bound: nil))
  }
}

extension OptimizerKind: Choice {
  package var word: String { rawValue.lowercased() }

  package var help: String {
    switch self {
    case .adam: "adaptive moments (Kingma & Ba 2015)"
    case .adamW: "adam with decoupled weight decay"
    case .adamax: "Adam with the infinity norm of the gradients; lr 0.001, in PyTorch 0.002"
    case .rmsprop: "gradient divided by its running root mean square; lr 0.001, in PyTorch 0.01"
    case .sgd: "gradient descent with momentum"
    }
  }
}
