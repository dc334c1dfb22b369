import Graphs
import ProcessGroups
import Tensors

/// Trains a model on a source of batches, step by step; can be stopped and resumed.
///
/// Randomness is keyed by seeds and the step, the order of examples by seed and epoch: a resumed training is
/// bit-identical to an uninterrupted one (same machine, same thread count).
package struct Trainer {
  package let model: Model
  package let source: any BatchSource
  package let validation: (any BatchSource)?
  package let plan: TrainingPlan
  /// How an epoch is cut into batches.
  package let split: EpochSplit
  /// The processes that train the model together, each on a part of every batch; all have the same model, data and plan, and
  /// stay the same.
  package let group: any ProcessGroup
  /// Whether the model is ready for the first step: on the other ranks it came so from rank 0.
  package var isPrepared = false
  let agreement: GroupAgreement
  /// What the ranks have exchanged in the last run.
  package var exchange: Exchange { agreement.exchange }

  package init(
    _ model: Model, on source: any BatchSource, validation: (any BatchSource)? = nil, plan: TrainingPlan,
    group: any ProcessGroup = OneProcess()
  ) {
    (self.model, self.source, self.validation, self.plan) = (model, source, validation, plan)
    (self.group, agreement) = (group, GroupAgreement(group))
    let joins = (try? model.batchNormOfOneValue()) ?? nil
    let couplesRows = model.configuration.family.requires.couplesRows
    split = EpochSplit(examples: source.count, batchSize: plan.batchSize, joinsLastOne: joins != nil || couplesRows)
  }

  /// - Parameters:
  ///   - stop: Checked after every step and during validation; if the validation of an epoch is stopped, resuming starts
  ///     with that validation.
  ///   - progress: Called after every step with the metrics so far; the caller limits the display rate.
  /// - Throws: `ModelError` before anything begins; `NonFiniteError` with the model rolled back; `ProcessGroupError` with
  ///   every completed step.
  @discardableResult
  package func run(stop: StopSignal? = nil, progress: (TrainingProgress) throws -> Void = { _ in }) throws
    -> TrainingEnd
  {
    if !isPrepared { try prepare() }
    guard group.size > 1 else { return try train(stop: stop, progress: progress) }
    agreement.begin(stop)
    // What ends the work of this process must not leave the others waiting: they learn it in the next step.
    let end = try train(stop: agreement.stop) { moment in
      do { try progress(moment) } catch { agreement.failure = agreement.failure ?? error }
    }
    if let failure = agreement.failure { throw failure }
    return end
  }

  private func train(stop: StopSignal?, progress: (TrainingProgress) throws -> Void) throws -> TrainingEnd {
    let batches = split.count
    let firstEpoch = model.training.epoch
    let before = min(model.training.batchInEpoch * plan.batchSize, source.count)
    let total = Double(max(plan.epochs - firstEpoch, 0) * source.count - before)
    let snapshotInterval = UInt64(plan.snapshotInterval ?? max(200, 20_000 / plan.batchSize))
    var clock = StepClock()
    var safe = try FiniteState(model)
    var done = 0

    var last: TrainingHistory.Step?
    while model.training.epoch < plan.epochs {
      clock.beginEpoch()
      let order = Shuffle.order(
        count: source.count, seed: model.training.shuffleSeed, epoch: model.training.epoch)
      while model.training.batchInEpoch < batches {
        let indices = nextBatch(order)
        let terms: TrainingHistory.Step
        do { terms = try step(indices) } catch let fault as ProgramError {
          safe.restore(model)
          throw fault
        }
        guard terms.isFinite else { throw try failure(order, safe, stop) }
        last = terms
        done += indices.count
        clock.add(indices.count)
        if model.training.step % snapshotInterval == 0 {
          guard try safe.update(model) else { throw try failure(order, safe, stop) }
        }
        if model.training.batchInEpoch < batches {
          try progress(report(clock, done, total, last, nil))
          if stop?.isRequested == true { return .stopped }
        }
      }
      guard model.parameters.firstNonFinite() == nil else { throw try failure(order, safe, stop) }
      guard let finished = try finishEpoch(clock, stop) else {
        try progress(report(clock, done, total, last, nil))
        return .stopped
      }
      try watch(finished.validation ?? finished.loss)
      _ = try safe.update(model)
      try progress(report(clock, done, total, last, finished))
      if let patience = plan.patience, model.training.epochsSinceBest >= patience {
        if let values = model.bestValues {
          var snapshot = try model.parameters.snapshot()
          snapshot.values = values
          model.parameters.restore(snapshot)
          noteRestored()
        }
        model.training.epochsSinceBest = 0
        return .early(best: model.training.bestEpoch ?? model.training.epoch)
      }
      if stop?.isRequested == true { return .stopped }
    }
    return .finished
  }

  /// Early stopping and the plateau: the best loss so far, and how long ago it was. The epochs of a warm-up do not count,
  /// because its losses are not of one objective (Tomczak & Welling's protocol).
  private func watch(_ loss: Double) throws {
    let beta = model.configuration.beta
    // The validation loss is −ELBO regardless of weights; a training loss during warm-up is not comparable with later
    // ones.
    if validation == nil, beta.isRising(at: Double(model.training.epoch - 1)) {
      forgetBest()
      return
    }
    if loss < model.training.bestLoss ?? .infinity {
      (model.training.bestLoss, model.training.epochsSinceBest) = (loss, 0)
      let isKept = plan.patience != nil
      model.bestValues = isKept ? try model.parameters.snapshot().values : nil
      model.training.bestEpoch = isKept ? model.training.epoch : nil
      return
    }
    if beta.isRising(at: Double(model.training.epoch)) { return }
    model.training.epochsSinceBest += 1
    if case .plateau(let patience, _) = plan.learningRateSchedule,
      model.training.epochsSinceBest % max(patience, 1) == 0
    {
      model.training.learningRateDrops += 1
    }
  }

  /// Records that the parameters are those of the best epoch again, in the state and in the history.
  private func noteRestored() {
    guard let best = model.training.bestEpoch, best < model.training.epoch else { return }
    model.training.restoredEpoch = best
    model.training.history.edits.append(
      .init(epoch: Double(model.training.epoch), what: "restored the parameters of epoch \(best)"))
  }

  private func forgetBest() {
    (model.training.bestLoss, model.training.bestEpoch, model.training.epochsSinceBest) = (nil, nil, 0)
    model.bestValues = nil
  }

  /// Identifies the objective and the data of the monitored loss; losses are comparable only if both are equal.
  private var watched: String {
    let c = model.configuration
    let settings = c.settings.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
    let objective =
      "\(c.family) \(c.likelihood) \(c.beta) \(c.capacity) \(c.freeBits) \(c.importanceSamples)\(settings)"
    return "\(objective); \(model.dataDescription), \(source.count), \(validation?.count ?? 0)"
  }

  /// The moments of one optimizer are invalid for another; Adam and AdamW share theirs.
  private func forgetMoments() throws {
    var snapshot = try model.parameters.snapshot()
    snapshot.firstMoments = try Tensor(zeros: snapshot.firstMoments.shape)
    snapshot.secondMoments = try Tensor(zeros: snapshot.secondMoments.shape)
    model.parameters.restore(snapshot)
    model.training.hyperparameters.updateCount = 0
    model.training.opponentUpdates = nil
  }

  /// Checks everything and readies the model for the first step; `run` does it where it was not done.
  package func prepare() throws {
    if group.size > 1 { try model.checkDividesRows() }
    _ = try model.checkValues(source)
    if let validation { _ = try model.checkValues(validation) }
    if let bad = model.parameters.firstNonFinite() { throw ModelError.notFiniteParameter("\(bad.name)[\(bad.index)]") }
    if split.smallest == 1, let layer = try model.batchNormOfOneValue() { throw ModelError.oneRow(layer: layer) }
    let family = model.configuration.family
    guard split.smallest >= family.requires.rows else {
      throw ModelError.tooFewRows(family: family.word, needed: family.requires.rows, examples: source.count)
    }
    let kinds = Set([model.training.optimizer, plan.optimizer])
    if model.training.step > 0, kinds.count > 1, kinds != [.adam, .adamW] { try forgetMoments() }
    if model.training.watched ?? watched != watched { forgetBest() }
    model.training.watched = watched
    var state = model.training
    if state.step == 0 {
      state.shuffleSeed = plan.seed
      try model.initializeColumns(from: source)
      if model.configuration.outputBiasStartsAtMean { try model.initializeOutputBias(toMeanOf: source) }
      if model.configuration.outputBiasStartsAtMean || !model.configuration.architecture.endsInBias {
        try model.initializeSigma(toDeviationOf: source)
      }
      try model.initializeLikelihood(from: source)
      if let prior = model.configuration.prior {
        try prior.initialize?(model, source, model.configuration.componentCount)
      }
      try family.initialize?(model, source)
    }
    // Another batch size or other data: the current epoch restarts with its own order.
    if state.batchInEpoch > 0, state.batchSize != plan.batchSize || state.exampleCount != source.count {
      let share = Double(state.batchInEpoch * state.batchSize) / Double(max(state.exampleCount, 1))
      state.batchInEpoch =
        share < 1
        ? min(Int(share * Double(source.count)) / plan.batchSize, split.count) : split.count
    }
    (state.batchSize, state.exampleCount, state.optimizer) = (plan.batchSize, source.count, plan.optimizer)
    let updates = state.hyperparameters.updateCount
    state.hyperparameters = plan.hyperparameters
    state.hyperparameters.updateCount = updates
    state.plan = plan
    model.training = state
  }

  func nextBatch(_ order: [Int32]) -> ArraySlice<Int32> { order[split.rows(of: model.training.batchInEpoch)] }

  /// One update; returns its terms and counts it.
  func step(_ indices: ArraySlice<Int32>) throws -> TrainingHistory.Step {
    let share = BatchShare(of: indices.count, group)
    let own = share.of(indices)
    let program = try model.trainingProgram(
      rows: own.count, globalRows: share.globalRows, optimizer: plan.optimizer)
    program.globalRows = share.globalRows
    let done = Double(model.training.batchInEpoch * plan.batchSize) / Double(source.count)
    let epoch = Double(model.training.epoch) + done
    let step = model.training.step
    let stream = RandomStream(seed: model.training.shuffleSeed, purpose: StreamPurpose.trainingData, step: step)
    source.fill(
      program.input("x"), own, stream: stream, globalRows: share.globalRows, threads: model.options.threads)
    model.fillLabels(of: program, from: source, own)
    let (beta, capacity) = (model.configuration.beta.value(at: epoch), model.configuration.capacity.value(at: epoch))
    if program.hasInput("beta") { program.input("beta")[0] = beta }
    if program.hasInput("capacity") { program.input("capacity")[0] = capacity }
    if program.hasInput(ObjectiveGraph.exampleCount) {
      program.input(ObjectiveGraph.exampleCount)[0] = Float(source.count)
    }
    for (word, value) in model.configuration.settings where program.hasInput(word) { program.input(word)[0] = value }
    let factor = plan.learningRateSchedule.factor(at: model.training.epoch, drops: model.training.learningRateDrops)
    program.mainHyperparameters = model.training.hyperparameters
    program.mainHyperparameters.learningRate = plan.learningRate * factor
    for group in program.phases.dropFirst().map(\.group) {
      program[hyperparametersOf: group].updateCount = model.training.opponentUpdates?[group] ?? 0
    }
    let terms = try run(program, step, share)
    model.training.hyperparameters.updateCount = program.mainHyperparameters.updateCount
    for phase in program.phases.dropFirst() {
      model.training.opponentUpdates = (model.training.opponentUpdates ?? [:])
        .merging([phase.group: phase.hyperparameters.updateCount]) { $1 }
    }
    model.training.step += 1
    model.training.batchInEpoch += 1
    model.training.running.add(terms, examples: indices.count)
    model.training.running.add(
      beta: beta, capacity: capacity, learningRate: program.mainHyperparameters.learningRate)
    model.training.history.append(terms)
    return terms
  }

  /// Runs the program on the rows of this process; the terms are those of the whole batch.
  private func run(_ program: Program, _ step: UInt64, _ share: BatchShare) throws -> TrainingHistory.Step {
    let own = model.configuration.family.ownTerms
    guard group.size > 1 else {
      program.run(step: step)
      if let fault = program.indexFault { throw fault }
      return TrainingHistory.Step(
        step: step, loss: program.output("loss")[0], reconstruction: program.output("reconstruction")[0],
        kl: program.output("kl")[0],
        own: own.isEmpty
          ? nil : Dictionary(uniqueKeysWithValues: own.map { ($0.name, program.output($0.name)[0]) }))
    }
    var terms: [Float] = []
    try program.run(step: step) {
      try agreement.average($0, weight: share.weight)
    } reduce: { gradients in
      terms = try agreement.reduce(
        gradients, (["loss", "reconstruction", "kl"] + own.map(\.name)).map { program.output($0)[0] },
        weight: share.weight, hasFault: program.indexFault != nil)
    }
    return TrainingHistory.Step(
      step: step, loss: terms[0], reconstruction: terms[1], kl: terms[2],
      own: own.isEmpty ? nil : Dictionary(uniqueKeysWithValues: zip(own.map(\.name), terms.dropFirst(3))))
  }

  /// Validates and completes the epoch; returns nil without changes when the validation was stopped.
  private func finishEpoch(_ clock: StepClock, _ stop: StopSignal?) throws -> TrainingHistory.Epoch? {
    let running = model.training.running
    let count = Double(max(running.examples, 1))
    let (seconds, rate) = (clock.epochSeconds, clock.epochRate)
    try agreement.compare(model.parameters, epoch: model.training.epoch + 1)
    var validationLoss: Double?
    if let validation {
      guard let loss = try heldOutLoss(validation, stop) else { return nil }
      validationLoss = loss
    }
    let factor = plan.learningRateSchedule.factor(at: model.training.epoch, drops: model.training.learningRateDrops)
    let (configuration, scheduled) = (model.configuration, running.scheduled ?? ScheduledTerms())
    let isCapacity = configuration.family.hasCapacity
    let epoch = TrainingHistory.Epoch(
      epoch: model.training.epoch + 1, step: model.training.step, loss: running.loss / count,
      reconstruction: running.reconstruction / count, kl: running.kl / count,
      own: running.own?.mapValues { $0 / count },
      beta: scheduled.mean(scheduled.beta)
        ?? Double(configuration.beta.value(at: Double(model.training.epoch + 1))),
      learningRate: scheduled.mean(scheduled.learningRate) ?? Double(plan.learningRate * factor),
      capacity: isCapacity ? scheduled.mean(scheduled.capacity) : nil, validation: validationLoss, seconds: seconds,
      imagesPerSecond: rate)
    model.training.history.epochs.append(epoch)
    model.training.restoredEpoch = nil
    model.training.epoch += 1
    model.training.batchInEpoch = 0
    model.training.running = RunningTerms()
    return epoch
  }

  /// The mean over the held-out examples, whose batches the ranks share; nil when any of them was stopped.
  private func heldOutLoss(_ held: any BatchSource, _ stop: StopSignal?) throws -> Double? {
    guard group.size > 1 else {
      guard let stop else { return try model.heldOutLoss(held).mean }
      do {
        return try Stopping.when({ stop.isRequested }) { try model.heldOutLoss(held).mean }
      } catch is Stopped { return nil }
    }
    model.measuringGroup = group
    defer { model.measuringGroup = nil }
    do { return try Stopping.when(agreement.asked) { try model.heldOutLoss(held).mean } } catch is Stopped {
      return nil
    }
  }

  private func report(
    _ clock: StepClock, _ done: Int, _ total: Double, _ last: TrainingHistory.Step?, _ finished: TrainingHistory.Epoch?
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
}

extension RunningTerms {
  mutating func add(_ step: TrainingHistory.Step, examples count: Int) {
    loss += Double(step.loss) * Double(count)
    reconstruction += Double(step.reconstruction) * Double(count)
    kl += Double(step.kl) * Double(count)
    for (name, value) in step.own ?? [:] {
      own = (own ?? [:]).merging([name: Double(value) * Double(count)], uniquingKeysWith: +)
    }
    examples += count
  }

  mutating func add(beta: Float, capacity: Float, learningRate: Float) {
    var sums = scheduled ?? ScheduledTerms()
    sums.beta += Double(beta)
    sums.capacity += Double(capacity)
    sums.learningRate += Double(learningRate)
    sums.steps += 1
    scheduled = sums
  }
}
