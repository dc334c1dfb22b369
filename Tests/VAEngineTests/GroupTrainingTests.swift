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
    freeBits: Float = 0
  ) throws -> ModelConfiguration {
    try ModelConfiguration(
      family: family,
      architecture: Architecture(
        name: "text", encoder: try LayerText.parse(encoder), decoder: try LayerText.parse(decoder), activation: .relu,
        logVarianceBounds: nil),
      exampleShape: [1, 12, 12], latentDimensions: 3, likelihood: .bernoulli, beta: .linear(from: 0, to: 1, epochs: 3),
      freeBits: freeBits, importanceSamples: family == .importanceWeighted ? 5 : 1,
      noise: family == .denoising ? .mask(0.2) : nil, classCount: family == .conditional ? 3 : nil, seed: 11)
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
    clip: Float? = 5, continuing: Model? = nil
  ) throws -> (Trained, Model) {
    let model = try continuing ?? Model(configuration, options: CompilerOptions(threads: 1))
    let data = try data()
    var plan = TrainingPlan(epochs: epochs)
    (plan.batchSize, plan.learningRate, plan.seed) = (batch, 1e-3, 5)
    plan.hyperparameters.clipNorm = clip
    let held = data.subset(0..<30)
    try Trainer(model, on: data, validation: held, plan: plan, group: group).run()
    let history = model.training.history
    return (
      Trained(
        losses: history.steps.map(\.loss), epochs: history.epochs.flatMap { [$0.loss, $0.kl, $0.validation ?? .nan] },
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
  }

  private static let cases = [
    Case(testDescription: "mlp", family: .vae),
    Case(
      testDescription: "conv", family: .vae, encoder: "conv4k3s2p1 conv8k3s2p1 dense16",
      decoder: "dense72 reshape8x3x3 convt4k4s2p1 convt1k4s2p1"),
    Case(testDescription: "iwae", family: .importanceWeighted),
    Case(testDescription: "denoising", family: .denoising), Case(testDescription: "cvae", family: .conditional),
    Case(testDescription: "layernorm", family: .beta, encoder: "dense24 layernorm dense16"),
  ]

  @Test(arguments: cases.indices, [2, 3, 5]) func ranksTakeTheStepsOfOneProcess(_ index: Int, _ ranks: Int) throws {
    let one = Self.cases[index]
    let configuration = try Self.configuration(one.family, encoder: one.encoder, decoder: one.decoder)
    let (alone, _) = try Self.trained(configuration)
    #expect(alone.losses.count == 201)
    let together = try ThreadGroup.run(ranks) { try Self.trained(configuration, $0).0 }
    #expect(together.count == ranks)
    for rank in together {
      // Sums of floats in another order, which 200 steps of training amplify.
      #expect(Self.distance(rank.losses, alone.losses) < 1e-3, "\(one.testDescription)")
      #expect(Self.distance(rank.epochs, alone.epochs) < 1e-3, "\(one.testDescription)")
      #expect(rank.values == together[0].values, "the ranks have one model")
    }
    // At first nothing is amplified.
    #expect(Self.distance(Array(together[0].losses.prefix(3)), Array(alone.losses.prefix(3))) < 1e-5)
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

  @Test func aLossThatCouplesExamplesIsRefusedByName() throws {
    func error(_ configuration: ModelConfiguration) throws -> CoupledRowsError? {
      try ThreadGroup.run(2) { group -> CoupledRowsError? in
        do {
          _ = try Self.trained(configuration, group, epochs: 1)
          return nil
        } catch let error as CoupledRowsError { return error }
      }[1]
    }
    #expect(
      try error(Self.configuration(.vae, encoder: "dense24 batchnorm"))
        == CoupledRowsError(family: "vae", layer: "encoder.2"))
    #expect(try error(Self.configuration(.vae, freeBits: 0.1)) == CoupledRowsError(family: "vae", layer: ""))
    #expect(try error(Self.configuration(.capacity)) == CoupledRowsError(family: "capacity-vae", layer: ""))
    #expect(try error(Self.configuration(.vae)) == nil)
  }
}
