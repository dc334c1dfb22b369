import CAllocations
import Foundation
import Glibc
import Graphs
import Networks
import Synchronization
import Tensors
import Testing
import VAEngine

/// A few examples held in memory.
struct Examples: BatchSource {
  let count: Int
  let exampleShape: Shape
  var classCount: Int?
  let values: [Float]
  var labels: [Int32] = []

  func read(
    _ indices: UnsafeBufferPointer<Int32>, rows: Range<Int>, into destination: UnsafeMutablePointer<Float>,
    stream: RandomStream, firstRow: Int
  ) {
    let size = exampleShape.count
    for row in rows {
      for i in 0..<size { destination[row * size + i] = values[Int(indices[row]) * size + i] }
    }
  }

  func readLabels(_ indices: UnsafeBufferPointer<Int32>, into destination: UnsafeMutablePointer<Int32>) {
    for (row, index) in indices.enumerated() { destination[row] = labels[Int(index)] }
  }

  /// Blobs of light that a small model can learn.
  static func blobs(_ count: Int, side: Int = 12) -> Examples {
    var values: [Float] = []
    var labels: [Int32] = []
    for index in 0..<count {
      let block = RandomStream(seed: 5, purpose: "blobs", step: UInt64(index)).block(0)
      let (cy, cx) = (Float(block.x % UInt32(side)), Float(block.y % UInt32(side)))
      for y in 0..<side {
        for x in 0..<side {
          let d = (Float(y) - cy) * (Float(y) - cy) + (Float(x) - cx) * (Float(x) - cx)
          values.append(max(0, 1 - d / 9))
        }
      }
      labels.append(cx < Float(side / 2) ? 0 : 1)
    }
    return Examples(count: count, exampleShape: [1, side, side], classCount: 2, values: values, labels: labels)
  }
}

@Suite(.serialized) struct TrainingTests {
  static func model(_ family: Family, likelihood: Likelihood? = nil, preset: Preset = .conv) throws -> Model {
    let shape: Shape = [1, 12, 12]
    return try Model(
      ModelConfiguration(
        family: family, architecture: preset.architecture(for: shape, hidden: [32]), exampleShape: shape,
        latentDimensions: 3, likelihood: likelihood, importanceSamples: family == .importanceWeighted ? 4 : 1,
        noise: family == .denoising ? .gaussian(0.2) : nil, classCount: family == .conditional ? 2 : nil, seed: 3))
  }

  @Test(arguments: Family.all) func everyFamilyLearns(_ family: Family) throws {
    var model = try Self.model(family)
    if family == .info {
      // Its weight of 1,000 is for 784 pixels and batches of hundreds: here the noise of the discrepancy would be all of the loss.
      var configuration = model.configuration
      try family.setting("lambda")?.set(.number(10), in: &configuration)
      model = try Model(configuration)
    }
    // Terms of pairs of examples are noise beside the reconstruction in batches of this size, and the codes of a combination of
    // bounds open later: of these the reconstruction falls, if not at once.
    let isLate = [Family.betaTC, .dipII, .info, .combinationImportanceWeighted].contains(family)
    for limit in isLate ? [12, 24, 48, 96] : [12] {
      var plan = TrainingPlan(epochs: limit)
      (plan.batchSize, plan.learningRate) = (32, 3e-3)
      try Trainer(model, on: Examples.blobs(300), plan: plan).run()
      let epochs = model.training.history.epochs
      #expect(epochs.count == limit)
      guard let last = epochs.last else { continue }
      if isLate ? last.reconstruction < epochs[0].reconstruction * 0.9 : last.loss < epochs[0].loss * 0.9 { return }
    }
    let epochs = model.training.history.epochs
    Issue.record("\(family): \(epochs.map(\.loss)), of it \(epochs.map(\.reconstruction))")
  }

  @Test(arguments: Preset.allCases.filter { $0 != .conv1d }) func everyPresetTrains(_ preset: Preset) throws {
    let model = try Self.model(.vae, preset: preset)
    var plan = TrainingPlan(epochs: 2)
    plan.batchSize = 32
    try Trainer(model, on: Examples.blobs(100), plan: plan).run()
    #expect(model.training.history.epochs[1].loss.isFinite)
    #expect(try model.decode(model.prior(count: 4, seed: 1)).shape == [4, 1, 12, 12])
  }

