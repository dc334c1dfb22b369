import FoundationEssentials
import Networks
import Tensors
import Testing
import VAEngine

@Suite struct OutputBiasTests {
  /// Without what comes before it, the last bias decodes to the mean of the data, whatever the likelihood makes of it.
  @Test(
    arguments: [
      .bernoulli, .continuousBernoulli, .gaussian(sigma: 0.5), .gaussianLearned, .logistic256, .squaredError,
    ] as [Likelihood])
  func aDenseDecoderBeginsAtEachPixelsMean(_ likelihood: Likelihood) throws {
    let data = Examples.blobs(70)
    let model = try TrainingTests.model(
      likelihood == .squaredError ? .autoencoder : .vae, likelihood: likelihood, preset: .mlp)
    try model.initializeOutputBias(toMeanOf: data)
    let decoded = try Self.decodedWithoutWeights(model, "decoder.2.weight")
    for pixel in 0..<144 {
      let mean = (0..<70).reduce(0) { $0 + Double(data.values[$1 * 144 + pixel]) } / 70
      let wanted = likelihood.isBounded ? min(max(mean, 0.001), 0.999) : mean
      #expect(abs(Double(decoded[pixel]) - wanted) < 1e-6, "pixel \(pixel)")
    }
  }

  @Test func aConvolutionalDecoderBeginsAtEachChannelsMean() throws {
    let data = Examples.blobs(70)
    let model = try TrainingTests.model(.vae)
    let last = model.configuration.architecture.decoder.count
    try model.initializeOutputBias(toMeanOf: data)
    let decoded = try Self.decodedWithoutWeights(model, "decoder.\(last).weight")
    let mean = data.values.reduce(0) { $0 + Double($1) } / Double(data.values.count)
    #expect(decoded.allSatisfy { abs(Double($0) - mean) < 1e-6 })
  }

  /// Columns of deviations 0.5 and 2 around 100 and −3: σ² is the mean of the variances about each column's mean.
  @Test func aLearnedSigmaBeginsAtTheDeviation() throws {
    let rows: [Float] = (0..<8).flatMap { [$0 % 2 == 0 ? 99.5 : 100.5, $0 % 2 == 0 ? -5 : -1] as [Float] }
    let data = TensorSource(try Tensor(rows, shape: [8, 2]))
    func model(_ end: String, bias: Bool = true) throws -> Model {
      let architecture = Architecture(
        name: "custom", encoder: try LayerText.parse("dense4"), decoder: try LayerText.parse(end), activation: .relu)
      let model = try Model(
        ModelConfiguration(
          architecture: architecture, exampleShape: [2], latentDimensions: 1, likelihood: .gaussianLearned,
          outputBiasStartsAtMean: bias))
      var plan = TrainingPlan(epochs: 1)
      (plan.batchSize, plan.learningRate) = (8, 1e-30)
      try Trainer(model, on: data, plan: plan).run()
      return model
    }
    #expect(abs(try #require(try model("dense2").sigma) - 2.125.squareRoot()) < 1e-6)
    // Without a bias at the end, about the mean of all values, 48.5.
    let around = (51.5 * 51.5 + 2.125).squareRoot()
    #expect(abs(try #require(try model("dense2:softplus").sigma) - around) < 1e-4)
    #expect(try model("dense2", bias: false).sigma == 1, "initial values do not come from the data")
    let constant = try TrainingTests.model(.vae, likelihood: .gaussianLearned, preset: .mlp)
    try constant.initializeSigma(toDeviationOf: TensorSource(try Tensor(zeros: [3, 1, 12, 12])))
    #expect(try constant.sigma == 1)
  }

  @Test func aDecoderThatEndsOtherwiseStaysAsItIs() throws {
    for end in ["dense144:sigmoid", "dense144 layernorm"] {
      let architecture = Architecture(
        name: "custom", encoder: try LayerText.parse("dense8"), decoder: try LayerText.parse("dense8 " + end),
        activation: .relu)
      let model = try Model(
        ModelConfiguration(architecture: architecture, exampleShape: [1, 12, 12], latentDimensions: 2))
      let before = try TrainingTests.bits(model)
      try model.initializeOutputBias(toMeanOf: Examples.blobs(4))
      #expect(try TrainingTests.bits(model) == before)
      #expect(!model.configuration.outputBiasStartsAtMean)
    }
  }

  /// A rate of 0 leaves the weights where training found them, so that what the trainer set is seen.
  @Test func theFirstTrainingBeginsAtTheMeanAndLaterOnesDoNot() throws {
    let data = Examples.blobs(70)
    var plan = TrainingPlan(epochs: 1)
    (plan.batchSize, plan.learningRate) = (32, 0)
    let model = try TrainingTests.model(.vae)
    let begun = try TrainingTests.model(.vae)
    try begun.initializeOutputBias(toMeanOf: data)
    try Trainer(model, on: data, plan: plan).run()
    #expect(
      try model.parameters.snapshot().values.elements(as: Float.self)
        == begun.parameters.snapshot().values.elements(as: Float.self))
    plan.epochs = 2
    let darker = Examples(count: 70, exampleShape: [1, 12, 12], values: data.values.map { $0 / 2 })
    try Trainer(model, on: darker, plan: plan).run()
    #expect(
      try model.parameters.snapshot().values.elements(as: Float.self)
        == begun.parameters.snapshot().values.elements(as: Float.self))
  }

  @Test func theBiasMayBeginAsTheOtherWeights() throws {
    var plan = TrainingPlan(epochs: 1)
    (plan.batchSize, plan.learningRate) = (32, 0)
    let model = try Model(
      ModelConfiguration(
        architecture: Preset.mlp.architecture(for: [1, 12, 12], hidden: [32]), exampleShape: [1, 12, 12],
        latentDimensions: 3, outputBiasStartsAtMean: false, seed: 3))
    let before = try model.parameters.snapshot().values.elements(as: Float.self)
    try Trainer(model, on: Examples.blobs(70), plan: plan).run()
    #expect(try model.parameters.snapshot().values.elements(as: Float.self) == before)
  }

  @Test func dataWithNoMeanAreRefusedAndTheModelUnchanged() throws {
    var data = Examples.blobs(4)
    data = Examples(count: 4, exampleShape: [1, 12, 12], values: [.nan] + data.values.dropFirst())
    let model = try TrainingTests.model(.vae)
    let before = try TrainingTests.bits(model)
    #expect(throws: ModelError.notFinite(example: 0)) { try model.initializeOutputBias(toMeanOf: data) }
    #expect(try TrainingTests.bits(model) == before)
  }

  @Test func aFileSaysHowItBegan() throws {
    let path = FileManager.default.temporaryDirectory.appending(component: "\(UUID().uuidString).safetensors").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let model = try TrainingTests.model(.vae)
    try model.initializeOutputBias(toMeanOf: Examples.blobs(4))
    try model.save(to: path)
    let opened = try Model.open(path)
    #expect(model.configuration.outputBiasStartsAtMean)
    #expect(opened.configuration.outputBiasStartsAtMean)
    #expect(try TrainingTests.bits(opened) == TrainingTests.bits(model))
  }

  private static func decodedWithoutWeights(_ model: Model, _ name: String) throws -> [Float] {
    let shape = try #require(model.parameters.spec(named: name)).shape
    model.parameters.set(name, to: try Tensor(zeros: shape))
    return try model.decode(try Tensor(zeros: [1, model.latentDimensions])).elements(as: Float.self)
  }
}

extension Likelihood {
  fileprivate var isBounded: Bool { [.bernoulli, .continuousBernoulli, .logistic256].contains(self) }
}
