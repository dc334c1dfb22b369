import Glibc
import Graphs
import Networks
import Tensors
import Testing
import VAEngine

/// Priors that are mixtures: densities, draws, measures and what is refused.
@Suite struct PriorTests {
  private func configuration(
    _ prior: String, components: Int, family: Family = .vae, encoder: String = "dense4",
    decoder: String = "dense4 dense6",
    likelihood: Likelihood? = nil
  ) throws -> ModelConfiguration {
    var configuration = try ModelConfiguration(
      family: family,
      architecture: Architecture(
        name: "text", encoder: LayerText.parse(encoder), decoder: LayerText.parse(decoder), activation: .tanh),
      exampleShape: [6], latentDimensions: 2, likelihood: likelihood, importanceSamples: 3, classCount: 2, seed: 3)
    try family.setting("prior")?.set(.text(prior), in: &configuration)
    try family.setting("components")?.set(.integer(components), in: &configuration)
    return configuration
  }

  private func source(_ count: Int) throws -> TensorSource {
    TensorSource(
      try Tensor((0..<count * 6).map { Float(0.5 + 0.4 * sin(Double($0))) }, shape: [count, 6]))
  }

  private func doubles(_ tensor: Tensor) -> [Double] { tensor.elements(as: Float.self).map(Double.init) }

  private static func logNormal(_ z: ArraySlice<Double>, _ m: ArraySlice<Double>, _ s: ArraySlice<Double>) -> Double {
    zip(z, zip(m, s)).reduce(0.0) { sum, v in
      sum - 0.5 * ((v.0 - v.1.0) * (v.0 - v.1.0) * exp(-v.1.1) + v.1.1 + log(2 * Double.pi))
    }
  }

  /// The rate of a measure against naive sums, for a mixture whose components are set and for pseudo-inputs that are encoded.
  @Test(arguments: ["mixture", "vamp"]) func theRateIsTheNaiveOne(_ prior: String) throws {
    let k = 4
    let model = try Model(configuration(prior, components: k))
    let data = try source(20)
    if prior == "mixture" {
      model.parameters.set(
        "prior.logVariance", to: try Tensor((0..<k * 2).map { Float($0) * 0.2 - 0.7 }, shape: [k, 2]))
    } else {
      let rows = [0, 5, 10, 15].flatMap { row in (0..<6).map { Float(0.5 + 0.4 * sin(Double(row * 6 + $0))) } }
      model.parameters.set("prior.inputs", to: try Tensor(rows, shape: [k, 6]))
    }
    var (m, s): ([Double], [Double])
    if prior == "mixture" {
      (m, s) = (
        doubles(try model.parameters.value("prior.mean")), doubles(try model.parameters.value("prior.logVariance"))
      )
    } else {
      // Pseudo-inputs begin at examples 0, 5, 10 and 15: the components are their posteriors.
      let codes = try model.encode(data)
      (m, s) = ([], [])
      for row in [0, 5, 10, 15] {
        m += doubles(codes.mean)[row * 2..<row * 2 + 2]
        s += doubles(codes.logVariance)[row * 2..<row * 2 + 2]
      }
    }
    let measured = try model.evaluate(data)
    #expect(measured.drawsRate == true)
    // One draw for each: the mean of many seeds is the KL, whose integral a fine grid gives.
    let codes = try model.encode(data)
    let (means, variances) = (doubles(codes.mean), doubles(codes.logVariance))
    var exact = 0.0
    for row in 0..<20 {
      let (mean, variance) = (means[row * 2..<row * 2 + 2], variances[row * 2..<row * 2 + 2])
      let steps = 80
      for a in 0..<steps {
        for b in 0..<steps {
          let e = [a, b].map { (Double($0) + 0.5) / Double(steps) * 12 - 6 }
          let z = (0..<2).map { means[row * 2 + $0] + exp(0.5 * variances[row * 2 + $0]) * e[$0] }
          let density = exp(-0.5 * (e[0] * e[0] + e[1] * e[1])) / (2 * Double.pi) * pow(12 / Double(steps), 2)
          let logs = (0..<k).map { Self.logNormal(z[...], m[$0 * 2..<$0 * 2 + 2], s[$0 * 2..<$0 * 2 + 2]) }
          let peak = logs.max() ?? 0
          let ofPrior = peak + log(logs.reduce(0) { $0 + exp($1 - peak) } / Double(k))
          exact += density * (Self.logNormal(z[...], mean, variance) - ofPrior) / 20
        }
      }
    }
    let terms = try model.exampleTerms(data, draws: 400)
    let mean = terms.kl.reduce(0, +) / 20
    #expect(Swift.abs(mean - exact) < 0.03, "\(mean) by 8000 draws, \(exact) by a grid")
    #expect(Swift.abs(measured.negativeElbo.mean - measured.reconstruction.mean - measured.kl.mean) < 1e-9)
  }

