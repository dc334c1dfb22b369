import Datasets
import Graphs
import Networks
import ProcessGroups
import Tensors
import Testing
import VAEngine

/// Any number of ranks trains the same model: each has its rows of every batch, and together they take the steps of one
/// process.
@Suite(.serialized) struct GroupTrainingTests {
  private static let count = 100

  /// Gray pixels, binarized anew for every batch.
  private static func data() throws -> Dataset {
    let pixels = RandomStream(seed: 4, purpose: "pixels")
    let bytes = (0..<count * 144).map { UInt8(pixels.uniform($0) * 255) }
    return try Dataset(
      name: "x", source: "", storage: Tensor(bytes, shape: [count, 1, 12, 12]),
      labels: (0..<Int32(count)).map { $0 % 3 }
    ).adding([.binarizeDynamic])
  }

  private static func configuration(
    _ family: Family, encoder: String = "dense24 dropout0.2", decoder: String = "dense24 dense144",
    freeBits: Float = 0, _ settings: [String: Setting.Value] = [:]
  ) throws -> ModelConfiguration {
    var configuration = try ModelConfiguration(
      family: family,
      architecture: Architecture(
        name: "text", encoder: try LayerText.parse(encoder), decoder: try LayerText.parse(decoder), activation: .relu,
        logVarianceBounds: nil),
      exampleShape: [1, 12, 12], latentDimensions: 3, likelihood: .bernoulli, beta: .linear(from: 0, to: 1, epochs: 3),
      freeBits: freeBits, importanceSamples: family == .importanceWeighted ? 5 : 1,
      noise: family == .denoising ? .mask(0.2) : nil, classCount: family == .conditional ? 3 : nil, seed: 11)
    for (word, value) in settings { try family.setting(word)?.set(value, in: &configuration) }
    return configuration
  }

  private struct Trained: Sendable {
    var losses: [Float]
    var epochs: [Double]
    var values: [Float]
    var state: TrainingState
  }

  /// 200 steps: batches of 37, the last of an epoch of 26.
  private static func trained(
    _ configuration: ModelConfiguration, _ group: any ProcessGroup = OneProcess(), epochs: Int = 67, batch: Int = 37,
    clip: Float? = 5, optimizer: OptimizerKind = .adam, continuing: Model? = nil
  ) throws -> (Trained, Model) {
    let model = try continuing ?? Model(configuration, options: CompilerOptions(threads: 1))
    let data = try data()
    var plan = TrainingPlan(epochs: epochs)
    (plan.batchSize, plan.learningRate, plan.seed) = (batch, 1e-3, 5)
    plan.hyperparameters.clipNorm = clip
    plan.optimizer = optimizer
    let held = data.subset(0..<30)
    try Trainer(model, on: data, validation: held, plan: plan, group: group).run()
    let history = model.training.history
    return (
      Trained(
        losses: history.steps.map(\.loss),
        // The KL beside the loss: it may be next to nothing.
        epochs: history.epochs.flatMap { [$0.loss, $0.loss + $0.kl, $0.validation ?? .nan] },
        values: try model.parameters.snapshot().values.elements(as: Float.self), state: model.training), model
    )
  }

  private static func distance<Number: BinaryFloatingPoint>(_ a: [Number], _ b: [Number]) -> Double {
    a.count == b.count ? zip(a, b).map { abs(Double($0) - Double($1)) / abs(Double($1)) }.max() ?? 0 : .infinity
  }

  private struct Case: CustomTestStringConvertible {
    let testDescription: String
    let family: Family
    var encoder = "dense24 dropout0.2"
    var decoder = "dense24 dense144"
    var freeBits: Float = 0
    var settings: [String: Setting.Value] = [:]
    /// Adam divides a gradient by its own size, also one that is nothing but rounding.
    var optimizer = OptimizerKind.adam
    var limit = 1e-3
  }

