import Graphs
import Tensors

/// Trains a model on a source of batches, step by step; stops when asked and continues as if it had not.
///
/// Randomness is keyed by seeds and the step, the order of examples by seed and epoch: resuming from a saved state gives
/// the same bits as never having stopped (same machine, same thread count).
package struct Trainer {
  package let model: Model
  package let source: any BatchSource
  package let validation: (any BatchSource)?
  package let plan: TrainingPlan

  package init(_ model: Model, on source: any BatchSource, validation: (any BatchSource)? = nil, plan: TrainingPlan) {
    (self.model, self.source, self.validation, self.plan) = (model, source, validation, plan)
  }

  /// - Parameters:
  ///   - stop: Asked after every step.
  ///   - progress: Called after every step with the figures so far; whoever shows them limits the rate.
  /// - Throws: `ModelError` before anything begins; `NonFiniteError` with the model rolled back.
  @discardableResult
  package func run(stop: StopSignal? = nil, progress: (TrainingProgress) throws -> Void = { _ in }) throws
    -> TrainingEnd
  {
    try prepare()
    let batches = (source.count + plan.batchSize - 1) / plan.batchSize
    let firstEpoch = model.training.epoch
    let total = Double(max(plan.epochs - firstEpoch, 0) * source.count - model.training.batchInEpoch * plan.batchSize)
    var clock = StepClock()
    var safe = try SafeState(model)
    var done = 0

    var last = TrainingHistory.Step(step: 0, loss: 0, reconstruction: 0, kl: 0)
    while model.training.epoch < plan.epochs {
      let epoch = model.training.epoch
      clock.beginEpoch()
      let order = Shuffle.order(count: source.count, seed: model.training.shuffleSeed, epoch: epoch)
      while model.training.batchInEpoch < batches {
        let begin = model.training.batchInEpoch * plan.batchSize
        let indices = Array(order[begin..<min(begin + plan.batchSize, order.count)])
        let terms = try step(indices, epoch: Double(epoch) + Double(begin) / Double(source.count))
        guard terms.loss.isFinite else {
          throw try failure(terms.loss.isNaN ? "the loss (NaN)" : "the loss", indices, safe)
        }
        last = terms
        done += indices.count
        clock.add(indices.count)
        if model.training.step % UInt64(plan.snapshotInterval) == 0 { try safe.renew(model) }
        if model.training.batchInEpoch < batches {
          try progress(report(clock, done, total, last, nil))
          if stop?.isRequested == true { return .stopped }
        }
      }
      if let bad = model.parameters.firstNonFinite() {
        throw try failure("parameter \(bad.name)[\(bad.index)]", [], safe)
      }
      let finished = try finishEpoch(clock)
      try watch(finished.validation ?? finished.loss)
      try safe.renew(model)
      try progress(report(clock, done, total, last, finished))
      if let patience = plan.patience, model.training.epochsSinceBest >= patience {
        if let values = model.bestValues {
          var snapshot = try model.parameters.snapshot()
          snapshot.values = values
          model.parameters.restore(snapshot)
        }
        return .early(best: model.training.bestEpoch ?? model.training.epoch)
      }
      if stop?.isRequested == true { return .stopped }
    }
    return .finished
  }

  /// Early stopping and the plateau: the best loss so far, and how long ago it was. The epochs of a warm-up do not count,
  /// because its losses are not of one objective (Tomczak & Welling's protocol).
  private func watch(_ loss: Double) throws {
    let isRising = model.configuration.beta.isRising(at: Double(model.training.epoch))
    if loss < model.training.bestLoss ?? .infinity || isRising && validation == nil {
      (model.training.bestLoss, model.training.epochsSinceBest) = (loss, 0)
      if plan.patience != nil {
        (model.bestValues, model.training.bestEpoch) = (try model.parameters.snapshot().values, model.training.epoch)
      }
      return
    }
    if isRising { return }
    model.training.epochsSinceBest += 1
    if case .plateau(let patience, _) = plan.learningRateSchedule,
      model.training.epochsSinceBest % max(patience, 1) == 0
    {
      model.training.learningRateDrops += 1
    }
  }

  private func prepare() throws {
    _ = try model.checkValues(source)
    if let validation { _ = try model.checkValues(validation) }
    var state = model.training
    if state.step == 0 { state.shuffleSeed = plan.seed }
    // Another batch size or other data: the epoch under way begins again in its own order.
    if state.batchInEpoch > 0, state.batchSize != plan.batchSize || state.exampleCount != source.count {
      let share = Double(state.batchInEpoch * state.batchSize) / Double(max(state.exampleCount, 1))
      state.batchInEpoch = Int(share * Double(source.count)) / plan.batchSize
    }
    (state.batchSize, state.exampleCount, state.optimizer) = (plan.batchSize, source.count, plan.optimizer)
    let updates = state.hyperparameters.updateCount
    state.hyperparameters = plan.hyperparameters
    state.hyperparameters.updateCount = updates
    model.training = state
  }

  /// One update; returns its terms and counts it.
  private func step(_ indices: [Int32], epoch: Double) throws -> TrainingHistory.Step {
    let program = try model.trainingProgram(rows: indices.count, optimizer: plan.optimizer)
    let step = model.training.step
    let stream = RandomStream(seed: model.training.shuffleSeed, purpose: "batch", step: step)
    source.fill(program.input("x"), indices, stream: stream, threads: model.options.threads)
    if model.configuration.family == .conditional {
      source.fillOneHot(program.input("labels"), indices, classes: model.configuration.classCount ?? 0)
    }
    let graphEpoch = epoch
    if program.hasInput("beta") { program.input("beta")[0] = model.configuration.beta.value(at: graphEpoch) }
    if program.hasInput("capacity") {
      program.input("capacity")[0] = model.configuration.capacity.value(at: graphEpoch)
    }
    let factor = plan.learningRateSchedule.factor(at: model.training.epoch, drops: model.training.learningRateDrops)
    program.hyperparameters = model.training.hyperparameters
    program.hyperparameters.learningRate = plan.learningRate * factor
    program.run(step: step)
    model.training.hyperparameters.updateCount = program.hyperparameters.updateCount
    model.training.step += 1
    model.training.batchInEpoch += 1
    let terms = TrainingHistory.Step(
      step: step, loss: program.output("loss")[0], reconstruction: program.output("reconstruction")[0],
      kl: program.output("kl")[0])
    model.training.running.add(terms, examples: indices.count)
    model.training.history.append(terms)
    return terms
  }

  private func finishEpoch(_ clock: StepClock) throws -> TrainingHistory.Epoch {
    let running = model.training.running
    let count = Double(max(running.examples, 1))
    var validationLoss: Double?
    if let validation { validationLoss = try model.evaluate(validation, options: .init(seed: 0)).negativeElbo.mean }
    let factor = plan.learningRateSchedule.factor(at: model.training.epoch, drops: model.training.learningRateDrops)
    let epoch = TrainingHistory.Epoch(
      epoch: model.training.epoch + 1, step: model.training.step, loss: running.loss / count,
      reconstruction: running.reconstruction / count, kl: running.kl / count,
      beta: Double(model.configuration.beta.value(at: Double(model.training.epoch + 1))),
      learningRate: Double(plan.learningRate * factor), validation: validationLoss, seconds: clock.epochSeconds,
      imagesPerSecond: clock.rate)
    model.training.history.epochs.append(epoch)
    model.training.epoch += 1
    model.training.batchInEpoch = 0
    model.training.running = RunningTerms()
    return epoch
  }

  private func report(
    _ clock: StepClock, _ done: Int, _ total: Double, _ last: TrainingHistory.Step, _ finished: TrainingHistory.Epoch?
  ) -> TrainingProgress {
    let running = model.training.running
    let count = Double(max(running.examples, 1))
    let rate = clock.rate
    return TrainingProgress(
      epoch: finished?.epoch ?? model.training.epoch + 1, epochs: plan.epochs, step: model.training.step,
      fraction: total > 0 ? min(1, Double(done) / total) : 1, imagesPerSecond: rate,
      secondsLeft: rate > 0 ? max(0, total - Double(done)) / rate : 0, loss: finished?.loss ?? running.loss / count,
      reconstruction: finished?.reconstruction ?? running.reconstruction / count,
      kl: finished?.kl ?? running.kl / count, finished: finished, last: last,
      position: Double(model.training.epoch) + Double(running.examples) / Double(max(source.count, 1)))
  }

  private func failure(_ what: String, _ indices: [Int32], _ safe: SafeState) throws -> NonFiniteError {
    let error = NonFiniteError(
      what: model.parameters.firstNonFinite().map { "\(what), parameter \($0.name)[\($0.index)]" } ?? what,
      step: model.training.step - 1, epoch: model.training.epoch, indices: indices.map(Int.init),
      restoredStep: safe.state.step)
    model.parameters.restore(safe.snapshot)
    model.training = safe.state
    return error
  }
}