  /// Components that are all N(0, I) make the model that has that prior: its nll, and its rate but for the noise of draws.
  @Test func aMixtureOfTheSameIsTheStandardPrior() throws {
    let mixed = try Model(configuration("mixture", components: 7))
    let plain = try Model(configuration("standard", components: 500))
    #expect(plain.configuration.settings.isEmpty)
    for spec in plain.parameters.specs { plain.parameters.set(spec.name, to: try mixed.parameters.value(spec.name)) }
    mixed.parameters.set("prior.mean", to: try Tensor(zeros: [7, 2]))
    let data = try source(10)
    let (a, b) = (try mixed.logLikelihood(data, samples: 60), try plain.logLikelihood(data, samples: 60))
    #expect(Swift.abs(a.negativeLogLikelihood.mean - b.negativeLogLikelihood.mean) < 1e-5)
    #expect(
      try mixed.prior(count: 5, seed: 2).elements(as: Float.self)
        == plain.prior(count: 5, seed: 2).elements(as: Float.self))
    let drawn = try mixed.exampleTerms(data, draws: 2000).kl.reduce(0, +)
    let exact = try plain.exampleTerms(data).kl.reduce(0, +)
    #expect(Swift.abs(drawn - exact) < 0.05 * Swift.max(1, exact), "\(drawn), \(exact)")
  }

  /// Every component as often, within five standard errors: not the first of them.
  @Test func samplesAreOfAllComponentsAlike() throws {
    let k = 5
    let model = try Model(configuration("mixture", components: k))
    model.parameters.set("prior.mean", to: try Tensor((0..<k).flatMap { [Float($0) * 10, -7] }, shape: [k, 2]))
    model.parameters.set("prior.logVariance", to: try Tensor([Float](repeating: -2, count: 2 * k), shape: [k, 2]))
    let n = 5000
    let draws = doubles(try model.prior(count: n, seed: 9))
    var counts = [Double](repeating: 0, count: k)
    var squares = 0.0
    for row in 0..<n {
      let nearest = Int((draws[row * 2] / 10).rounded())
      counts[nearest] += 1
      squares += pow(draws[row * 2] - Double(nearest) * 10, 2)
    }
    let error = (Double(n) * 0.2 * 0.8).squareRoot()
    #expect(counts.allSatisfy { Swift.abs($0 - Double(n) / 5) < 5 * error }, "\(counts)")
    #expect(Swift.abs(squares / Double(n) / exp(-2) - 1) < 0.1)
  }

  @Test func whatThePriorCannotBeOfIsRefused() throws {
    let few = try Model(configuration("vamp", components: 30))
    #expect(throws: ModelError.fewerExamplesThanComponents(20, 30)) {
      try Trainer(few, on: source(20), plan: TrainingPlan(epochs: 1)).run()
    }
    #expect(few.training.step == 0)
    #expect(
      Family.conditional.objection(try configuration("vamp", components: 5, family: .conditional))?.word == "prior")
    #expect(Family.conditional.objection(try configuration("mixture", components: 5, family: .conditional)) == nil)
    #expect(Family.vae.objection(try configuration("standard", components: 5))?.word == "components")
    var free = try configuration("mixture", components: 5)
    free.freeBits = 0.5
    #expect(Family.vae.objection(free)?.word == "freebits")
    let split = try Model(configuration("mixture", components: 5))
    #expect(throws: ModelError.onlyStandardPrior("mixture")) { _ = try split.elboSplit(source(10)) }
  }

  /// By way of a file: the same bits, and the components learn.
  @Test(arguments: ["mixture", "vamp"], [Family.vae, .importanceWeighted]) func resumedTrainingsAreTheSameBits(
    _ prior: String, _ family: Family
  ) throws {
    let path = "/tmp/elbo-prior-\(getpid())-\(prior)-\(family).safetensors"
    defer { unlink(path) }
    let data = try source(40)
    func train(_ model: Model, _ epochs: Int) throws {
      var plan = TrainingPlan(epochs: epochs)
      plan.batchSize = 16
      try Trainer(model, on: data, plan: plan).run()
    }
    let whole = try Model(configuration(prior, components: 6, family: family))
    let first = try Model(configuration(prior, components: 6, family: family))
    let name = prior == "vamp" ? "prior.inputs" : "prior.mean"
    let before = try whole.parameters.value(name).elements(as: Float.self)
    try train(whole, 2)
    try train(first, 1)
    try first.save(to: path)
    let second = try Model.open(path, options: first.options)
    #expect(second.configuration == first.configuration)
    try train(second, 2)
    #expect(try TrainingTests.bits(whole) == TrainingTests.bits(second))
    #expect(try whole.parameters.value(name).elements(as: Float.self) != before)
  }
}