  private static let cases = [
    Case(testDescription: "mlp", family: .vae),
    Case(
      testDescription: "conv", family: .vae, encoder: "conv4k3s2p1 conv8k3s2p1 dense16",
      decoder: "dense72 reshape8x3x3 convt4k4s2p1 convt1k4s2p1"),
    Case(testDescription: "iwae", family: .importanceWeighted),
    Case(testDescription: "denoising", family: .denoising), Case(testDescription: "cvae", family: .conditional),
    Case(testDescription: "layernorm", family: .beta, encoder: "dense24 layernorm dense16"),
    Case(
      testDescription: "batchnorm", family: .vae, encoder: "dense24 batchnorm dense16 batchnorm",
      decoder: "dense24 batchnorm dense144", optimizer: .sgd),
    Case(
      testDescription: "batchnorm, Adam", family: .vae, encoder: "dense24 batchnorm dense16 batchnorm",
      decoder: "dense24 batchnorm dense144", limit: 2e-2),
  ]

  /// Terms that couple the examples of a batch, each over the global one.
  private static let coupled = [
    Case(
      testDescription: "batchnorm of images", family: .vae,
      encoder: "conv4k3s2p1 batchnorm conv8k3s2p1 batchnorm dense16",
      decoder: "dense72 reshape8x3x3 convt4k4s2p1 batchnorm convt1k4s2p1"),
    Case(
      testDescription: "batchnorm of several draws", family: .importanceWeighted,
      decoder: "dense24 batchnorm dense144"),
    Case(testDescription: "free bits", family: .vae, freeBits: 0.3),
    Case(testDescription: "capacity", family: .capacity, settings: ["capacity": .number(2), "beta": .number(10)]),
    Case(testDescription: "beta-tcvae", family: .betaTC),
    Case(testDescription: "beta-tcvae mws", family: .betaTC, settings: ["estimator": .text("mws")]),
    Case(testDescription: "info-vae", family: .info, settings: ["lambda": .number(50)]),
    Case(testDescription: "wae", family: .wae), Case(testDescription: "dip-vae-i", family: .dipI),
    Case(testDescription: "dip-vae-ii", family: .dipII), Case(testDescription: "rae", family: .regularized),
    Case(testDescription: "autoencoder", family: .autoencoder),
    Case(testDescription: "miwae", family: .multiplyImportanceWeighted),
    Case(testDescription: "ciwae", family: .combinationImportanceWeighted),
    Case(testDescription: "piwae", family: .partiallyImportanceWeighted),
    Case(testDescription: "mixture", family: .vae, settings: ["prior": .text("mixture"), "components": .integer(5)]),
    Case(
      testDescription: "vamp with batchnorm", family: .vae, encoder: "dense24 batchnorm",
      settings: ["prior": .text("vamp"), "components": .integer(37)]),
  ]

  /// Trains the model in one process and on so many ranks.
  private static func expectTheSame(_ one: Case, _ ranks: Int, epochs: Int) throws {
    let configuration = try configuration(
      one.family, encoder: one.encoder, decoder: one.decoder, freeBits: one.freeBits, one.settings)
    let (alone, _) = try trained(configuration, epochs: epochs, optimizer: one.optimizer)
    #expect(alone.losses.count == 3 * epochs)
    let together = try ThreadGroup.run(ranks) {
      try trained(configuration, $0, epochs: epochs, optimizer: one.optimizer).0
    }
    #expect(together.count == ranks)
    for rank in together {
      #expect(distance(rank.losses, alone.losses) < one.limit, "\(one.testDescription)")
      #expect(distance(rank.epochs, alone.epochs) < one.limit, "\(one.testDescription)")
      #expect(rank.values == together[0].values, "the ranks have one model")
    }
    // At first nothing is amplified.
    let first = distance(Array(together[0].losses.prefix(3)), Array(alone.losses.prefix(3)))
    #expect(first < 1e-5, "\(one.testDescription)")
  }

  /// Sums of floats in another order, which 200 steps of training amplify.
  @Test(arguments: cases.indices, [2, 3, 5]) func ranksTakeTheStepsOfOneProcess(_ index: Int, _ ranks: Int) throws {
    try Self.expectTheSame(Self.cases[index], ranks, epochs: 67)
  }

  @Test(arguments: coupled.indices, [2, 3, 5]) func coupledTermsAreThoseOfTheGlobalBatch(
    _ index: Int, _ ranks: Int
  ) throws {
    try Self.expectTheSame(Self.coupled[index], ranks, epochs: 10)
  }

  @Test func everyFamilyIsDivided() {
    let tested = Set((Self.cases + Self.coupled).map(\.family))
    #expect(Family.all.filter { !tested.contains($0) } == [])
  }

