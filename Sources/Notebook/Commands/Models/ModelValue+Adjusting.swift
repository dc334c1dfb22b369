import Graphs
import Networks
import VAEngine

extension ModelValue: AdjustableValue {
  package static let adjustable: [CommandOption] = [
    CommandOption("beta", .nonNegative, help: "weight of the KL"),
    CommandOption("lr", .positive, help: "learning rate"),
    CommandOption("batch", .count, help: "examples per step"),
    CommandOption("clip", .positive, help: "largest norm of the gradient"),
    CommandOption("decay", .nonNegative, help: "weight decay"),
    CommandOption("freebits", .nonNegative, help: "free nats per dimension"),
    CommandOption("optimizer", .choice(TrainCommand.optimizers), help: "optimizer"),
    CommandOption("validate", .number(0 ... .infinity), help: "fraction or number of examples held out"),
    CommandOption(
      "schedule", .text(placeholder: LearningRateText.expectation, suggestions: LearningRateText.forms),
      help: "learning-rate schedule"),
    CommandOption(
      "patience", .integer(0...1_000_000), help: "early stopping: epochs without improvement; 0 disables it"),
    CommandOption("epsilon", .positive, help: "ε of Adam and RMSprop"),
    CommandOption("capacity", .nonNegative, help: "target capacity of capacity-vae, in nats"),
  ]

  package func adjusted(
    _ changes: [(key: Spanned<String>, argument: BoundArgument)], _ execution: Execution
  ) throws -> (any ObjectValue, String) {
    var recipe = recipe
    var configuration = configuration
    var words: [String] = []
    for (key, argument) in changes {
      guard let option = Self.adjustable.first(where: { $0.name == key.value }) else {
        let names = Self.adjustable.map(\.name)
        let fix = Suggestion.question(key.value, in: names) ?? "Options: \(names.joined(separator: ", "))."
        throw Fault(.unknownOption, "a model has no setting '\(key.value)'", at: key.span, fix: fix)
      }
      guard let content = option.type.read(argument.raw) else {
        throw Fault(
          .badOptionValue, "\(key.value): expected \(option.type.expectation), got '\(argument.raw)'", at: argument.span
        )
      }
      let family = configuration.family
      let isUsed =
        switch key.value {
        case "beta": family.hasWeightedKL
        case "freebits": family.hasWeightedKL && family != .capacity
        case "capacity": family == .capacity
        default: true
        }
      guard isUsed else {
        throw Fault(.badOptionValue, "option '\(key.value)' does not apply to \(family.rawValue) models", at: key.span)
      }
      words.append("\(key.value)=\(argument.raw)")
      if case .text(let text) = content, key.value == "schedule", LearningRateText.parse(text, epochs: 1) == nil {
        throw Fault(
          .badOptionValue, "schedule: expected \(LearningRateText.expectation), got '\(text)'", at: argument.span)
      }
      switch (key.value, content) {
      case ("beta", .number(let value)): configuration.beta = .constant(Float(value))
      case ("freebits", .number(let value)): configuration.freeBits = Float(value)
      case ("capacity", .number(let value)): configuration.capacity = .constant(Float(value))
      case ("validate", .number(let value)):
        guard TrainingRecipe.isHeldOut(value) else {
          throw Fault(
            .badOptionValue, "validate: expected a fraction up to 0.9, or a number of examples, got '\(argument.raw)'",
            at: argument.span)
        }
        (recipe.validate, recipe.validationData) = (value, nil)
      default: _ = recipe.take(key.value, content)
      }
    }
    let live = try model(threads: execution.state.settings.threads, willChange: true)
    live.configuration = configuration
    let what = words.joined(separator: " ")
    if live.training.step > 0 {
      let share = min(
        1,
        Double(live.training.batchInEpoch * max(live.training.batchSize, 1))
          / Double(max(live.training.exampleCount, 1)))
      live.training.history.edits.append(.init(epoch: Double(live.training.epoch) + share, what: what))
    }
    return (try updated(live, recipe: recipe), "\(what), effective with the next 'train'")
  }
}