/// The last state known to be good.
private struct SafeState {
  private(set) var snapshot: ParameterStore.Snapshot
  private(set) var state: TrainingState

  init(_ model: Model) throws { (snapshot, state) = (try model.parameters.snapshot(), model.training) }

  /// Takes the model's state when its parameters are finite.
  mutating func renew(_ model: Model) throws {
    guard model.parameters.firstNonFinite() == nil else { return }
    self = try SafeState(model)
  }
}

/// Seconds and examples of a run.
private struct StepClock {
  private let start = ContinuousClock.now
  private var epochStart = ContinuousClock.now
  private var examples = 0

  mutating func add(_ count: Int) { examples += count }

  private static func seconds(_ duration: Duration) -> Double {
    Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
  }

  var rate: Double { Double(examples) / max(Self.seconds(ContinuousClock.now - start), 1e-9) }
  var epochSeconds: Double { Self.seconds(ContinuousClock.now - epochStart) }
  mutating func beginEpoch() { epochStart = ContinuousClock.now }
}

extension RunningTerms {
  mutating func add(_ step: TrainingHistory.Step, examples count: Int) {
    loss += Double(step.loss) * Double(count)
    reconstruction += Double(step.reconstruction) * Double(count)
    kl += Double(step.kl) * Double(count)
    examples += count
  }
}
