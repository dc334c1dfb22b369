import Glibc
import Graphs
import Networks
import Tensors
import Testing
import VAEngine

/// Values of whole objectives, worked out by hand: their gradients are checked elsewhere, against these same values.
///
/// Two examples of six pixels, all 0 but the first pixel of the second, which is 1 and moves the first posterior mean
/// from 0 to 1. The second mean is 0.2, both variances are 1: the KL of the dimensions is ½ · (0 + 1) / 2 = 0.25 and
/// ½ · 0.04 = 0.02, as means over the batch. The decoder says 0 whatever it is told: six pixels cost 6 log 2 nats.
@Suite struct ObjectiveValueTests {
  private static let pixels = 6 * log(2.0)

  private struct Terms {
    var loss: Double
    var reconstruction: Double
    var kl: Double
  }

  private func terms(
    _ family: Family, likelihood: Likelihood = .bernoulli, beta: Double = 3, capacity: Double = 0, freeBits: Float = 0,
    noise: Noise? = nil, samples: Int = 1, labelShift: Double = 0, logVariance: Double = 0
  ) throws -> Terms {
    let configuration = try ModelConfiguration(
      family: family,
      architecture: Architecture(name: "text", encoder: [], decoder: LayerText.parse("dense6"), activation: .none),
      exampleShape: [6], latentDimensions: 2, likelihood: likelihood, freeBits: freeBits, importanceSamples: samples,
      noise: noise, classCount: 2)
    let objective = ObjectiveGraph(configuration, rows: 2, training: true)
    let terms = try objective.terms()
    var reference = Reference(leaves: [:], seed: 1)
    for spec in objective.builder.specs {
      reference.leaves[spec.name] = [Double](repeating: 0, count: spec.shape.count)
    }
    // [pixels and classes, dimensions]: the first pixel to the first dimension, the second class too.
    reference.leaves["encoder.mean.weight"]?[0] = 1
    if family == .conditional { reference.leaves["encoder.mean.weight"]?[14] = labelShift }
    reference.leaves["encoder.mean.bias"] = [0, 0.2]
    if family != .autoencoder { reference.leaves["encoder.logVariance.bias"] = [logVariance, 0] }
    reference.leaves["x"] = [0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0]
    reference.leaves["labels"] = [1, 0, 0, 1]
    (reference.leaves["beta"], reference.leaves["capacity"]) = ([beta], [capacity])
    let values = reference.evaluate([terms.loss, terms.reconstruction, terms.kl]).map { $0[0] }
    return Terms(loss: values[0], reconstruction: values[1], kl: values[2])
  }

  private func expect(
    _ found: Terms, loss: Double, reconstruction: Double = Self.pixels, kl: Double,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    for (name, value, wanted) in [
      ("loss", found.loss, loss), ("reconstruction", found.reconstruction, reconstruction), ("KL", found.kl, kl),
    ] {
      #expect(Swift.abs(value - wanted) < 1e-6, "\(name): \(value), not \(wanted)", sourceLocation: sourceLocation)
    }
  }

  @Test(arguments: [Family.vae, .beta]) func theKLIsWeightedAndAdded(_ family: Family) throws {
    expect(try terms(family), loss: Self.pixels + 3 * 0.27, kl: 0.27)
    expect(try terms(family, beta: 0), loss: Self.pixels, kl: 0.27)
  }

  @Test func aPlainAutoencoderHasItsReconstructionAlone() throws {
    expect(try terms(.autoencoder), loss: Self.pixels, kl: 0)
    // (1 − 0)² of one pixel of two examples.
    expect(try terms(.autoencoder, likelihood: .squaredError), loss: 0.5, reconstruction: 0.5, kl: 0)
  }

