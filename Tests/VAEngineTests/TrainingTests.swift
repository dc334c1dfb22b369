import Graphs
import Networks
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
    stream: RandomStream
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

  @Test(arguments: Family.allCases) func everyFamilyLearns(_ family: Family) throws {
    let model = try Self.model(family)
    var plan = TrainingPlan(epochs: 12)
    (plan.batchSize, plan.learningRate) = (32, 3e-3)
    try Trainer(model, on: Examples.blobs(300), plan: plan).run()
    let epochs = model.training.history.epochs
    #expect(epochs.count == 12)
    #expect(epochs[11].loss < epochs[0].loss * 0.9, "\(family): \(epochs[0].loss) → \(epochs[11].loss)")
  }

  @Test(arguments: Preset.allCases) func everyPresetTrains(_ preset: Preset) throws {
    let model = try Self.model(.vae, preset: preset)
    var plan = TrainingPlan(epochs: 2)
    plan.batchSize = 32
    try Trainer(model, on: Examples.blobs(100), plan: plan).run()
    #expect(model.training.history.epochs[1].loss.isFinite)
    #expect(try model.decode(model.prior(count: 4, seed: 1)).shape == [4, 1, 12, 12])
  }

  @Test func stoppingAndContinuingGivesTheSameBits() throws {
    let data = Examples.blobs(130)
    var plan = TrainingPlan(epochs: 3)
    plan.batchSize = 32
    let straight = try Self.model(.vae)
    try Trainer(straight, on: data, plan: plan).run()
    let broken = try Self.model(.vae)
    let stop = StopSignal()
    let end = try Trainer(broken, on: data, plan: plan).run(stop: stop) { if $0.step == 7 { stop.request() } }
    #expect(end == .stopped)
    #expect(broken.training.step == 7)
    let resumed = try broken.copy()
    try Trainer(resumed, on: data, plan: plan).run()
    #expect(
      try straight.parameters.snapshot().values.elements(as: Float.self)
        == resumed.parameters.snapshot().values.elements(as: Float.self))
    #expect(straight.training.history.epochs.map(\.loss) == resumed.training.history.epochs.map(\.loss))
  }

  @Test func aLossThatIsNotFiniteRollsBackAndNamesTheStep() throws {
    let model = try Self.model(.vae)
    var plan = TrainingPlan(epochs: 1)
    (plan.batchSize, plan.learningRate) = (32, 1e30)
    let before = try model.parameters.snapshot().values.elements(as: Float.self)
    #expect(throws: NonFiniteError.self) { try Trainer(model, on: Examples.blobs(130), plan: plan).run() }
    #expect(model.training.step == 0)
    #expect(try model.parameters.snapshot().values.elements(as: Float.self) == before)
  }
}
