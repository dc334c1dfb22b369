import Graphs
import Language
import SessionCore
import Tensors
import Text
import VAEngine

/// Trains the trials of a sweep, as `train` would.
struct SweepRun {
  private var sweep: SweepValue
  private let name: String
  private let limit: Double?
  private let call: Call
  private let start = WorkClock.now

  private var execution: Execution { call.execution }
  private var plan: SweepPlan { sweep.plan }

  init(_ sweep: SweepValue, name: String, limit: Double?, _ call: Call) {
    (self.sweep, self.name, self.limit, self.call) = (sweep, name, limit, call)
  }

  private enum End { case finished, outOfTime, stopped }

  /// - Parameter isNamed: Whether the statement names the result itself.
  mutating func run(isNamed: Bool = true) throws -> Value {
    guard !execution.isReserved(name) else { throw execution.reserved(name, at: call.verbSpan) }
    let notes = execution.takeNotes()
    keep()
    execution.keepsWork = true
    let end = try train()
    _ = execution.takeNotes()
    for note in notes { execution.note(note) }
    keep()
    if !isNamed { execution.note("named \(name)") }
    switch end {
    case .finished: break
    case .outOfTime:
      execution.note("the time is over; 'sweep \(name)' continues with what is left")
    case .stopped:
      execution.interruptionNote =
        "stopped after \(sweep.done) of \(sweep.trials.count) trials; all completed steps are kept. "
        + "'sweep \(name)' continues"
    }
    let failures = sweep.trials.compactMap(\.error)
    if failures.count == sweep.trials.count, let first = failures.first {
      execution.note("every trial failed; the first: \(first)")
    }
    return .object(sweep)
  }

  private func keep() { execution.set(name, to: .object(sweep)) }

  private mutating func train() throws -> End {
    var candidates = Set(sweep.trials.map(\.number))
    for (epochs, share) in plan.rungs {
      if share > 1 {
        let count = max(1, (sweep.trials.count + share - 1) / share)
        let best = sweep.trials.filter { candidates.contains($0.number) && $0.value != nil }
          .sorted { ($0.value ?? .infinity, $0.number) < ($1.value ?? .infinity, $1.number) }
        // Trials that have gone further were chosen before this sweep was stopped.
        candidates = Set(best.prefix(count).map(\.number))
          .union(sweep.trials.filter { $0.epochs >= epochs && $0.value != nil }.map(\.number))
        sweep.keepModels(of: candidates)
      }
      let goesOn = plan.rungs.last.map { $0.epochs > epochs } ?? false
      for index in sweep.trials.indices where candidates.contains(sweep.trials[index].number) {
        for run in sweep.trials[index].runs.indices {
          if let end = try train(index, run, to: epochs) { return end }
          if sweep.trials[index].error != nil { break }
        }
        if !goesOn, let first = sweep.ranking.first { sweep.keepModels(of: [first.number]) }
        keep()
        try execution.checkpoint()
      }
    }
    return .finished
  }

  /// One training; how the sweep ended where it did.
  private mutating func train(_ trial: Int, _ index: Int, to epochs: Int) throws -> End? {
    var run = sweep.trials[trial].runs[index]
    guard run.error == nil, run.epochs < epochs || run.value == nil else { return nil }
    if let limit, (WorkClock.now - start).seconds > limit { return .outOfTime }
    let variable = "\(name)_\(sweep.trials[trial].number)_\(run.seed)"
    defer { execution.state.drop(variable) }
    do {
      let earlier = sweep.model(of: sweep.trials[trial], seed: run.seed)
      execution.set(variable, to: .object(try earlier ?? fresh(sweep.trials[trial], run.seed)))
      let words = try trainingWords(sweep.trials[trial])
      try self.run(
        "train \(variable) on=\(plan.data) epochs=\(epochs) seed=\(run.seed) validate=\(plan.validate)\(words)")
    } catch is Stopped {
      return .stopped
    } catch {
      let fault = Fault.translated(error)
      run.error = fault.message
      sweep.set(run, of: trial, at: index, model: nil)
      return nil
    }
    guard case .object(let model as ModelValue)? = execution.lookup(variable) else { return nil }
    run.epochs = model.training.epoch
    run.curve = model.training.history.epochs.compactMap(\.validation)
    guard execution.interruptionNote == nil else {
      // In the middle of an epoch: it is measured when it is done.
      run.value = nil
      sweep.set(run, of: trial, at: index, model: model)
      return .stopped
    }
    do {
      run.take(try measure(model))
      if run.value?.isFinite != true { run.error = "the \(plan.metric.rawValue) is not finite" }
    } catch is Stopped {
      run.value = nil
      sweep.set(run, of: trial, at: index, model: model)
      return .stopped
    } catch {
      run.error = Fault.translated(error).message
    }
    sweep.set(run, of: trial, at: index, model: model)
    return nil
  }

  /// The trial's model, not trained.
  private func fresh(_ trial: SweepTrial, _ seed: UInt64) throws -> ModelValue {
    var configuration = sweep.base.configuration
    for (axis, text) in zip(plan.axes, trial.settings) where TrainingOption.named(axis.name) == nil {
      if let part = ModelPart(rawValue: axis.name) {
        try part.set(text, in: &configuration)
      } else if let setting = configuration.family.setting(axis.name),
        let type = SweepAxis.type(of: axis.name, configuration),
        let value = type.read(text).flatMap(FamilySettings.value)
      {
        do { try setting.set(value, in: &configuration) } catch {
          throw Fault(.badOptionValue, "\(axis.name): expected \(error.expected), got '\(text)'")
        }
      }
    }
    configuration.seed = seed
    let model = try Model(configuration, options: CompilerOptions(threads: call.threads))
    return try ModelValue(model, recipe: sweep.base.recipe)
  }

  private func trainingWords(_ trial: SweepTrial) throws -> String {
    zip(plan.axes, trial.settings).filter { TrainingOption.named($0.0.name) != nil }
      .map { " \($0.name)=\($1)" }.joined()
  }

  /// A statement of the language.
  private func run(_ text: String) throws {
    let table = execution.table
    let parser = Parser(SourceText(text)) { table[$0] != nil }
    for statement in try parser.statements() { _ = try Interpreter(execution: execution).run(statement) }
  }

  /// The metric of each example that the training of `model` held out.
  private func measure(_ model: ModelValue) throws -> [Double] {
    let place = ArgumentPlace(name: "on", verbSpan: call.verbSpan, bound: nil)
    guard
      case .object(let data as DatasetValue) = try execution.evaluate(text: plan.data, span: call.verbSpan)
    else { throw Fault(.wrongKind, "'\(plan.data)' is no dataset") }
    let part = try data.trainingPart.matchedForTraining(model, at: place, execution)
    let held = part.subset(model.recipe.rows(of: part.source.count).heldOut, title: "held out").drawnOnce()
    let live = try model.model(threads: call.threads)
    switch plan.metric {
    case .elbo: return try live.measured(held).negativeElbos
    case .reconstruction: return try live.measured(held).reconstructions
    case .nll:
      return try live.logLikelihood(held.source, samples: SweepPlan.importanceSamples).negativeLogLikelihoods
    }
  }
}