  /// Statistics of three examples on five ranks, two of which have none.
  @Test(arguments: ["batchnorm", "beta-tcvae", "info-vae", "dip-vae-i"]) func coupledTermsOfFewerRowsThanRanks(
    _ name: String
  ) throws {
    let one = try #require((Self.cases + Self.coupled).first { $0.testDescription == name })
    let configuration = try Self.configuration(one.family, encoder: one.encoder, decoder: one.decoder, one.settings)
    @Sendable func losses(_ group: any ProcessGroup) throws -> [Float] {
      try Self.trained(configuration, group, epochs: 1, batch: 3, optimizer: .sgd).0.losses
    }
    let (alone, together) = (try losses(OneProcess()), try ThreadGroup.run(5) { try losses($0) })
    // Of three rows that a unit hardly tells apart, batch normalization makes of a rounding hundreds of it.
    #expect(Self.distance(together[4], alone) < 1e-3)
  }

  @Test func fewerRowsThanRanks() throws {
    let configuration = try Self.configuration(.vae)
    let (alone, _) = try Self.trained(configuration, epochs: 1, batch: 3)
    let together = try ThreadGroup.run(5) { try Self.trained(configuration, $0, epochs: 1, batch: 3).0 }
    #expect(Self.distance(together[4].losses, alone.losses) < 1e-4)
  }

  @Test func aGroupOfOneHasTheSameBits() throws {
    let configuration = try Self.configuration(.vae)
    let (alone, _) = try Self.trained(configuration, epochs: 2)
    let group = try ThreadGroup.run(1) { try Self.trained(configuration, $0, epochs: 2).0 }[0]
    #expect(group.losses == alone.losses && group.values == alone.values && group.epochs == alone.epochs)
  }

  /// Where one number of ranks stops, another goes on.
  @Test func anotherNumberOfRanksContinues() throws {
    let configuration = try Self.configuration(.vae)
    let (alone, _) = try Self.trained(configuration, epochs: 4)
    let together = try ThreadGroup.run(3) { group -> Trained in
      let (_, model) = try Self.trained(configuration, group, epochs: 2)
      // The others of this rank's first training are of no use to it.
      return try Self.trained(configuration, epochs: 4, continuing: model).0
    }
    #expect(Self.distance(together[1].losses, alone.losses) < 1e-4)
  }

  @Test func aStopThatOneRankIsAskedForStopsAllAfterOneStep() throws {
    let configuration = try Self.configuration(.vae)
    let steps = try ThreadGroup.run(3) { group -> [UInt64] in
      let model = try Model(configuration, options: CompilerOptions(threads: 1))
      let stop = StopSignal()
      var plan = TrainingPlan(epochs: 5)
      plan.batchSize = 10
      let end = try Trainer(model, on: Self.data(), plan: plan, group: group).run(stop: stop) { moment in
        if group.rank == 2, moment.step == 7 { stop.request() }
      }
      #expect(end == .stopped)
      return [model.training.step]
    }
    #expect(steps == [[8], [8], [8]])
  }

  /// The ranks share the batches in which the held-out examples are measured, of a bound of several draws, too.
  @Test(arguments: [Family.vae, .importanceWeighted], [2, 3]) func validationIsSharedAndTheSame(
    _ family: Family, _ ranks: Int
  ) throws {
    let configuration = try Self.configuration(family)
    @Sendable func validation(_ group: any ProcessGroup) throws -> Double? {
      let model = try Model(configuration, options: CompilerOptions(threads: 1))
      var plan = TrainingPlan(epochs: 1)
      (plan.batchSize, plan.learningRate) = (50, 1e-30)
      // 700 examples: three batches of 250, or 35 of 20.
      let held = try Self.data().subset((0..<700).map { $0 % Self.count })
      try Trainer(model, on: Self.data(), validation: held, plan: plan, group: group).run()
      return model.training.history.epochs[0].validation
    }
    let alone = try #require(try validation(OneProcess()))
    let together = try ThreadGroup.run(ranks) { group -> Double in try validation(group) ?? .nan }
    #expect(together.allSatisfy { $0 == together[0] && abs($0 - alone) < 1e-5 * alone }, "\(alone): \(together)")
  }

