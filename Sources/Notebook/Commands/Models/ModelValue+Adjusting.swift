import Graphs
import Language
import Networks
import SessionCore
import Text
import VAEngine

extension ModelValue: AdjustableValue {
  package static var adjustable: [CommandOption] {
    FamilySettings.live
      + (TrainingOption.kept + [TrainingOption.data]).map(\.option).map {
        // Nothing is the default of a change.
        CommandOption($0.name, $0.type, help: $0.help)
      }
  }

  package func adjusted(_ changes: [GivenOption], _ execution: Execution) throws -> (any ObjectValue, String) {
    var made = TrainingChanges(self, execution)
    for (key, argument) in changes {
      guard let option = Self.adjustable.first(where: { $0.name == key.value }) else {
        let names = Self.adjustable.map(\.name)
        let fix = Suggestion.question(key.value, in: names) ?? "Options: \(names.joined(separator: ", "))."
        throw Fault(.unknownOption, "a model has no setting '\(key.value)'", at: key.span, fix: fix)
      }
      try made.take((key: key, argument: try Self.read(argument, option, execution)))
    }
    try made.check(changes)
    let live = try model(threads: execution.state.settings.threads, willChange: true)
    live.configuration = made.configuration
    live.take(made)
    let what = changes.map { "\($0.key.value)=\($0.argument.raw)" }.joined(separator: " ")
    return (try updated(live, recipe: made.recipe), "\(what), effective with the next 'train'")
  }

  /// The argument as the option of `train` reads it.
  private static func read(
    _ argument: BoundArgument, _ option: CommandOption, _ execution: Execution
  ) throws -> BoundArgument {
    let span = argument.span
    let kinds: [ValueKind]? =
      switch option.type {
      case .value(let kinds): kinds
      case .anyValue: []
      default: nil
      }
    if let kinds {
      let value: Value
      if let number = Double(argument.raw) {
        value = .number(number)
      } else {
        value = try execution.evaluate(text: argument.raw, span: span ?? 0..<0)
      }
      guard kinds.isEmpty || kinds.contains(value.kind) else {
        throw Fault(
          .wrongKind, "\(option.name): expected \(option.type.expectation), got \(value.kind.phrase)", at: span)
      }
      return BoundArgument(content: .value(value), raw: argument.raw, span: span)
    }
    guard let content = option.type.read(argument.raw) else {
      throw Fault(
        .badOptionValue, "\(option.name): expected \(option.type.expectation), got '\(argument.raw)'", at: span)
    }
    return BoundArgument(content: content, raw: argument.raw, span: span)
  }
}

extension Model {
  /// What was changed between two trainings, marked where it begins.
  func take(_ changes: TrainingChanges) {
    guard training.step > 0 else { return }
    if changes.words.contains(where: { $0.hasPrefix("seed=") }) { training.shuffleSeed = changes.recipe.seed }
    training.history.mark(changes.words, at: training.position)
  }
}
