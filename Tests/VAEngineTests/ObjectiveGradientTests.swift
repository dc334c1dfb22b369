import Glibc
import Graphs
import Networks
import Tensors
import Testing
import VAEngine

/// Slopes of whole objectives in Double against their gradients: every family, likelihood, layer and activation.
@Suite struct ObjectiveGradientTests {
  /// Of a smooth place: kinks of relu and the like lie elsewhere.
  private func check(_ configuration: ModelConfiguration, rows: Int = 3) throws {
    let objective = ObjectiveGraph(configuration, rows: rows, training: true)
    let loss = try objective.terms().loss
    let graph = objective.graph
    let specs = objective.builder.specs.filter(\.trainable)
    let gradients = try graph.gradients(
      of: loss, withRespectTo: specs.map { spec throws(ShapeError) in try graph.parameter(spec.name, spec.shape) })
    var reference = Reference(leaves: [:], seed: 1)
    reference.leaves["x"] = (0..<rows * configuration.pixels).map {
      configuration.likelihood.support == .counts
        ? Double($0 * 7 % 5) : ((0.5 + 0.4 * sin(Double($0))) * 255).rounded() / 255
    }
    (reference.leaves["beta"], reference.leaves["capacity"], reference.leaves["examples"]) = ([3], [1], [50])
    for (word, value) in configuration.settings { reference.leaves[word] = [min(Double(value), 3)] }
    reference.leaves["labels"] = (0..<rows).flatMap { $0 % 2 == 0 ? [1.0, 0] : [0.0, 1] }
    for (index, spec) in objective.builder.specs.enumerated() {
      reference.leaves[spec.name] = (0..<spec.shape.count).map { 0.1 + 0.45 * sin(Double($0 * 7 + index) + 0.3) }
    }
    let analytic = reference.evaluate(gradients)
    for (spec, gradient) in zip(specs, analytic) {
      let direction = (0..<spec.shape.count).map { cos(Double($0 * 3)) }
      let values = reference.leaves[spec.name] ?? []
      let ends = [1e-5, -1e-5].map { h -> Double in
        var moved = reference
        moved.leaves[spec.name] = zip(values, direction).map { $0 + h * $1 }
        return moved.evaluate([loss])[0][0]
      }
      let slope = (ends[0] - ends[1]) / 2e-5
      let expected = zip(gradient, direction).reduce(0) { $0 + $1.0 * $1.1 }
      #expect(
        Swift.abs(slope - expected) < 2e-6 * max(1, Swift.abs(expected), Swift.abs(ends[0])),
        "\(spec.name): \(slope), the gradient says \(expected)")
    }
  }

  private func configuration(
    _ encoder: String, _ decoder: String, shape: Shape, family: Family = .vae, likelihood: Likelihood? = nil,
    activation: Activation = .tanh, freeBits: Float = 0, noise: Noise? = nil, bounds: ClosedRange<Float>? = nil
  ) throws -> ModelConfiguration {
    try ModelConfiguration(
      family: family,
      architecture: Architecture(
        name: "text", encoder: LayerText.parse(encoder), decoder: LayerText.parse(decoder), activation: activation,
        logVarianceBounds: bounds),
      exampleShape: shape, latentDimensions: 2, likelihood: likelihood, beta: .constant(3), capacity: .constant(1),
      freeBits: freeBits, importanceSamples: family == .importanceWeighted ? 3 : 1, noise: noise, classCount: 2)
  }

  static let likelihoods: [Likelihood] = [
    .bernoulli, .continuousBernoulli, .gaussian(sigma: 0.4), .gaussianLearned, .logistic256, .laplace, .studentT,
    .poisson(), .poisson(["library": 1]), .negativeBinomial(["library": 1]), .zeroInflatedNegativeBinomial(),
  ]

  /// All but that whose networks descend different functions (`ImportanceBoundTests`).
  static let families = Family.all.filter { $0 != .partiallyImportanceWeighted }

  @Test(arguments: families, likelihoods) func ofEveryFamilyUnderEveryLikelihood(
    _ family: Family, _ likelihood: Likelihood
  ) throws {
    try check(configuration("dense4", "dense4 dense6", shape: [6], family: family, likelihood: likelihood))
  }

  /// The objectives of families that a setting chooses.
  @Test func ofOtherEstimatesAndPenalties() throws {
    for (family, word, value) in [(Family.betaTC, "estimator", "mws"), (.regularized, "penalty", "gp")] {
      var made = try configuration(
        "dense4", "dense4 dense6", shape: [6], family: family, likelihood: family == .betaTC ? nil : .squaredError)
      try family.setting(word)?.set(.text(value), in: &made)
      try check(made)
    }
  }

  @Test(arguments: [
    (Family.vae, "mixture"), (.vae, "vamp"), (.conditional, "mixture"), (.capacity, "vamp"), (.denoising, "mixture"),
    (.importanceWeighted, "vamp"), (.multiplyImportanceWeighted, "mixture"), (.combinationImportanceWeighted, "vamp"),
  ]) func ofOtherPriors(_ family: Family, _ prior: String) throws {
    var made = try configuration("dense4", "dense4 dense6", shape: [6], family: family)
    try family.setting("prior")?.set(.text(prior), in: &made)
    try family.setting("components")?.set(.integer(4), in: &made)
    try check(made)
  }

  @Test func ofAPlainAutoencodersSquaredError() throws {
    try check(configuration("dense4", "dense4 dense6", shape: [6], family: .autoencoder, likelihood: .squaredError))
  }

  @Test(arguments: Activation.allCases) func ofEveryActivation(_ activation: Activation) throws {
    try check(configuration("dense5", "dense5 dense6", shape: [6], activation: activation))
  }

  @Test(arguments: [
    ("conv3k3s2 batchnorm res3 dense4", "dense8 reshape2x2x2 convt2k3s2 convt1k3"),
    ("conv4k3 groupnorm2 maxpool2 dense4", "dense8 layernorm dense16"),
    ("conv2k3p1 avgpool2 layernorm dropout0.3", "gated6 dropout0.2 dense16"),
    ("gated5 gated4", "gated5 dense16"), ("", "dense16"),
  ]) func ofEveryLayer(_ encoder: String, _ decoder: String) throws {
    try check(configuration(encoder, decoder, shape: [1, 4, 4]))
  }

  @Test func ofFreeBitsNoiseAndABoundedLogVariance() throws {
    try check(configuration("dense4", "dense6", shape: [6], freeBits: 0.2))
    try check(configuration("dense4", "dense6", shape: [6], bounds: -0.2...0.1))
    for noise in [Noise.gaussian(0.3), .mask(0.4), .saltAndPepper(0.4)] {
      try check(configuration("dense4", "dense6", shape: [6], family: .denoising, noise: noise))
    }
  }
}