  @Test func aPresetOfSeriesTrains() throws {
    let waves: [Float] = (0..<1500).map { (place: Int) -> Float in
      let (row, x) = place.quotientAndRemainder(dividingBy: 30)
      let frequency = Double(1 + row % 3) / 5
      return Float(sin(Double(x) * frequency))
    }
    let series = try TensorSource(Tensor(waves, shape: [50, 30]))
    let model = try Model(
      ModelConfiguration(
        architecture: Preset.conv1d.architecture(for: [30]), exampleShape: [30], latentDimensions: 2,
        likelihood: .gaussian(sigma: 1), seed: 3))
    var plan = TrainingPlan(epochs: 12)
    (plan.batchSize, plan.learningRate) = (16, 3e-3)
    try Trainer(model, on: series, plan: plan).run()
    let epochs = model.training.history.epochs
    #expect(epochs[11].loss < epochs[0].loss - 0.5, "\(epochs[0].loss) → \(epochs[11].loss)")
  }

  static func bits(_ model: Model) throws -> [UInt32] {
    let snapshot = try model.parameters.snapshot()
    return [snapshot.values, snapshot.firstMoments, snapshot.secondMoments].flatMap {
      $0.elements(as: Float.self).map(\.bitPattern)
    }
  }

  /// Stopped twice, in the middle of an epoch and at its end, with everything on that a state could forget.
  @Test(arguments: Family.all, OptimizerKind.allCases) func stoppingAndContinuingGivesTheSameBits(
    _ family: Family, _ optimizer: OptimizerKind
  ) throws {
    let data = Examples.blobs(130)
    let held = Examples.blobs(40)
    var plan = TrainingPlan(epochs: 4)
    (plan.batchSize, plan.optimizer, plan.patience) = (32, optimizer, 9)
    plan.learningRate = optimizer == .sgd ? 1e-5 : 1e-3
    plan.learningRateSchedule = .plateau(patience: 1, factor: 0.7)
    (plan.hyperparameters.momentum, plan.hyperparameters.weightDecay) = (0.9, 1e-4)
    plan.hyperparameters.clipNorm = 50
    func model() throws -> Model {
      let model = try Self.model(family, preset: .mlp)
      model.configuration.beta = .linear(from: 0, to: 2, epochs: 3)
      return model
    }
    let straight = try model()
    try Trainer(straight, on: data, validation: held, plan: plan).run()
    var broken = try model()
    for step: UInt64 in [7, 10] {
      let stop = StopSignal()
      let end = try Trainer(broken, on: data, validation: held, plan: plan).run(stop: stop) {
        if $0.step == step { stop.request() }
      }
      #expect(end == .stopped)
      #expect(broken.training.step == step)
      broken = try broken.copy()
    }
    try Trainer(broken, on: data, validation: held, plan: plan).run()
    #expect(try Self.bits(straight) == Self.bits(broken))
    #expect(straight.training.history.epochs.map(\.loss) == broken.training.history.epochs.map(\.loss))
    #expect(straight.training.history.epochs.map(\.validation) == broken.training.history.epochs.map(\.validation))
    #expect(straight.training.learningRateDrops == broken.training.learningRateDrops)
  }

  /// A source that asks for a stop when its examples are read for the n-th time: in the middle of a validation.
  private struct Stopper: BatchSource {
    let base: Examples
    let stop: StopSignal
    /// The first look at the data before training is not the validation.
    let looks = Counter()

    var count: Int { base.count }
    var exampleShape: Shape { base.exampleShape }
    var classCount: Int? { base.classCount }

    func read(
      _ indices: UnsafeBufferPointer<Int32>, rows: Range<Int>, into destination: UnsafeMutablePointer<Float>,
      stream: RandomStream, firstRow: Int
    ) {
      base.read(indices, rows: rows, into: destination, stream: stream, firstRow: firstRow)
      if stream.purpose != RandomStream(seed: 0, purpose: "check").purpose, looks.next() == 1 { stop.request() }
    }

    func readLabels(_ indices: UnsafeBufferPointer<Int32>, into destination: UnsafeMutablePointer<Int32>) {
      base.readLabels(indices, into: destination)
    }
  }

  private final class Counter: Sendable {
    private let count = Mutex(0)
    func next() -> Int {
      count.withLock { count in
        defer { count += 1 }
        return count
      }
    }
  }