  @Test func aLossThatIsNotFiniteEndsAllRanksAlike() throws {
    let configuration = try Self.configuration(.vae)
    let errors = try ThreadGroup.run(3) { group -> NonFiniteError? in
      let model = try Model(configuration, options: CompilerOptions(threads: 1))
      var plan = TrainingPlan(epochs: 5)
      (plan.batchSize, plan.learningRate, plan.optimizer) = (10, 1e36, .sgd)
      do {
        try Trainer(model, on: Self.data(), plan: plan, group: group).run()
        return nil
      } catch let error as NonFiniteError { return error }
    }
    #expect(errors[0] != nil && errors.allSatisfy { $0 == errors[0] })
    #expect(errors[0]?.indices.count == 10, "the whole batch")
  }

  @Test func earlyStoppingStopsAllRanksAtTheSameEpoch() throws {
    let configuration = try Self.configuration(.vae)
    let ends = try ThreadGroup.run(3) { group -> String in
      let model = try Model(configuration, options: CompilerOptions(threads: 1))
      var plan = TrainingPlan(epochs: 50)
      (plan.batchSize, plan.learningRate, plan.patience) = (10, 0.3, 2)
      let held = try Self.data().subset(0..<20)
      let end = try Trainer(model, on: Self.data(), validation: held, plan: plan, group: group).run()
      return "\(end) \(model.training.epoch) \(model.parameters.checksum)"
    }
    #expect(ends[0].hasPrefix("early") && ends.allSatisfy { $0 == ends[0] }, "\(ends)")
  }

  private struct Broken: Error {}

  @Test func whatEndsOneRankEndsAllWithTheCompletedSteps() throws {
    let configuration = try Self.configuration(.vae)
    let ends = try ThreadGroup.run(3) { group -> [String] in
      let model = try Model(configuration, options: CompilerOptions(threads: 1))
      var plan = TrainingPlan(epochs: 5)
      plan.batchSize = 10
      do {
        try Trainer(model, on: Self.data(), plan: plan, group: group).run { moment in
          if group.rank == 0, moment.step == 7 { throw Broken() }
        }
        return []
      } catch {
        return ["\(type(of: error))", "\(model.training.step)", "\(model.training.hyperparameters.updateCount)"]
      }
    }
    #expect(ends == [["Broken", "7", "7"], ["ProcessGroupError", "7", "7"], ["ProcessGroupError", "7", "7"]])
  }

  @Test func parametersThatDriftApartAreFoundAtTheEndOfTheEpoch() throws {
    let configuration = try Self.configuration(.vae)
    let ends = try ThreadGroup.run(3) { group -> ProcessGroupError? in
      let model = try Model(configuration, options: CompilerOptions(threads: 1))
      var plan = TrainingPlan(epochs: 5)
      plan.batchSize = 10
      do {
        try Trainer(model, on: Self.data(), plan: plan, group: group).run { moment in
          guard group.rank == 1, moment.step == 3 else { return }
          var value = try model.parameters.value("encoder.1.weight")
          try value.withMutableElements(of: Float.self) { $0[0] = $0[0].nextUp }
          model.parameters.set("encoder.1.weight", to: value)
        }
        return nil
      } catch let error as ProcessGroupError { return error }
    }
    #expect(ends == [ProcessGroupError?](repeating: .drifted(ranks: ["rank 1 on thread"], epoch: 1), count: 3))
  }

  /// A loss of the largest code of a batch, which no sum over processes has.
  private static let ofLargest = Family(
    "largest", summary: "VAE whose largest code is penalized", source: "none", settings: Setting.klWeight(1)
  ) { graph in
    let (q, target) = try graph.encoded()
    let bound = try graph.evidence(q, target)
    return Objective(loss: try bound.loss + square(q.mean.max([0])).sum(), bound.terms)
  }

  @Test func aLossThatCannotBeDividedIsRefusedByName() throws {
    let configuration = try Self.configuration(Self.ofLargest)
    let errors = try ThreadGroup.run(2) { group -> CoupledRowsError? in
      do {
        _ = try Self.trained(configuration, group, epochs: 1)
        return nil
      } catch let error as CoupledRowsError { return error }
    }
    #expect(errors == [CoupledRowsError?](repeating: CoupledRowsError(family: "largest", layer: ""), count: 2))
  }
}
