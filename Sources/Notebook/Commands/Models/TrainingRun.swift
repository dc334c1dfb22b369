import Datasets
import Graphs
import Language
import Networks
import Tensors
import Text
import VAEngine

/// One `train`.
struct TrainingRun {
  let arguments: Arguments
  let execution: Execution
  let name: String?
  let model: ModelValue
  let data: DatasetValue
  var recipe: TrainingRecipe
  private let changes: TrainingChanges
  let plan: TrainingPlan
  let validation: DatasetValue?
  let training: DatasetValue

  /// - Parameter seed: Trains a fresh model with the same configuration and this seed, and with the seed in its name.
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
    var changes = TrainingChanges(model, execution)
    for option in arguments.given { _ = try changes.take(option.key, option.argument) }
    try changes.check(arguments.given)
    recipe = changes.recipe
    do {
      data = try Self.data(arguments, execution, &recipe, name: name ?? "m").matched(to: model)
    } catch let fault as Fault {
      throw fault.placed(at: arguments["on"]?.span ?? arguments.verbSpan)
    }
    recipe.take(form: data, model)
    if let seed {
      (recipe.seed, recipe.splitSeed) = (seed, nil)
    } else if model.training.step == 0 {
      let chosen = recipe.chosenSeed.flatMap { Int(exactly: $0) }
      (recipe.seed, recipe.splitSeed) = (execution.seed(given: chosen), nil)
    }
    recipe.chosenSeed = nil
    self.changes = changes
    (training, validation) = try Self.split(data, recipe, arguments, execution)
    plan = recipe.plan(
      epochs: Self.epochs(arguments, recipe, done: model.training.epoch), count: training.source.count)
  }

  /// Whether the model has had the epochs that are asked for: then there is nothing to train.
  var isDone: Bool { plan.epochs <= model.training.epoch }

  /// The total number of epochs: as requested, else what remains of the previous training, else ten more.
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
    let gone = recipe.data.map { "previous training data '\($0)' no longer exists; " } ?? ""
    throw arguments.fault(.missingArgument, "\(gone)train needs data", fix: "Example: train \(name) on=d epochs=20")
  }

  /// Holds out a fraction or a number of the examples, the same ones for the same seed; or all of another dataset.
  private static func split(
    _ data: DatasetValue, _ recipe: TrainingRecipe, _ arguments: Arguments, _ execution: Execution
  ) throws -> (DatasetValue, DatasetValue?) {
    if let name = recipe.validationData {
      guard case .object(let held as DatasetValue) = try execution.evaluate(text: name, span: arguments.verbSpan) else {
        throw arguments.fault(
          .wrongKind, "previous validation data '\(name)' no longer exists", fix: "Specify validate= again.")
      }
      return (data, try held.testPart.matched(to: arguments.model("model")))
    }
    let count = data.source.count
    let held = recipe.validate < 1 ? Int((Double(count) * recipe.validate).rounded()) : Int(recipe.validate)
    guard held > 0 else { return (data, nil) }
    guard held < count else {
      throw arguments.fault(
        .badOptionValue,
        "validate=\(held) leaves none of the \(count) \(inflected("example", for: count)) for training", at: "validate")
    }
    let rows = recipe.rows(of: count)
    return (data.subset(rows.training), data.subset(rows.heldOut, title: "held out"))
  }

  /// Trains the model; when stopped, completed steps are kept.
  func train() throws -> Value {
    if isDone { return try alreadyTrained() }
    let live = try model.model(threads: execution.state.settings.threads, willChange: true)
    let begin = live.training.position
    live.take(changes)
    if let before = live.begin(on: data) {
      let count = data.dataset.count
      execution.note(
        "\(name ?? "the model") continues with other data: \(data.title), \(NumberText.count(count)) examples, after "
          + "\(before.title), \(NumberText.count(before.count))")
    }
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
        fix: "Undo what caused it (undo), or train a fresh model: \(DoctorAdvice(self).retrained())")
    } catch ModelError.oneRow(let layer) {
      throw arguments.fault(
        .badOptionValue, ModelError.oneRow(layer: layer).description, at: "batch",
        fix: training.source.count > 1
          ? "Try: train \(name ?? "m")\(dataWords) batch=\(min(128, training.source.count))\(epochWords)"
          : "It needs at least two examples.")
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
        "stopped after \(steps) \(steps == 1 ? "step" : "steps"), \(place) \(live.training.epoch + 1); all completed steps are kept. "
        + "'train \(name ?? "m")' continues to epoch \(plan.epochs)"
    }
    return .report(report(live, from: begin, end: end, steps: Int(live.training.step - firstStep), seconds: seconds))
  }

  /// `train m epochs=1` a second time, as when a notebook is run again: nothing to do is no mistake. What was changed
  /// is changed as by 'set'.
  func alreadyTrained() throws -> Value {
    let name = name ?? "m"
    if !changes.words.isEmpty, !arguments.flag("dry") {
      let live = try model.model(threads: execution.state.settings.threads, willChange: true)
      live.take(changes)
      execution.set(name, to: .object(try model.updated(live, recipe: changes.recipe)))
      execution.note("\(changes.words.joined(separator: " ")) from the next 'train' on")
    }
    let training = model.training
    let epochs = NumberText.short(training.position, digits: 3)
    let trained = "already trained for \(epochs) \(epochs == "1" ? "epoch" : "epochs")"
    execution.note("\(trained); train \(name) epochs=+\(max(1, arguments.integer("epochs") ?? 1)) continues")
    var fields: [Report.Field] = [
      .init("epochs", .count(training.epoch)), .init("steps", .count(Int(clamping: training.step))),
    ]
    fields += TrainingRun.losses(of: training, model.configuration)
    return .report(Report(title: "\(name): nothing to train", fields: fields))
  }

  /// Says once in a session that the data are gray where 0 and 1 are meant.
  private func warn(_ live: Model) throws {
    guard live.training.step == 0 else { return }
    for warning in try live.checkValues(training.source) {
      let wasSaid = execution.names(ofKinds: [.model]).contains { name in
        guard case .object(let other as ModelValue)? = execution.state.variables[name]?.value else { return false }
        return other.training.step > 0 && other.configuration.likelihood == live.configuration.likelihood
      }
      if !wasSaid { execution.note(warning.description) }
    }
  }

  func keep(_ live: Model, isDone: Bool = false) throws {
    guard let name else { return }
    var recipe = recipe
    if let classes = recipe.classes, live.training.step > model.training.step, let known = training.dataset.classes {
      let seen = training.dataset.labelCounts.keys.map { ClassTable.name(of: Int32($0), training.dataset.labelNames) }
      let before = model.training.step > 0 ? recipe.trainedClasses ?? classes : []
      recipe.trainedClasses = known.count == 0 ? before : classes.filter { Set(before + seen).contains($0) }
    }
    recipe.unfinished = isDone ? nil : plan.epochs
    execution.set(name, to: .object(try model.updated(live, recipe: recipe)))
    execution.keepsWork = true
  }
}
