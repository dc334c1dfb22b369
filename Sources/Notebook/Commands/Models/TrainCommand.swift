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
      time. Stopping it (Ctrl-C) keeps every step that is done; the next train goes on in the middle of the epoch, with \
      the same bits as if it had not been stopped. A loss that is not finite rolls back to the last good state.
      """,
    positionals: [Positional("model", .model, help: "the model")],
    options: [
      CommandOption("on", .dataset, note: "the data of the last time", help: "the training data"),
      CommandOption("epochs", .relativeInteger(1...1_000_000), default: "+10", help: "how many in all, or +N more"),
      CommandOption("batch", .integer(1...1_000_000), note: "128 at first", help: "examples per step"),
      CommandOption("lr", .positive, note: "0.001 at first", help: "learning rate"),
      CommandOption("optimizer", .choice(optimizers), note: "adam at first", help: "update rule"),
      CommandOption(
        "schedule", .text(placeholder: LearningRateText.expectation, suggestions: LearningRateText.forms),
        note: "constant at first", help: "how the learning rate changes"),
      CommandOption("clip", .positive, note: "none at first", help: "largest norm of the gradient"),
      CommandOption("decay", .nonNegative, note: "0 at first", help: "weight decay"),
      CommandOption("epsilon", .positive, note: "1e-8 at first", help: "ε of Adam and RMSprop, outside the root"),
      CommandOption("beta1", .number(0...0.999_999), note: "0.9 at first", help: "decay of Adam's first moment"),
      CommandOption("beta2", .number(0...0.999_999), note: "0.999 at first", help: "decay of the second moment"),
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
    if let seeds = arguments.indices("seeds") { return try TrainingRuns(seeds, arguments, execution).train() }
    let run = try TrainingRun(arguments, execution)
    return arguments.flag("dry") ? try run.estimate() : try run.train()
  }
}

/// One `train`.
struct TrainingRun {
  let arguments: Arguments
  let execution: Execution
  let name: String?
  let model: ModelValue
  let data: DatasetValue
  var recipe: TrainingRecipe
  let plan: TrainingPlan
  let validation: DatasetValue?
  let training: DatasetValue

  /// - Parameter seed: Begins a model of the same kind anew with this seed, named after it.
  init(_ arguments: Arguments, _ execution: Execution, seed: UInt64? = nil) throws {
    (self.arguments, self.execution) = (arguments, execution)
    let given = try arguments.model("model")
    if let seed {
      var configuration = given.configuration
      configuration.seed = seed
      let fresh = try Model(configuration, options: CompilerOptions(threads: execution.state.settings.threads))
      model = try ModelValue(fresh, recipe: given.recipe)
      name = "\(arguments["model"]?.name ?? "m")_\(seed)"
    } else {
      model = given
      name = arguments["model"]?.name
    }
    recipe = model.recipe
    data = try Self.data(arguments, execution, &recipe, name: name ?? "m")
    recipe.transforms = data.dataset.transforms
    for option in arguments.given where !recipe.take(option.key.value, option.argument.content) {
      if option.key.value == "validate" { recipe = try Self.validating(recipe, arguments) }
    }
    if let schedule = recipe.schedule, LearningRateText.parse(schedule, epochs: 1) == nil {
      throw arguments.fault(
        .badOptionValue, "schedule: expected \(LearningRateText.expectation), got '\(schedule)'", at: "schedule")
    }
    for option in arguments.given {
      if let readers = recipe.reader(of: option.key.value) {
        throw Fault(
          .badOptionValue, "\(option.key.value) means nothing to \(recipe.optimizer.rawValue.lowercased())",
          at: option.key.span, fix: "It is for optimizer=\(readers).")
      }
    }
    if let seed {
      recipe.seed = seed
    } else if arguments.isGiven("seed") || model.training.step == 0 {
      recipe.seed = execution.seed(given: arguments.integer("seed"))
    }
    (training, validation) = try Self.split(data, recipe, arguments, execution)
    let asked = arguments.integer("epochs") ?? 10
    plan = recipe.plan(
      epochs: arguments.isRelative("epochs") ? model.training.epoch + asked : asked, count: training.source.count)
    if plan.epochs <= model.training.epoch {
      throw arguments.fault(
        .badOptionValue, "the model has had \(model.training.epoch) epochs already", at: "epochs",
        fix: "Go on with epochs=+10.")
    }
  }

  private static func data(
    _ arguments: Arguments, _ execution: Execution, _ recipe: inout TrainingRecipe, name: String
  ) throws -> DatasetValue {
    if let given = arguments.dataset("on") {
      recipe.data = arguments["on"]?.raw
      return given.trainingPart
    }
    if let last = recipe.data, let value = try? execution.evaluate(text: last, span: arguments.verbSpan),
      case .object(let data as DatasetValue) = value
    {
      return data.trainingPart
    }
    let known = execution.names(ofKinds: [.dataset])
    if known.count == 1, case .object(let only as DatasetValue) = execution.lookup(known[0]) {
      recipe.data = known[0]
      return only.trainingPart
    }
    let gone = recipe.data.map { "the data of the last time, '\($0)', are gone: " } ?? ""
    throw arguments.fault(.missingArgument, "\(gone)train needs data", fix: "Example: train \(name) on=d epochs=20")
  }

  /// The recipe with what `validate=` says: a share, a number of examples, or a dataset.
  private static func validating(_ recipe: TrainingRecipe, _ arguments: Arguments) throws -> TrainingRecipe {
    var recipe = recipe
    switch arguments.value("validate") {
    case .number(let amount) where amount >= 0 && (amount <= 0.9 || amount >= 1 && amount == amount.rounded()):
      (recipe.validate, recipe.validationData) = (amount, nil)
    case .object(_ as DatasetValue): (recipe.validate, recipe.validationData) = (0, arguments["validate"]?.raw)
    default:
      throw arguments.fault(
        .badOptionValue,
        "validate: expected a share up to 0.9, a number of examples or a dataset, got "
          + "'\(arguments["validate"]?.raw ?? "")'", at: "validate")
    }
    return recipe
  }

  /// Holds out a share or a number of the examples, the same ones for the same seed; or all of another dataset.
  private static func split(
    _ data: DatasetValue, _ recipe: TrainingRecipe, _ arguments: Arguments, _ execution: Execution
  ) throws -> (DatasetValue, DatasetValue?) {
    if let name = recipe.validationData {
      guard case .object(let held as DatasetValue) = try execution.evaluate(text: name, span: arguments.verbSpan) else {
        throw arguments.fault(
          .wrongKind, "the validation data of the last time, '\(name)', are gone", fix: "Give validate= again.")
      }
      return (data, held.testPart)
    }
    let count = data.source.count
    let held = recipe.validate < 1 ? Int((Double(count) * recipe.validate).rounded()) : Int(recipe.validate)
    guard held > 0 else { return (data, nil) }
    guard held < count else {
      throw arguments.fault(
        .badOptionValue, "validate=\(held) would leave nothing of the \(count) examples to train on", at: "validate")
    }
    let order = Shuffle.order(count: count, seed: recipe.seed ^ 0x5EED, epoch: 0)
    return (
      data.subset(order[held...].sorted().map(Int.init)),
      data.subset(order[..<held].sorted().map(Int.init), title: "held out")
    )
  }

  /// Trains, keeping what is done when stopped.
  func train() throws -> Value {
    let live = try model.model(threads: execution.state.settings.threads, willChange: true)
    live.dataDescription = data.summary
    try warn(live)
    let stop = StopSignal(when: Stopping.current)
    let reporter = TrainingReporter(self, live)
    let start = ContinuousClock.now
    let firstStep = live.training.step
    let end: TrainingEnd
    do {
      end = try Trainer(live, on: training.source, validation: validation?.source, plan: plan)
        .run(stop: stop) { try reporter.report($0) }
    } catch let error as NonFiniteError {
      if error.restoredStep > firstStep { try keep(live) }
      let rate = NumberText.short(recipe.learningRate / 10)
      var fault = arguments.fault(.notFinite, error.description, fix: "Try: train \(name ?? "m") lr=\(rate)")
      fault.keepsState = error.restoredStep > firstStep
      throw fault
    }
    try keep(live)
    let seconds = (ContinuousClock.now - start).seconds
    if end == .stopped {
      let steps = Int(live.training.step - firstStep)
      let place = live.training.isEpochTrained ? "before the validation of epoch" : "at epoch"
      execution.interruptionNote =
        "stopped after \(steps) \(steps == 1 ? "step" : "steps"), \(place) \(live.training.epoch + 1); all of them are kept. "
        + "'train \(name ?? "m")' goes on"
    }
    return .report(report(live, end: end, steps: Int(live.training.step - firstStep), seconds: seconds))
  }

  /// Says once in a session that the data are grey where 0 and 1 are meant.
  private func warn(_ live: Model) throws {
    guard live.training.step == 0 else { return }
    for warning in try live.checkValues(training.source) {
      let wasSaid = execution.names(ofKinds: [.model]).contains { name in
        guard case .object(let other as ModelValue) = execution.lookup(name) else { return false }
        return other.training.step > 0 && other.configuration.likelihood == live.configuration.likelihood
      }
      if !wasSaid { execution.note(warning.description) }
    }
  }

  func keep(_ live: Model) throws {
    guard let name else { return }
    execution.set(name, to: .object(try model.updated(live, recipe: recipe)))
  }

  private func report(_ live: Model, end: TrainingEnd, steps: Int, seconds: Double) -> Report {
    let history = live.training.history
    // Both of the whole history, of which this training may be the end only.
    let total = Int(live.training.step)
    var fields: [Report.Field] = [.init("epochs", .count(live.training.epoch)), .init("steps", .count(total))]
    if steps < total { fields.append(.init("new_steps", label: "of them now", .count(steps))) }
    if let last = history.epochs.last {
      fields += [
        .init("loss", .fixed(last.loss, decimals: 2), unit: "nats/example, mean of epoch \(last.epoch)"),
        .init("reconstruction", .fixed(last.reconstruction, decimals: 2), unit: "nats/example"),
        .init("kl", .fixed(last.kl, decimals: 2), unit: "nats/example"),
      ]
      if let held = last.validation {
        fields.append(
          .init(
            "validation", .fixed(held, decimals: 2), unit: "nats/example, \(validation?.source.count ?? 0) held out"))
      }
      if last.imagesPerSecond > 0 {
        fields.append(.init("speed", .count(Int(last.imagesPerSecond)), unit: "images/s"))
      }
    }
    fields.append(.init("seconds", label: "took", .text(NumberText.duration(seconds))))
    var notes: [String] = []
    if case .early(let best) = end {
      notes.append(
        "stopped early: no better loss for \(plan.patience ?? 0) epochs; the parameters of epoch \(best) are back")
    }
    let recent = Array(history.epochs.suffix(5))
    var tables: [Report.NamedTable] = []
    if recent.count > 1 {
      tables.append(
        .init(
          "last_epochs",
          Table(
            columns: [.init("epoch"), .init("loss", unit: "nats"), .init("reconstruction"), .init("kl")],
            rows: recent.map {
              [
                .count($0.epoch), .fixed($0.loss, decimals: 2), .fixed($0.reconstruction, decimals: 2),
                .fixed($0.kl, decimals: 2),
              ]
            })))
    }
    return Report(
      title: "trained \(name ?? "the model") on \(training.title)", fields: fields, tables: tables, notes: notes)
  }
}