  /// Kingma et al. 2016: Σ_d max(λ, mean over the batch of KL_d). Of the maximum of each example the mean would be 0.35
  /// and 0.2 for the first dimension.
  @Test func freeBitsAreTheLeastThatADimensionOfTheBatchCosts() throws {
    expect(try terms(.vae, freeBits: 0.2), loss: Self.pixels + 3 * (0.25 + 0.2), kl: 0.27)
    expect(try terms(.vae, freeBits: 0.01), loss: Self.pixels + 3 * 0.27, kl: 0.27)
    expect(try terms(.beta, freeBits: 0.4), loss: Self.pixels + 3 * 0.8, kl: 0.27)
  }

  /// Burgess et al. 2018: γ |KL − C|, on both sides of C.
  @Test func theCapacityIsMissedFromBothSides() throws {
    expect(try terms(.capacity, capacity: 1), loss: Self.pixels + 3 * 0.73, kl: 0.27)
    expect(try terms(.capacity, capacity: 0.1), loss: Self.pixels + 3 * 0.17, kl: 0.27)
    expect(try terms(.capacity, capacity: 0.27), loss: Self.pixels, kl: 0.27)
  }

  @Test func theVariancesCountToo() throws {
    // ½ (4 − 1 − log 4) more, in the first dimension of both.
    let kl = 0.27 + 0.5 * (3 - log(4.0))
    expect(try terms(.vae, beta: 1, logVariance: log(4.0)), loss: Self.pixels + kl, kl: kl)
  }

  /// The encoder sees the corrupted pixels, the likelihood asks for the clean ones: ½ (1 − 0)² of one of two examples.
  @Test func aDenoisingModelIsAskedForTheCleanPixels() throws {
    let clean = 6 * 0.5 * log(2 * Double.pi) + 0.25
    let found = try terms(.denoising, likelihood: .gaussian(sigma: 1), beta: 0, noise: .gaussian(5))
    #expect(Swift.abs(found.reconstruction - clean) < 1e-6 && Swift.abs(found.loss - clean) < 1e-6)
    #expect(Swift.abs(found.kl - 0.27) > 0.1)
    // Noise that leaves nothing of the first pixel leaves both means of the first dimension at 0.
    let masked = try terms(.denoising, likelihood: .gaussian(sigma: 1), beta: 0, noise: .mask(1))
    expect(masked, loss: clean, reconstruction: clean, kl: 0.02)
  }

  /// The second example's class moves its first mean from 1 to 3: ½ · 9 / 2.
  @Test func aConditionalModelSeesTheLabels() throws {
    expect(try terms(.conditional, labelShift: 2), loss: Self.pixels + 3 * 2.27, kl: 2.27)
  }

  /// Burda et al. 2016, equation 8, from the draws one by one: log w = ½ Σ (ε² + log σ² − z²) + log p(x | z).
  @Test func theImportanceWeightedBoundIsThatOfItsDraws() throws {
    let (k, logVariance) = (4, -0.6)
    let found = try terms(.importanceWeighted, samples: k, logVariance: logVariance)
    let stream = RandomStream(seed: 1, purpose: "posterior")
    var bound = 0.0
    for row in 0..<2 {
      let weights = (0..<k).map { sample -> Double in
        var ratio = 0.0
        for (d, s) in [logVariance, 0].enumerated() {
          let noise = Double(stream.normal((sample * 2 + row) * 2 + d))
          let z = (d == 0 ? Double(row) : 0.2) + exp(s / 2) * noise
          ratio += 0.5 * (noise * noise + s - z * z)
        }
        return exp(ratio - Self.pixels)
      }
      bound += log(weights.reduce(0, +) / Double(k)) / 2
    }
    expect(found, loss: -bound, kl: 0.27 + 0.5 * (expm1(logVariance) - logVariance))
  }

  // MARK: Schedules

