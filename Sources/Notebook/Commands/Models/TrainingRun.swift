import Graphs
import Networks
import Tensors
import VAEngine

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
      (recipe.seed, recipe.splitSeed) = (seed, nil)
    } else if model.training.step == 0 {
      (recipe.seed, recipe.splitSeed) = (execution.seed(given: arguments.integer("seed")), nil)
    } else if let seed = arguments.integer("seed") {
      guard model.training.batchInEpoch == 0 || UInt64(seed) == model.training.shuffleSeed else {
        throw arguments.fault(
          .badOptionValue, "epoch \(model.training.epoch + 1) is under way in its own order", at: "seed",
          fix: "Leave seed out until it is done.")
      }
      // Another order, but what was held out stays so.
      (recipe.splitSeed, recipe.seed) = (recipe.splitSeed ?? recipe.seed, UInt64(seed))
    }
    (training, validation) = try Self.split(data, recipe, arguments, execution)
    plan = recipe.plan(
      epochs: Self.epochs(arguments, recipe, done: model.training.epoch), count: training.source.count)
    if plan.epochs <= model.training.epoch {
      throw arguments.fault(
        .badOptionValue, "the model has had \(model.training.epoch) epochs already", at: "epochs",
        fix: "Go on with epochs=+10.")
    }
  }

  /// How many in all: what is asked for, else what was not finished, else ten more.
  private static func epochs(_ arguments: Arguments, _ recipe: TrainingRecipe, done: Int) -> Int {
    guard arguments.isGiven("epochs"), let asked = arguments.integer("epochs") else {
      return recipe.unfinished.map { $0 > done ? $0 : done + 10 } ?? done + 10
    }
    return arguments.isRelative("epochs") ? done + asked : asked
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
    case .number(let amount) where TrainingRecipe.isHeldOut(amount):
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
    let rows = recipe.rows(of: count)
    return (data.subset(rows.training), data.subset(rows.heldOut, title: "held out"))
  }

  /// Trains, keeping what is done when stopped.
  func train() throws -> Value {
    let live = try model.model(threads: execution.state.settings.threads, willChange: true)
    live.dataDescription = data.summary
    if arguments.isGiven("seed") { live.training.shuffleSeed = plan.seed }
    try warn(live)
    let stop = StopSignal(when: Stopping.current)
    let reporter = TrainingReporter(self, live)
    let start = WorkClock.now
    let firstStep = live.training.step
    let end: TrainingEnd
    let trainer = Trainer(live, on: training.source, validation: validation?.source, plan: plan)
    do {
      end = try trainer.run(stop: stop) { try reporter.report($0) }
    } catch let error as NonFiniteError {
      if error.restoredStep > firstStep { try keep(live) }
      throw arguments.fault(.notFinite, error.description, fix: try fix(of: error, firstStep: firstStep))
    } catch ModelError.notFiniteParameter(let parameter) {
      throw arguments.fault(
        .notFinite, ModelError.notFiniteParameter(parameter).description, at: "model",
        fix: "Take back what made it (undo), or begin anew: \(DoctorAdvice(self).begunAnew())")
    } catch ModelError.oneRow(let layer) {
      throw arguments.fault(
        .badOptionValue, ModelError.oneRow(layer: layer).description, at: "batch",
        fix: training.source.count > 1
          ? "Try: train \(name ?? "m")\(dataWords) batch=\(min(128, training.source.count))\(epochWords)"
          : "It takes two examples or more.")
    }
    if firstStep == 0, trainer.split.joinsLast {
      execution.note(
        "the last batch of an epoch would hold one example, too few for batch normalization: it joins the one before, "
          + "\(plan.batchSize + 1) examples together")
    }
    try keep(live, isDone: end != .stopped)
    let seconds = (WorkClock.now - start).seconds
    if end == .stopped {
      let steps = Int(live.training.step - firstStep)
      let place = live.training.isEpochTrained ? "before the validation of epoch" : "at epoch"
      execution.interruptionNote =
        "stopped after \(steps) \(steps == 1 ? "step" : "steps"), \(place) \(live.training.epoch + 1); all of them are kept. "
        + "'train \(name ?? "m")' goes on to epoch \(plan.epochs)"
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

  func keep(_ live: Model, isDone: Bool = false) throws {
    guard let name else { return }
    var recipe = recipe
    recipe.unfinished = isDone ? nil : plan.epochs
    execution.set(name, to: .object(try model.updated(live, recipe: recipe)))
    execution.keepsWork = true
  }
}
