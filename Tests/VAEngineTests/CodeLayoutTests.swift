import Glibc
import Graphs
import Networks
import Tensors
import Testing
import VAEngine

/// Codes that are grids or levels: rows of numbers outside the networks, in their shapes inside.
@Suite struct CodeLayoutTests {
  private static func family(_ word: String, _ posterior: Posterior, labels: Family.Requirements.Labels = .none)
    -> Family
  {
    Family(
      word, summary: "VAE with other codes", source: "none", settings: Setting.klWeight(1),
      requires: .init(labels: labels), posterior: posterior
    ) { graph in
      let (q, target) = try graph.encoded()
      return try graph.evidence(q, target)
    }
  }

  /// A vector of 3 and a grid of the encoder's places: the decoder gets the grid, the vector added to every place.
  private static let twoLevels = Posterior(
    name: "two levels", isRandom: true,
    layout: { _ in CodeLayout([.init("top", [3]), .init("bottom", [2, 4, 4])]) },
    merge: { levels, builder throws(ShapeError) in
      let style = try Posterior.dense("style", levels[0], builder, 2)
      return try levels[1] + style.reshaped([style.shape[0], 2, 1, 1])
    }
  ) { features, builder, _ throws(ShapeError) in
    let (flat, grid) = (try features.vector(), try features.grid())
    return DiagonalGaussian(
      mean: try concat(
        [Posterior.dense("top.mean", flat, builder, 3), Posterior.convolution("mean", grid, builder, 2).flattened()],
        axis: 1),
      logVariance: try concat(
        [
          Posterior.dense("top.logVariance", flat, builder, 3),
          Posterior.convolution("logVariance", grid, builder, 2).flattened(),
        ], axis: 1))
  }

  private static let images: [Float] = (0..<12 * 64).map { ($0 * 29) % 7 < 3 ? 1 : 0 }

  private func source(labels: [Int]? = nil) throws -> TensorSource {
    TensorSource(try Tensor(Self.images, shape: [12, 1, 8, 8]), labels: labels, classCount: labels == nil ? nil : 3)
  }

  private func model(_ family: Family, classes: Int? = nil) throws -> Model {
    let architecture = Architecture(
      name: "text", encoder: try LayerText.parse("conv4k3s2"), decoder: try LayerText.parse("convt4k3s2 conv1k3"),
      activation: .relu)
    return try Model(
      ModelConfiguration(
        family: family, architecture: architecture, exampleShape: [1, 8, 8], latentDimensions: 5,
        classCount: classes, seed: 7), options: CompilerOptions(threads: 1))
  }

  @Test func aGridHasACodeForEveryPlace() throws {
    let model = try model(Self.family("grid", .gaussianGrid))
    #expect(model.codeLayout == CodeLayout([.init("z", [5, 4, 4])]))
    #expect(model.latentDimensions == 80)
    #expect(model.parameters.spec(named: "encoder.mean.weight")?.shape == [5, 4, 1, 1])
    let head = try #require(try model.summary().layers.first { $0.name == "encoder.mean" })
    #expect(head.text == "conv5k1" && head.shape == [5, 4, 4] && head.parameters == 4 * 5 + 5)
    try checkTraining(model, source())
  }

  @Test func labelsOfAGridArePlanes() throws {
    let model = try model(Self.family("labelled grid", .gaussianGrid, labels: .required), classes: 3)
    #expect(model.parameters.spec(named: "encoder.mean.weight")?.shape == [5, 4 + 3, 1, 1])
    #expect(model.parameters.spec(named: "decoder.1.weight")?.shape.dimensions.first == 5 + 3)
    try checkTraining(model, source(labels: (0..<12).map { $0 % 3 }), labels: (0..<12).map { $0 % 3 })
  }

  @Test func levelsLieOneAfterAnother() throws {
    let model = try model(Self.family("levels", Self.twoLevels))
    #expect(model.latentDimensions == 3 + 32)
    #expect(model.parameters.spec(named: "decoder.style.weight")?.shape == [3, 2])
    try checkTraining(model, source())
    // The first three numbers are the vector, which reaches every pixel; the last is one place of the grid.
    func image(_ element: Int) throws -> [Float] {
      var z = [Float](repeating: 0, count: 35)
      z[element] = 2
      return try model.decode(Tensor(z, shape: [1, 35])).elements(as: Float.self)
    }
    let nothing = try model.decode(Tensor(zeros: [1, 35])).elements(as: Float.self)
    func changed(_ element: Int) throws -> [Int] {
      let moved = try image(element)
      return moved.indices.filter { moved[$0] != nothing[$0] }
    }
    #expect(try changed(0).count > 40)
    let corner = try changed(34)
    #expect(
      !corner.isEmpty && corner.allSatisfy { $0 / 8 >= 3 && $0 % 8 >= 3 }, "the place at the lower right: \(corner)")
  }

  @Test func aGridNeedsImages() throws {
    let architecture = Architecture(
      name: "text", encoder: try LayerText.parse("dense6"), decoder: try LayerText.parse("dense4"), activation: .relu)
    let error = #expect(throws: ShapeError.self) {
      try Model(
        ModelConfiguration(
          family: Self.family("grid", .gaussianGrid), architecture: architecture, exampleShape: [4],
          latentDimensions: 2))
    }
    #expect(error?.reason.contains("leave out its last dense layers") == true)
  }

  /// Training lowers the loss; the reported KL is the closed form of what `encode` returns, summed over the whole code;
  /// importance sampling accepts the codes.
  private func checkTraining(_ model: Model, _ source: TensorSource, labels: [Int]? = nil) throws {
    let first = try model.evaluate(source)
    let codes = try model.encode(source)
    #expect(codes.mean.shape == [12, model.latentDimensions])
    let kl = zip(codes.mean.elements(as: Float.self), codes.logVariance.elements(as: Float.self)).reduce(0.0) {
      let (m, s) = (Double($1.0), Double($1.1))
      return $0 + 0.5 * (m * m + exp(s) - 1 - s)
    }
    #expect(abs(first.kl.mean - kl / 12) < 1e-4 * max(1, kl / 12))
    #expect(try model.decode(codes.mean, labels: labels).shape == [12, 1, 8, 8])
    var plan = TrainingPlan(epochs: 60)
    (plan.batchSize, plan.learningRate) = (6, 1e-2)
    try Trainer(model, on: source, plan: plan).run()
    #expect(try model.evaluate(source).negativeElbo.mean < first.negativeElbo.mean - 3)
    #expect(try model.logLikelihood(source, samples: 20).negativeLogLikelihood.mean.isFinite)
  }
}
