import Graphs
import Language
import SessionCore
import Tensors
import Text
import VAEngine

/// Trains the trials of a sweep, one after the other, or, where several ranks run the session, one on each.
struct SweepRun {
  var sweep: SweepValue
  private let name: String
  private let limit: Double?
  let call: Call
  private let start = WorkClock.now

  var execution: Execution { call.execution }
  var plan: SweepPlan { sweep.plan }

  init(_ sweep: SweepValue, name: String, limit: Double?, _ call: Call) {
    (self.sweep, self.name, self.limit, self.call) = (sweep, name, limit, call)
  }

  enum End { case finished, outOfTime, stopped }

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

  func keep() { execution.set(name, to: .object(sweep)) }

  private mutating func train() throws -> End {
    let ranks = try RankSweep.begin(plan, execution)
    defer { ranks?.end() }
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
      let indices = sweep.trials.indices.filter { candidates.contains(sweep.trials[$0].number) }
      if let ranks {
        if let end = try train(indices, to: epochs, on: ranks) { return end }
      } else if let end = try train(indices, to: epochs) {
        return end
      }
    }
    return .finished
  }

  /// One after the other; how the sweep ended where it did.
  private mutating func train(_ indices: [Int], to epochs: Int) throws -> End? {
    let training = SweepTraining(plan: plan, execution: execution, verbSpan: call.verbSpan)
    for (place, index) in indices.enumerated() {
      for run in sweep.trials[index].runs.indices {
        guard let task = task(index, run, to: epochs) else { continue }
        if isOutOfTime { return .outOfTime }
        var advanced = task
        let end = training.advance(&advanced)
        take(advanced, of: index, run)
        if end == .stopped { return .stopped }
        if sweep.trials[index].error != nil { break }
      }
      try finish(epochs, waiting: indices[(place + 1)...])
    }
    return nil
  }

  /// Whether no other training may begin.
  var isOutOfTime: Bool { limit.map { (WorkClock.now - start).seconds > $0 } ?? false }

  /// A training that is to be done; nil for one that is done, or that failed before it began.
  mutating func task(_ trial: Int, _ index: Int, to epochs: Int) -> SweepTraining.Task? {
    let run = sweep.trials[trial].runs[index]
    guard sweep.trials[trial].error == nil, run.epochs < epochs || run.value == nil else { return nil }
    do {
      let earlier = sweep.model(of: sweep.trials[trial], seed: run.seed)
      return SweepTraining.Task(
        run: run, model: try earlier ?? fresh(sweep.trials[trial], run.seed),
        variable: "\(name)_\(sweep.trials[trial].number)_\(run.seed)", words: trainingWords(sweep.trials[trial]),
        epochs: epochs)
    } catch {
      var failed = run
      failed.error = Fault.translated(error).message
      sweep.set(failed, of: trial, at: index, model: nil)
      return nil
    }
  }

  /// Keeps what became of a training.
  mutating func take(_ task: SweepTraining.Task, of trial: Int, _ index: Int) {
    let goesOn = task.run.error == nil && task.model.training.step > 0
    sweep.set(task.run, of: trial, at: index, model: goesOn ? task.model : nil)
  }

  /// After trials have had `epochs`: frees the models that no one goes on with, and commits the rest.
  ///
  /// - Parameter waiting: Trials that are still to be trained.
  mutating func finish(_ epochs: Int, waiting: ArraySlice<Int>) throws {
    let goesOn = plan.rungs.last.map { $0.epochs > epochs } ?? false
    if !goesOn, let first = sweep.ranking.first {
      sweep.keepModels(of: Set([first.number] + waiting.map { sweep.trials[$0].number }))
    }
    keep()
    try execution.checkpoint()
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

  private func trainingWords(_ trial: SweepTrial) -> String {
    zip(plan.axes, trial.settings).filter { TrainingOption.named($0.0.name) != nil }
      .map { " \($0.name)=\($1)" }.joined()
  }
}