  /// More examples are held out than are evaluated at once, so that there is a between to stop in.
  @Test(arguments: [Family.vae, .importanceWeighted, .conditional])
  func aValidationThatIsStoppedKeepsTheStepsAndGoesOnToTheSameBits(_ family: Family) throws {
    let data = Examples.blobs(130)
    let held = Examples.blobs(600)
    var plan = TrainingPlan(epochs: 2)
    (plan.batchSize, plan.patience) = (32, 9)
    let straight = try Self.model(family, preset: .mlp)
    try Trainer(straight, on: data, validation: held, plan: plan).run()

    var broken = try Self.model(family, preset: .mlp)
    let stop = StopSignal()
    var told: [TrainingProgress] = []
    let end = try Trainer(broken, on: data, validation: Stopper(base: held, stop: stop), plan: plan)
      .run(stop: stop) { told.append($0) }
    #expect(end == .stopped)
    #expect(broken.training.step == 5)
    #expect(broken.training.epoch == 0)
    #expect(broken.training.isEpochTrained)
    #expect(broken.training.history.epochs.isEmpty)
    #expect(told.last?.last?.step == 4)

    broken = try broken.copy()
    told = []
    try Trainer(broken, on: data, validation: held, plan: plan).run { told.append($0) }
    // The validation comes first, with no step of its own.
    #expect(told.first?.finished?.epoch == 1)
    #expect(told.first?.last == nil)
    #expect(try Self.bits(straight) == Self.bits(broken))
    #expect(straight.training.history.epochs.map(\.loss) == broken.training.history.epochs.map(\.loss))
    #expect(straight.training.history.epochs.map(\.validation) == broken.training.history.epochs.map(\.validation))
    #expect(straight.training.history.steps == broken.training.history.steps)
  }

  @Test func anEpochWhoseValidationWasStoppedIsNotTrainedAgainByOtherBatches() throws {
    let data = Examples.blobs(130)
    let model = try Self.model(.vae, preset: .mlp)
    var plan = TrainingPlan(epochs: 1)
    plan.batchSize = 32
    let stop = StopSignal()
    let held = Stopper(base: Examples.blobs(600), stop: stop)
    try Trainer(model, on: data, validation: held, plan: plan).run(stop: stop)
    plan.batchSize = 20
    try Trainer(model, on: data, validation: Examples.blobs(600), plan: plan).run()
    #expect(model.training.step == 5)
    #expect(model.training.history.epochs.map(\.epoch) == [1])
  }

  /// Shuffled, gathered, trained on and noted down: the thread that does it asks for no memory for any of it, but for
  /// the history, which grows by doubling.
  @Test(arguments: [Family.vae, .conditional]) func aBatchAsksForNoMemory(_ family: Family) throws {
    let model = try Self.model(family, preset: .mlp)
    var plan = TrainingPlan(epochs: 1)
    plan.batchSize = 4
    let counter = UnsafeMutablePointer<Int>.allocate(capacity: 1)
    counter.initialize(to: 0)
    defer { counter.deallocate() }
    try Trainer(model, on: Examples.blobs(400), plan: plan).run { moment in
      if moment.step == 10 {
        elbo_count_allocations(counter)
      } else if moment.step == 90 {
        elbo_count_allocations(nil)
      }
    }
    #expect(model.training.step == 100)
    #expect(counter.pointee < 8, "\(counter.pointee) in 80 steps")
  }

