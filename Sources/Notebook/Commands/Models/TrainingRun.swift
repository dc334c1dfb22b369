import Graphs
import Language
import Networks
import ProcessGroups
import SessionCore
import Tensors
import Text
import VAEngine

/// One `train`.
struct TrainingRun {
  let command: Train
  private let call: Call
  let name: String?
  let model: ModelValue
  let data: DatasetValue
  var recipe: TrainingRecipe
  private let changes: TrainingChanges
  let plan: TrainingPlan
  let validation: DatasetValue?
  let training: DatasetValue

  /// - Parameter seed: Trains a fresh model with the same configuration and this seed, and with the seed in its name.
  init(_ command: Train, _ call: Call, seed: UInt64? = nil) throws {
    (self.command, self.call) = (command, call)
    let (given, execution) = (command.model, call.execution)
    if let seed {
      var configuration = given.configuration
      configuration.seed = seed
      let fresh = try Model(configuration, options: CompilerOptions(threads: execution.state.settings.threads))
      model = try ModelValue(fresh, recipe: given.recipe)
      name = "\(command.$model.variable ?? "m")_\(seed)"
    } else {
      model = given
      name = command.$model.variable
    }
    var changes = TrainingChanges(model, execution)
    for option in command.options.given { try changes.take(option) }
    try changes.check(command.options.given)
    recipe = changes.recipe
    data = try Self.data(command, call, &recipe, name: name ?? "m")
      .matchedForTraining(model, at: command.$on, execution)
    recipe.take(form: data, model)
    if let seed {
      (recipe.seed, recipe.splitSeed) = (seed, nil)
    } else if model.training.step == 0 {
      let chosen = recipe.chosenSeed.flatMap { Int(exactly: $0) }
      (recipe.seed, recipe.splitSeed) = (execution.seed(given: chosen), nil)
    }
    recipe.chosenSeed = nil
    self.changes = changes
    (training, validation) = try Self.split(data, recipe, model, command, call)
    plan = recipe.plan(
      epochs: Self.epochs(command.epochs, recipe, done: model.training.epoch), count: training.source.count)
  }

  var execution: Execution { call.execution }

  /// Whether the model has had the epochs that are asked for: then there is nothing to train.
  var isDone: Bool { plan.epochs <= model.training.epoch }

  /// The total number of epochs: as requested, else what remains of the previous training, else ten more.
  private static func epochs(_ asked: EpochCount?, _ recipe: TrainingRecipe, done: Int) -> Int {
    switch asked {
    case .total(let count): count
    case .more(let count): done + count
    case nil: recipe.unfinished.map { $0 > done ? $0 : done + 10 } ?? done + 10
    }
  }

  private static func data(
    _ command: Train, _ call: Call, _ recipe: inout TrainingRecipe, name: String
  ) throws -> DatasetValue {
    let execution = call.execution
    if let given = command.on {
      recipe.data = command.$on.raw
      return given.trainingPart
    }
    if let last = recipe.data, let value = try? execution.evaluate(text: last, span: call.verbSpan),
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
    throw call.fault(.missingArgument, "\(gone)train needs data", fix: "Example: train \(name) on=d epochs=20")
  }

