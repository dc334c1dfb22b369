import Graphs
import Networks
import Tensors
import Testing
import VAEngine

@Suite struct BadInputTests {
  private let shape: Shape = [1, 4, 4]

  private func configuration(
    _ family: Family = .vae, decoder: String = "dense8 dense16", latent: Int = 2, likelihood: Likelihood? = nil,
    classes: Int? = nil
  ) throws -> ModelConfiguration {
    try ModelConfiguration(
      family: family,
      architecture: Architecture(
        name: "text", encoder: LayerText.parse("dense8"), decoder: LayerText.parse(decoder), activation: .relu),
      exampleShape: shape, latentDimensions: latent, likelihood: likelihood, classCount: classes)
  }

  private func source(_ value: Float, classes: Int? = nil) throws -> TensorSource {
    TensorSource(
      try Tensor([Float](repeating: value, count: 10 * 16), shape: [10, 1, 4, 4]),
      labels: classes.map { classes in (0..<10).map { $0 % classes } }, classCount: classes)
  }

  @Test func aLatentSizeOfZeroIsRefused() {
    #expect(throws: ModelError.latentSize(0)) { try configuration(latent: 0) }
  }

  @Test func aDecoderThatEndsAtTheWrongShapeNamesBoth() throws {
    #expect(throws: ModelError.decoderShape([9], wanted: shape)) {
      _ = try Model(configuration(decoder: "dense8 dense9"))
    }
  }

  @Test func whatNoMachineHoldsIsRefusedBeforeMemoryIsAskedFor() {
    for width in ["1000000000", "9000000000000000000"] {
      #expect(throws: AllocationError.self) { _ = try Model(configuration(decoder: "dense\(width) dense16")) }
    }
    #expect(throws: ShapeError.self) { _ = try Model(configuration(decoder: "dense16 reshape1x4x4 res8")) }
  }

  @Test func aConditionalModelNeedsLabelsAndKnowsHowMany() throws {
    #expect(throws: ModelError.labelsNeeded) { try configuration(.conditional) }
    let model = try Model(configuration(.conditional, classes: 3))
    let plan = TrainingPlan(epochs: 1)
    #expect(throws: ModelError.labelsNeeded) { try Trainer(model, on: source(1), plan: plan).run() }
    #expect(throws: ModelError.tooManyClasses(4, known: 3)) {
      try Trainer(model, on: source(1, classes: 4), plan: plan).run()
    }
    #expect(throws: ModelError.labelsNeeded) { _ = try model.evaluate(source(1)) }
    #expect(throws: ModelError.unknownClass(3, known: 3)) {
      _ = try model.decode(model.prior(count: 2, seed: 1), labels: [0, 3])
    }
    #expect(model.training.step == 0)
  }

  @Test func valuesOutsideTheSupportAreRefusedAndGrayOnesNamed() throws {
    let model = try Model(configuration())
    let plan = TrainingPlan(epochs: 1)
    #expect(throws: ModelError.outsideSupport(255, likelihood: "bernoulli")) {
      try Trainer(model, on: source(255), plan: plan).run()
    }
    #expect(throws: ModelError.notFinite(example: 0)) { try Trainer(model, on: source(.nan), plan: plan).run() }
    #expect(try model.checkValues(source(0.5)) == [.grayValues])
    #expect(try model.checkValues(source(1)) == [])
    #expect(try model.checkValues(source(1e-9)) == [.smallValues(highest: 1e-9), .grayValues])
    #expect(try model.checkValues(source(0)) == [])
    let gaussian = try Model(configuration(likelihood: .gaussian(sigma: 1)))
    #expect(try gaussian.checkValues(source(255)) == [])
  }

  /// Every row is looked at, not the first thousands, and the one that is named is the first that is wrong.
  @Test(arguments: [1, 2, 3]) func oneBadRowOfManyIsFound(_ threads: Int) throws {
    let model = try Model(configuration(), options: CompilerOptions(threads: threads))
    for row in [0, 4097, 5001, 9_998, 9_999] {
      for (bad, wanted) in [
        (50, .outsideSupport(50, likelihood: "bernoulli")), (-0.5, .outsideSupport(-0.5, likelihood: "bernoulli")),
        (.nan, .notFinite(example: row)), (.infinity, .notFinite(example: row)),
      ] as [(Float, ModelError)] {
        var values = [Float](repeating: 1, count: 10_000 * 16)
        values[row * 16 + 7] = bad
        let data = TensorSource(try Tensor(values, shape: [10_000, 1, 4, 4]))
        let plan = TrainingPlan(epochs: 1)
        #expect(throws: wanted) { _ = try model.checkValues(data) }
        #expect(throws: wanted) { try Trainer(model, on: data, plan: plan).run() }
        #expect(throws: wanted) { try Trainer(model, on: source(1), validation: data, plan: plan).run() }
      }
    }
    var values = [Float](repeating: 1, count: 10_000 * 16)
    values[5001 * 16] = 0.5
    #expect(try model.checkValues(TensorSource(Tensor(values, shape: [10_000, 1, 4, 4]))) == [.grayValues])
    #expect(model.training.step == 0)
  }

  @Test func mistakesInAnArchitecturesTextHaveAPlace() {
    #expect(throws: ArchitectureError.self) { try LayerText.parse("dense8 dens16") }
    do {
      _ = try LayerText.parse("dense8 dens16")
    } catch {
      #expect(error.span == 7..<13)
    }
  }
}
