import Graphs
import Networks
import VAEngine

extension ModelValue: AdjustableValue {
  private static let options: [CommandOption] = [
    CommandOption("beta", .nonNegative, help: "weight of the KL"),
    CommandOption("lr", .positive, help: "learning rate"),
    CommandOption("batch", .count, help: "examples per step"),
    CommandOption("clip", .positive, help: "largest norm of the gradient"),
    CommandOption("decay", .nonNegative, help: "weight decay"),
    CommandOption("freebits", .nonNegative, help: "free nats per dimension"),
    CommandOption("optimizer", .choice(TrainCommand.optimizers), help: "update rule"),
    CommandOption("validate", .number(0...0.9), help: "share held out"),
  ]

  package var adjustableNames: [String] { Self.options.map(\.name) }

  package func adjusted(
    _ changes: [(key: Spanned<String>, argument: BoundArgument)], _ execution: Execution
  ) throws -> (any ObjectValue, String) {
    var recipe = recipe
    var configuration = configuration
    var words: [String] = []
    for (key, argument) in changes {
      guard let option = Self.options.first(where: { $0.name == key.value }) else {
        let fix =
          Suggestion.question(key.value, in: adjustableNames) ?? "Options: \(adjustableNames.joined(separator: ", "))."
        throw Fault(.unknownOption, "a model has no setting '\(key.value)'", at: key.span, fix: fix)
      }
      guard let content = option.type.read(argument.raw) else {
        throw Fault(
          .badOptionValue, "\(key.value): expected \(option.type.expectation), got '\(argument.raw)'", at: argument.span
        )
      }
      words.append("\(key.value)=\(argument.raw)")
      switch (key.value, content) {
      case ("beta", .number(let value)): configuration.beta = .constant(Float(value))
      case ("freebits", .number(let value)): configuration.freeBits = Float(value)
      case ("lr", .number(let value)): recipe.learningRate = value
      case ("clip", .number(let value)): recipe.clipNorm = value
      case ("decay", .number(let value)): recipe.weightDecay = value
      case ("validate", .number(let value)): recipe.validate = value
      case ("batch", .integer(let value)): recipe.batchSize = value
      case ("optimizer", .text(let named)):
        recipe.optimizer = OptimizerKind.allCases.first { $0.rawValue.lowercased() == named } ?? recipe.optimizer
      default: break
      }
    }
    let live = try model(threads: execution.state.settings.threads, willChange: true)
    live.configuration = configuration
    let what = words.joined(separator: " ")
    if live.training.step > 0 {
      let share =
        Double(live.training.batchInEpoch * max(live.training.batchSize, 1))
        / Double(max(live.training.exampleCount, 1))
      live.training.history.edits.append(.init(epoch: Double(live.training.epoch) + share, what: what))
    }
    return (try updated(live, recipe: recipe), "\(what) from the next 'train' on")
  }
}