  @Test func anotherThreadStopsItAfterTheStepUnderWay() throws {
    let model = try Self.model(.vae)
    var plan = TrainingPlan(epochs: 50)
    plan.batchSize = 32
    let (stop, reached, asked) = (StopSignal(), DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    let thread = Thread {
      reached.wait()
      stop.request()
      asked.signal()
    }
    thread.start()
    let end = try Trainer(model, on: Examples.blobs(130), plan: plan).run(stop: stop) {
      if $0.step == 8 {
        reached.signal()
        asked.wait()
      }
    }
    #expect(end == .stopped)
    #expect(model.training.step == 8)
  }

  /// 130 examples in batches of 26: steps at 0, 0.2 … 0.8 of an epoch. Of a cycle of one epoch they have 0, 0.4, 0.8, 1
  /// and 1; a warm-up of two has risen by 0.1 at each.
  @Test func anEpochHasTheMeanOfWhatItsStepsWereGiven() throws {
    func history(_ family: Family, _ change: (inout ModelConfiguration) -> Void) throws -> [TrainingHistory.Epoch] {
      let model = try Self.model(family, preset: .mlp)
      change(&model.configuration)
      var plan = TrainingPlan(epochs: 2)
      plan.batchSize = 26
      try Trainer(model, on: Examples.blobs(130), plan: plan).run()
      return model.training.history.epochs
    }
    func near(_ a: [Double], _ b: [Double]) -> Bool { zip(a, b).allSatisfy { Swift.abs($0 - $1) < 1e-6 } }
    let cycle = try history(.beta) { $0.beta = .cyclical(from: 0, to: 4, period: 1) }
    #expect(near(cycle.map(\.beta), [2.56, 2.56]))
    let warmup = try history(.vae) { $0.beta = .linear(from: 0, to: 1, epochs: 2) }
    #expect(near(warmup.map(\.beta), [0.2, 0.7]))
    #expect(warmup.allSatisfy { $0.capacity == nil })
    let capacity = try history(.capacity) { $0.capacity = .linear(from: 0, to: 10, epochs: 1) }
    #expect(near(capacity.compactMap(\.capacity), [4, 10]))
  }

  @Test func everythingMayChangeBetweenTwoRunsAndTheHistoryIsOne() throws {
    let model = try Self.model(.beta, preset: .mlp)
    var plan = TrainingPlan(epochs: 2)
    plan.batchSize = 32
    let stop = StopSignal()
    try Trainer(model, on: Examples.blobs(130), plan: plan).run(stop: stop) { if $0.step == 7 { stop.request() } }
    model.configuration.beta = .constant(4)
    (plan.epochs, plan.batchSize, plan.learningRate, plan.optimizer) = (4, 26, 1e-4, .rmsprop)
    try Trainer(model, on: Examples.blobs(130), plan: plan).run()
    let epochs = model.training.history.epochs
    #expect(epochs.map(\.epoch) == [1, 2, 3, 4])
    // Two of the second epoch's five steps were made before the change.
    #expect(epochs.map(\.beta) == [1, 2.8, 4, 4])
    #expect(epochs[3].learningRate == Double(Float(1e-4)))
    // Two batches of 32 of the second epoch were done: half of it, so the rest is three of 26.
    #expect(epochs[1].step == 7 + 3)
    #expect(epochs[3].step == 7 + 3 + 10)
  }

  @Test func earlyStoppingPutsTheBestParametersBack() throws {
    let model = try Self.model(.vae, preset: .mlp)
    let held = Examples.blobs(30)
    var plan = TrainingPlan(epochs: 400)
    // Few examples and a high rate: it fits them, and then only them.
    (plan.batchSize, plan.learningRate, plan.patience) = (8, 0.02, 3)
    let end = try Trainer(model, on: Subset(of: Examples.blobs(90), Array(60..<76)), validation: held, plan: plan).run()
    let losses = model.training.history.epochs.compactMap(\.validation)
    let best = try #require(losses.min())
    #expect(end == .early(best: (losses.firstIndex(of: best) ?? 0) + 1))
    #expect(losses.count == (losses.firstIndex(of: best) ?? 0) + 4)
    #expect(try model.evaluate(held).negativeElbo.mean == best)
  }

  @Test func theEpochsOfAWarmUpDoNotCountAgainstPatience() throws {
    let model = try Self.model(.vae, preset: .mlp)
    model.configuration.beta = .linear(from: 0, to: 1, epochs: 6)
    var plan = TrainingPlan(epochs: 30)
    // Nothing is learned, so no epoch is better than the first.
    (plan.batchSize, plan.learningRate, plan.patience) = (32, 1e-30, 2)
    let end = try Trainer(model, on: Examples.blobs(64), validation: Examples.blobs(10), plan: plan).run()
    #expect(end == .early(best: 1))
    #expect(model.training.epoch == 7)
  }

  /// The losses of a warm-up are lower than those at full weight, which would never be better.
  @Test func trainingLossesOfAWarmUpAreNotTheBest() throws {
    let model = try Self.model(.vae, preset: .mlp)
    model.configuration.beta = .linear(from: 0, to: 100, epochs: 4)
    var plan = TrainingPlan(epochs: 8)
    (plan.batchSize, plan.learningRate, plan.patience) = (64, 1e-30, 2)
    let end = try Trainer(model, on: Examples.blobs(64), plan: plan).run()
    // Noise decides which of the epochs from the fifth on is best; none before can be.
    if case .early(let best) = end { #expect(best > 4) }
    #expect(model.training.epoch > 6 && (model.training.bestEpoch ?? 0) > 4)
  }

  @Test func theBestOfOneObjectiveIsNotThatOfAnother() throws {
    let model = try Self.model(.beta, preset: .mlp)
    var plan = TrainingPlan(epochs: 3)
    (plan.batchSize, plan.patience) = (32, 2)
    try Trainer(model, on: Examples.blobs(64), plan: plan).run()
    let before = try #require(model.training.bestLoss)
    model.configuration.beta = .constant(10_000)
    (plan.epochs, plan.learningRate) = (9, 1e-30)
    let end = try Trainer(model, on: Examples.blobs(64), plan: plan).run()
    let after = try #require(model.training.bestLoss)
    #expect(after > before && (model.training.bestEpoch ?? 0) > 3, "\(end)")
    // And of the same one it stays, an early end behind it or not.
    plan.epochs = 12
    try Trainer(model, on: Examples.blobs(64), plan: plan).run()
    #expect(try #require(model.training.bestLoss) <= after)
  }

  /// What SGD keeps is no first moment for Adam, whose first step is at most its learning rate.
  @Test func anotherOptimizerBeginsWithoutTheMomentsOfTheLast() throws {
    let model = try Self.model(.vae, preset: .mlp)
    var plan = TrainingPlan(epochs: 4)
    (plan.batchSize, plan.learningRate, plan.optimizer) = (16, 1e-3, .sgd)
    plan.hyperparameters.momentum = 0.9
    try Trainer(model, on: Examples.blobs(64), plan: plan).run()
    let before = try model.parameters.snapshot().values.elements(as: Float.self)
    (plan.epochs, plan.batchSize, plan.optimizer) = (5, 64, .adam)
    try Trainer(model, on: Examples.blobs(64), plan: plan).run()
    let after = try model.parameters.snapshot().values.elements(as: Float.self)
    let largest = zip(before, after).map { abs($0 - $1) }.max() ?? 0
    #expect(largest > 0 && largest < 1.01e-3, "\(largest)")
  }

  /// One example too large to square, in the third epoch's order.
  @Test func aLossThatIsNotFiniteNamesTheTermTheTensorAndTheBatch() throws {
    var values = Examples.blobs(130).values
    let good = Examples(count: 130, exampleShape: [1, 12, 12], classCount: nil, values: values)
    values[77 * 144 + 5] = 1e25
    let bad = Examples(count: 130, exampleShape: [1, 12, 12], classCount: nil, values: values)
    let model = try Self.model(.vae, likelihood: .gaussian(sigma: 1), preset: .mlp)
    var plan = TrainingPlan(epochs: 1)
    (plan.batchSize, plan.snapshotInterval) = (10, 4)
    try Trainer(model, on: good, plan: plan).run()
    plan.epochs = 3
    let error = try #require(throws: NonFiniteError.self) { try Trainer(model, on: bad, plan: plan).run() }
    #expect(error.what.hasPrefix("the reconstruction"))
    #expect(error.tensor?.hasPrefix("the gradient of ") == true)
    #expect(error.indices.contains(77))
    #expect(error.indices.count == 10)
    #expect(error.epoch == 1)
    // The good state is the last of every fourth step, and the model is in it.
    #expect(error.restoredStep == max(13, error.step / 4 * 4))
    #expect(model.training.step == error.restoredStep)
    #expect(model.parameters.firstNonFinite() == nil)
    // Continuing meets it again: the state that came back is whole.
    let again = try #require(throws: NonFiniteError.self) { try Trainer(model, on: bad, plan: plan).run() }
    #expect(again.step == error.step)
    #expect(again.indices == error.indices)
  }

  @Test func aLossThatIsNotFiniteRollsBackAndNamesTheStep() throws {
    let model = try Self.model(.vae)
    var plan = TrainingPlan(epochs: 1)
    (plan.batchSize, plan.learningRate) = (32, 1e30)
    try model.initializeOutputBias(toMeanOf: Examples.blobs(130))
    let before = try model.parameters.snapshot().values.elements(as: Float.self)
    #expect(throws: NonFiniteError.self) { try Trainer(model, on: Examples.blobs(130), plan: plan).run() }
    #expect(model.training.step == 0)
    #expect(try model.parameters.snapshot().values.elements(as: Float.self) == before)
  }
}