  /// Holds out a fraction or a number of the examples, the same ones for the same seed; or all of another dataset.
  private static func split(
    _ data: DatasetValue, _ recipe: TrainingRecipe, _ model: ModelValue, _ command: Train, _ call: Call
  ) throws -> (DatasetValue, DatasetValue?) {
    if let name = recipe.validationData {
      guard case .object(let held as DatasetValue) = try call.execution.evaluate(text: name, span: call.verbSpan) else {
        throw call.fault(
          .wrongKind, "previous validation data '\(name)' no longer exists", fix: "Specify validate= again.")
      }
      do {
        return (data, try held.testPart.matched(to: recipe, isConditional: model.configuration.family.isConditional))
      } catch let fault as Fault { throw fault.placed(at: command.options[.validate].span) }
    }
    let count = data.source.count
    let held = recipe.validate < 1 ? Int((Double(count) * recipe.validate).rounded()) : Int(recipe.validate)
    guard held > 0 else { return (data, nil) }
    guard held < count else {
      throw command.options[.validate].fault(
        .badOptionValue,
        "validate=\(held) leaves none of the \(count) \(inflected("example", for: count)) for training")
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
    if command.options[.seed].isGiven { live.training.shuffleSeed = plan.seed }
    try warn(live)
    let stop = StopSignal(when: Stopping.current)
    let reporter = try TrainingReporter(self, live)
    let start = WorkClock.now
    let firstStep = live.training.step
    let end: TrainingEnd
    let trainer: Trainer
    do {
      trainer = try RankTraining.begin(
        live, { try model.updated($0, recipe: recipe) }, training: training, validation: validation, plan: plan,
        options: execution.options)
      end = try trainer.run(stop: stop) { try reporter.report($0) }
    } catch let error as NonFiniteError {
      if error.restoredStep > firstStep { try keep(live) }
      throw call.fault(.notFinite, error.description, fix: try fix(of: error, firstStep: firstStep))
    } catch let error as ProcessGroupError {
      if live.training.step > firstStep { try keep(live) }
      throw call.fault(.ranks, error.description, fix: error.fix)
    } catch ModelError.notFiniteParameter(let parameter) {
      throw command.$model.fault(
        .notFinite, ModelError.notFiniteParameter(parameter).description,
        fix: "Undo what caused it (undo), or train a fresh model: \(DoctorAdvice(self).retrained())")
    } catch ModelError.oneRow(let layer) {
      throw command.options[.batch].fault(
        .badOptionValue, ModelError.oneRow(layer: layer).description,
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
    return .report(
      report(
        live, from: begin, end: end, steps: Int(live.training.step - firstStep), seconds: seconds,
        exchange: trainer.exchange))
  }

  /// `train m epochs=1` a second time, as when a notebook is run again: nothing to do is no mistake. What was changed
  /// is changed as by 'set'.
  func alreadyTrained() throws -> Value {
    let name = name ?? "m"
    if !changes.words.isEmpty, !command.dry {
      let live = try model.model(threads: execution.state.settings.threads, willChange: true)
      live.take(changes)
      execution.set(name, to: .object(try model.updated(live, recipe: changes.recipe)))
      execution.note("\(changes.words.joined(separator: " ")) from the next 'train' on")
    }
    let training = model.training
    let epochs = NumberText.short(training.position, digits: 3)
    let trained = "already trained for \(epochs) \(epochs == "1" ? "epoch" : "epochs")"
    execution.note("\(trained); train \(name) epochs=+\(max(1, command.epochs?.count ?? 1)) continues")
    var fields: [Report.Field] = [
      .init("epochs", .count(training.epoch)), .init("steps", .count(Int(clamping: training.step))),
    ]
    fields += TrainingRun.losses(of: training, model.configuration)
    return .report(Report(title: "\(name): nothing to train", fields: fields))
  }

  /// Says once in a session that the data are gray where 0 and 1 are meant; of data in another unit every time.
  private func warn(_ live: Model) throws {
    guard live.training.step == 0 else { return }
    let warnings: [DataWarning]
    do { warnings = try live.checkValues(training.source) } catch let error as ModelError {
      guard case .outsideSupport = error else { throw error }
      var fault = error.fault
      let advice = DoctorAdvice(self)
      let data = try DataGlance(training.thinned(to: 2000))
      fault.fix =
        "Try: "
        + advice.broughtInside(
          data, from: recipe.data ?? "d", to: advice.freeName(for: recipe.data), isTrained: false)
      throw fault.placed(at: command.$on.span)
    }
    for warning in warnings {
      let wasSaid = execution.names(ofKinds: [.model]).contains { name in
        guard case .object(let other as ModelValue)? = execution.state.variables[name]?.value else { return false }
        return other.training.step > 0 && other.configuration.likelihood == live.configuration.likelihood
      }
      if !wasSaid || warning != .grayValues { execution.note(warning.description) }
    }
  }

  func keep(_ live: Model, isDone: Bool = false) throws {
    guard let name else { return }
    var recipe = recipe
    if live.training.step > model.training.step {
      recipe.addTrainedClasses(of: training, isFresh: model.training.step == 0)
    }
    recipe.unfinished = isDone ? nil : plan.epochs
    execution.set(name, to: .object(try model.updated(live, recipe: recipe)))
    execution.keepsWork = true
  }
}