  /// Four batches an epoch and a rate of 0, so that every step is of one model.
  private func history(
    _ family: Family, beta: Schedule = .constant(1), capacity: Schedule = .constant(0), epochs: Int = 3
  ) throws -> [TrainingHistory.Step] {
    let model = try TrainingTests.model(family, preset: .mlp)
    (model.configuration.beta, model.configuration.capacity) = (beta, capacity)
    var plan = TrainingPlan(epochs: epochs)
    (plan.batchSize, plan.learningRate) = (16, 0)
    try Trainer(model, on: Examples.blobs(64), plan: plan).run()
    return model.training.history.steps
  }

  @Test(arguments: [
    (Schedule.linear(from: 0, to: 2, epochs: 2), [0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2, 2, 2]),
    (.cyclical(from: 0.5, to: 1.5, period: 2), [0.5, 0.75, 1, 1.25, 1.5, 1.5, 1.5, 1.5, 0.5, 0.75, 1, 1.25]),
    (.constant(4), [Double](repeating: 4, count: 12)),
  ])
  func theWeightOfEveryStepIsThatOfItsSchedule(_ schedule: Schedule, _ wanted: [Double]) throws {
    let steps = try history(.beta, beta: schedule)
    #expect(steps.count == 12)
    for (step, weight) in zip(steps, wanted) {
      let penalty = Double(step.loss) - Double(step.reconstruction)
      #expect(Swift.abs(penalty - weight * Double(step.kl)) < 1e-4, "step \(step.step): \(penalty), KL \(step.kl)")
    }
  }

  @Test func theCapacityOfEveryStepIsThatOfItsSchedule() throws {
    let steps = try history(.capacity, beta: .constant(2), capacity: .linear(from: 0, to: 8, epochs: 2))
    for (step, capacity) in zip(steps, [0.0, 1, 2, 3, 4, 5, 6, 7, 8, 8, 8, 8]) {
      let penalty = Double(step.loss) - Double(step.reconstruction)
      #expect(Swift.abs(penalty - 2 * Swift.abs(Double(step.kl) - capacity)) < 1e-3, "step \(step.step)")
    }
  }

  /// A factor of 0 from the second epoch on: what the first left stays.
  @Test func theLearningRateFollowsItsScheduleFromEpochToEpoch() throws {
    func values(epochs: Int) throws -> [Float] {
      let model = try TrainingTests.model(.vae, preset: .mlp)
      var plan = TrainingPlan(epochs: epochs)
      (plan.batchSize, plan.learningRate, plan.optimizer) = (16, 1e-5, .sgd)
      plan.learningRateSchedule = .milestones([1], factor: 0)
      try Trainer(model, on: Examples.blobs(64), plan: plan).run()
      #expect(
        model.training.history.epochs.map(\.learningRate) == [Double(Float(1e-5)), 0, 0].prefix(epochs).map { $0 })
      return try model.parameters.snapshot().values.elements(as: Float.self)
    }
    let model = try TrainingTests.model(.vae, preset: .mlp)
    let fresh = try model.parameters.snapshot().values.elements(as: Float.self)
    let first = try values(epochs: 1)
    #expect(first != fresh)
    #expect(try values(epochs: 3) == first)
  }

  /// Batches of 48 and 16 examples: the epoch's loss is the mean over examples, not over batches.
  @Test func theLossOfAnEpochIsTheMeanOverItsExamples() throws {
    let model = try TrainingTests.model(.vae, preset: .mlp)
    var plan = TrainingPlan(epochs: 1)
    (plan.batchSize, plan.learningRate) = (48, 0)
    try Trainer(model, on: Examples.blobs(64), plan: plan).run()
    let (steps, epoch) = (model.training.history.steps, model.training.history.epochs[0])
    func mean(_ value: (TrainingHistory.Step) -> Float) -> Double {
      0.75 * Double(value(steps[0])) + 0.25 * Double(value(steps[1]))
    }
    #expect(Swift.abs(epoch.loss - mean { $0.loss }) < 1e-4)
    #expect(Swift.abs(epoch.reconstruction - mean { $0.reconstruction }) < 1e-4)
    #expect(Swift.abs(epoch.kl - mean { $0.kl }) < 1e-4)
  }
}
