import Glibc
import Graphs
import Networks
import Tensors
import Testing
import VAEngine

/// Likelihoods of counts, and those with heavy tails, against sums, integrals and formulas in Double.
@Suite struct CountLikelihoodTests {
  private static let counts = (0..<4000).map(Double.init)

  /// −log p of `x`, one element an example, by the exact values of the graph's ops.
  private func losses(
    _ likelihood: Likelihood, outputs: [Double], x: [Double], _ parameters: [String: [Double]] = [:]
  ) throws -> [Double] {
    let graph = Graph()
    let out = try graph.input("outputs", [x.count, outputs.count])
    let values = try likelihood.negativeLogLikelihood(out, graph.input("x", [x.count, 1]))
    var leaves = parameters
    (leaves["outputs"], leaves["x"]) = (x.flatMap { _ in outputs }, x)
    return Reference(leaves: leaves).evaluate([values])[0]
  }

  /// Sum, mean and variance of p(x) = e^−loss.
  private func moments(_ losses: [Double], _ x: [Double], weight: Double = 1) -> (Double, Double, Double) {
    let p = losses.map { exp(-$0) * weight }
    let sum = p.reduce(0, +)
    let mean = zip(p, x).reduce(0) { $0 + $1.0 * $1.1 }
    return (sum, mean, zip(p, x).reduce(0) { $0 + $1.0 * ($1.1 - mean) * ($1.1 - mean) })
  }

  @Test(arguments: [-3.0, 0, 1.5, 4]) func aPoissonSumsToOneWithItsMeanAsVariance(_ o: Double) throws {
    let (sum, mean, variance) = moments(try losses(.poisson(), outputs: [o], x: Self.counts), Self.counts)
    #expect(abs(sum - 1) < 1e-9 && abs(mean / exp(o) - 1) < 1e-6 && abs(variance / exp(o) - 1) < 1e-6)
  }

  @Test(arguments: [-2.0, 1.9, 4], [0.4, 2.0, 50]) func aNegativeBinomialHasTheVarianceOfItsDispersion(
    _ o: Double, _ theta: Double
  ) throws {
    let found = try losses(.negativeBinomial(), outputs: [o], x: Self.counts, ["logTheta": [log(theta)]])
    let (sum, mean, variance) = moments(found, Self.counts)
    let mu = exp(o)
    #expect(abs(sum - 1) < 1e-8 && abs(mean / mu - 1) < 1e-6)
    #expect(abs(variance / (mu + mu * mu / theta) - 1) < 1e-4, "\(variance)")
  }

  @Test(arguments: [-30.0, -1, 0, 2]) func aZeroInflatedOneSumsToOneAndIsNBWithoutDropout(_ dropout: Double) throws {
    let parameters = ["logTheta": [log(1.7)]]
    let found = try losses(
      .zeroInflatedNegativeBinomial(), outputs: [1.2, dropout], x: Self.counts, parameters)
    let plain = try losses(.negativeBinomial(), outputs: [1.2], x: Self.counts, parameters)
    let share = 1 / (1 + exp(-dropout))
    #expect(abs(moments(found, Self.counts).0 - 1) < 1e-8)
    for x in [0, 1, 7] {
      let wanted = (x == 0 ? share : 0) + (1 - share) * exp(-plain[x])
      #expect(abs(exp(-found[x]) - wanted) < 1e-9, "p(\(x))")
    }
    if dropout == -30 { #expect(zip(found, plain).prefix(100).allSatisfy { abs($0 - $1) < 1e-9 }) }
  }

  /// With a total the outputs are shares of it: whatever is added to all of them.
  @Test func librarySizesAreTheExamplesTotals() throws {
    let graph = Graph()
    let likelihood = Likelihood.poisson(["library": 1])
    let out = try graph.input("outputs", [2, 3])
    let loss = try likelihood.negativeLogLikelihood(out, graph.input("x", [2, 3]))
    let o = [0.5, -1, 2, 3.5, 2, 5]
    let x: [Double] = [4, 0, 6, 2, 1, 17]
    let found = Reference(leaves: ["outputs": o, "x": x]).evaluate([loss])[0]
    let total = exp(0.5) + exp(-1) + exp(2)
    for (row, size) in [10.0, 20].enumerated() {
      let wanted = (0..<3).reduce(0.0) { sum, j in
        let mu = size * exp(o[j]) / total
        let k = x[row * 3 + j]
        return sum + mu - k * log(mu) + lgamma(k + 1)
      }
      #expect(abs(found[row] - wanted) < 1e-9)
    }
  }

  /// In float32, as a program computes it, against Double: at θ = 10⁶ the difference of two log Γ is 0.08 nats off.
  @Test func largeDispersionsLoseNoDigits() throws {
    for theta in [100.0, 1e4, 1e6, 1e8] {
      for (x, mu) in [(0.0, 3.0), (5, 3), (40, 36), (300, 310)] {
        let graph = Graph()
        let out = try graph.input("outputs", [1, 1])
        let loss = try Likelihood.negativeBinomial().negativeLogLikelihood(out, graph.input("x", [1, 1]))
        let store = try ParameterStore([ParameterSpec(name: "logTheta", shape: [1])])
        store.set("logTheta", to: try Tensor([Float(log(theta))]))
        let program = try Program(graph, outputs: [("loss", loss)], parameters: store)
        (program.input("outputs")[0], program.input("x")[0]) = (Float(log(mu)), Float(x))
        program.run()
        // The rising factorial as a sum of logarithms.
        let (t, m) = (exp(Double(Float(log(theta)))), exp(Double(Float(log(mu)))))
        let rising = (0..<Int(x)).reduce(0.0) { $0 + log1p(Double($1) / t) }
        let wanted = lgamma(x + 1) - rising + (t + x) * log1p(m / t) - x * log(m)
        #expect(abs(Double(program.output("loss")[0]) - wanted) < 3e-6 * (x * log(t) + 30), "θ \(theta), x \(x)")
      }
    }
  }

  @Test(arguments: [-1.0, 0.4]) func heavyTailsIntegrateToOne(_ logScale: Double) throws {
    // x = sinh u reaches far.
    let u = (0..<40_000).map { (Double($0) + 0.5) / 40_000 * 40 - 20 }
    let x = u.map { 0.7 + exp(logScale) * sinh($0) }
    func integral(_ losses: [Double]) -> Double {
      zip(losses, u).reduce(0) { $0 + exp(-$1.0) * exp(logScale) * cosh($1.1) * 1e-3 }
    }
    let laplace: [Double] = try losses(.laplace, outputs: [0.7], x: x, ["logScale": [logScale]])
    #expect(abs(integral(laplace) - 1) < 1e-5)
    #expect(abs(laplace[25_000] - (abs(x[25_000] - 0.7) / exp(logScale) + log(2) + logScale)) < 1e-7)
    for degrees in [1.5, 5, 200] {
      let t = try losses(
        .studentT, outputs: [0.7], x: x, ["logScale": [logScale], "logDegrees": [log(degrees - 1)]])
      #expect(abs(integral(t) - 1) < 1e-4, "ν = \(degrees)")
      let z = (x[22_000] - 0.7) / exp(logScale)
      let constant: Double = lgamma(degrees / 2) - lgamma((degrees + 1) / 2) + 0.5 * log(degrees * Double.pi)
      let tail: Double = (degrees + 1) / 2 * log1p(z * z / degrees)
      let wanted: Double = constant + logScale + tail
      #expect(abs(t[22_000] - wanted) < 1e-6)
    }
  }

  /// Initial values are those of the data: dispersion by moments, the mean total, scales.
  @Test func parametersBeginAtTheData() throws {
    func model(_ likelihood: Likelihood) throws -> Model {
      let decoder = "dense\(2)"
      return try Model(
        ModelConfiguration(
          architecture: Architecture(
            name: "mlp", encoder: LayerText.parse("dense4"), decoder: LayerText.parse(decoder)),
          exampleShape: [2], latentDimensions: 1, likelihood: likelihood, seed: 1))
    }
    // Means 4 and 10, variances 16 and 4.
    let source = TensorSource(try Tensor([Float(0), 8, 8, 12, 0, 12, 8, 8], shape: [4, 2]))
    let counts = try model(.negativeBinomial(["library": 1]))
    try counts.initializeLikelihood(from: source)
    func value(_ model: Model, _ name: String) throws -> [Double] {
      try model.parameters.value(name).elements(as: Float.self).map { Double($0) }
    }
    let theta = try value(counts, "logTheta")
    #expect(abs(theta[0] - log(16.0 / 12)) < 1e-5)
    #expect(abs(theta[1] - log(1000.0)) < 1e-4)
    let total = try value(counts, "logTotal")[0]
    #expect(abs(total - log(14.0)) < 1e-5)
    // Without an example what is decoded has that total.
    let decoded = try counts.decode(Tensor(zeros: [1, 1])).elements(as: Float.self)
    #expect(abs(decoded[0] + decoded[1] - 14) < 1e-3)
    let laplace = try model(.laplace)
    try laplace.initializeLikelihood(from: source)
    let logScale = try value(laplace, "logScale")[0]
    #expect(abs(logScale - 0.5 * log(5.0)) < 1e-5)
  }

  @Test func theEncoderSeesLogarithmsUnlessToldNotTo() throws {
    func model(_ likelihood: Likelihood) throws -> Model {
      try Model(
        ModelConfiguration(
          architecture: Architecture(name: "linear", encoder: [], decoder: LayerText.parse("dense2")),
          exampleShape: [2], latentDimensions: 1, likelihood: likelihood, seed: 1))
    }
    let source = TensorSource(try Tensor([Float(3), 7], shape: [1, 2]))
    for (value, wanted) in [(Float(1), log(4.0) + 2 * log(8.0)), (0, 17)] {
      let model = try model(.poisson(["log1p": value]))
      model.parameters.set("encoder.mean.weight", to: try Tensor([Float(1), 2], shape: [2, 1]))
      model.parameters.set("encoder.mean.bias", to: try Tensor([Float(0)]))
      #expect(abs(Double(try model.encode(source).mean.elements(as: Float.self)[0]) - wanted) < 1e-5)
    }
  }

  @Test func valuesThatAreNoCountsAreNamed() throws {
    let model = try TrainingTests.model(.vae, likelihood: .negativeBinomial(), preset: .mlp)
    for (value, at) in [(Float(-1), 2), (0.5, 1)] {
      var x = [Float](repeating: 3, count: 3 * 144)
      x[at * 144 + 5] = value
      let source = TensorSource(try Tensor(x, shape: [3, 1, 12, 12]))
      let error = #expect(throws: ModelError.self) { _ = try model.checkValues(source) }
      #expect(error?.description == "example \(at) contains \(value), and likelihood=nb is of counts 0, 1, 2, …")
    }
    #expect(
      try model.checkValues(TensorSource(Tensor([Float](repeating: 3, count: 144), shape: [1, 1, 12, 12]))).isEmpty)
  }

  @Test(arguments: [
    Likelihood.negativeBinomial(["library": 1, "log1p": 0]), .poisson(), .zeroInflatedNegativeBinomial(["library": 1]),
    .studentT, .gaussian(sigma: 0.25),
  ]) func filesKeepOptions(_ likelihood: Likelihood) throws {
    let path = "/tmp/elbo-likelihood-\(getpid())-\(likelihood.name).safetensors"
    defer { unlink(path) }
    let model = try TrainingTests.model(.vae, likelihood: likelihood, preset: .mlp)
    try model.save(to: path)
    let again = try Model.open(path)
    #expect(again.configuration == model.configuration && again.configuration.likelihood.values == likelihood.values)
  }

  /// Twice one epoch, by way of a file, is two epochs to the bit, with the parameters of the likelihood.
  @Test(arguments: [
    Likelihood.poisson(["library": 1]), .negativeBinomial(), .zeroInflatedNegativeBinomial(["library": 1]), .laplace,
    .studentT,
  ]) func resumedTrainingsAreTheSameBits(_ likelihood: Likelihood) throws {
    let path = "/tmp/elbo-counts-\(getpid())-\(likelihood.name).safetensors"
    defer { unlink(path) }
    let x: [Float] = (0..<40 * 144).map { index in
      let count: Int = (index * 7919) % 13 * (index / 144 % 3)
      return Float(count)
    }
    let source = TensorSource(try Tensor(x, shape: [40, 1, 12, 12]))
    func train(_ model: Model, _ epochs: Int) throws {
      var plan = TrainingPlan(epochs: epochs)
      plan.batchSize = 16
      try Trainer(model, on: source, plan: plan).run()
    }
    let whole = try TrainingTests.model(.vae, likelihood: likelihood, preset: .mlp)
    let first = try TrainingTests.model(.vae, likelihood: likelihood, preset: .mlp)
    try train(whole, 2)
    try train(first, 1)
    try first.save(to: path)
    let second = try Model.open(path, options: first.options)
    try train(second, 2)
    #expect(try TrainingTests.bits(whole) == TrainingTests.bits(second))
    #expect(whole.parameters.firstNonFinite() == nil)
  }

  /// Counts simulated from known dispersions: θ and the means are found again.
  @Test func knownDispersionsAreRecovered() throws {
    let n = 4000
    let (means, thetas): ([Double], [Double]) = ([2, 20, 8], [0.7, 3, 12])
    let decoder = try Model(
      ModelConfiguration(
        architecture: Architecture(name: "linear", encoder: [], decoder: LayerText.parse("dense3:none")),
        exampleShape: [3], latentDimensions: 1, likelihood: .negativeBinomial(), seed: 2))
    decoder.parameters.set("decoder.1.weight", to: try Tensor(zeros: [1, 3]))
    decoder.parameters.set("decoder.1.bias", to: try Tensor(means.map { Float(log($0)) }))
    decoder.parameters.set("logTheta", to: try Tensor(thetas.map { Float(log($0)) }))
    let drawn = try decoder.decode(Tensor(zeros: [n, 1]), as: .samples, seed: 5)
    let model = try Model(decoder.configuration)
    var plan = TrainingPlan(epochs: 60)
    (plan.batchSize, plan.learningRate) = (500, 0.02)
    try Trainer(model, on: TensorSource(drawn), plan: plan).run()
    let found = try model.parameters.value("logTheta").elements(as: Float.self).map { exp(Double($0)) }
    let mean = try model.decode(Tensor(zeros: [1, 1])).elements(as: Float.self).map(Double.init)
    // Five standard errors of θ by its Fisher information, about θ·√(2/n)·(1 + θ/μ), and of a mean.
    for j in 0..<3 {
      let ofTheta = 5 * thetas[j] * (2 / Double(n)).squareRoot() * (1 + thetas[j] / means[j])
      #expect(abs(found[j] - thetas[j]) < ofTheta, "θ \(found[j]), drawn with \(thetas[j])")
      let deviation = ((means[j] + means[j] * means[j] / thetas[j]) / Double(n)).squareRoot()
      #expect(abs(mean[j] - means[j]) < 5 * deviation + 0.02 * means[j], "mean \(mean[j]), drawn with \(means[j])")
    }
  }
}
