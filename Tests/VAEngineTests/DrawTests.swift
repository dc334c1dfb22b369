import Glibc
import Networks
import Tensors
import Testing
import VAEngine

/// Draws of p(x | z), and what they and the means say of a model that is known to be right.
@Suite struct DrawTests {
  /// A decoder that answers `outputs` to every z.
  private func constant(_ likelihood: Likelihood, _ outputs: [Float]) throws -> Model {
    let model = try Model(
      ModelConfiguration(
        architecture: Architecture(name: "linear", encoder: [], decoder: LayerText.parse("dense1:none")),
        exampleShape: [1], latentDimensions: 1, likelihood: likelihood, seed: 1))
    model.parameters.set("decoder.1.weight", to: try Tensor(zeros: [1, outputs.count]))
    model.parameters.set("decoder.1.bias", to: try Tensor(outputs))
    return model
  }

  private func drawn(_ model: Model, _ n: Int, seed: UInt64 = 3) throws -> [Double] {
    try model.decode(Tensor(zeros: [n, 1]), as: .samples, seed: seed).elements(as: Float.self).map(Double.init)
  }

  /// mean + σ · ε with the same ε: at log σ² = log 9, three times as far from the mean as at 0.
  @Test func aDrawOfAPosteriorLiesItsDeviationTimesTheNoiseFromItsMean() throws {
    let model = try constant(.bernoulli, [0])
    func draws(mean: Float, logVariance: Float) throws -> [Float] {
      let codes = Codes(
        mean: try Tensor([Float](repeating: mean, count: 50), shape: [50, 1]),
        logVariance: try Tensor([Float](repeating: logVariance, count: 50), shape: [50, 1]))
      return try model.sample(codes, seed: 7).elements(as: Float.self)
    }
    let (noise, wide) = (try draws(mean: 0, logVariance: 0), try draws(mean: 5, logVariance: logf(9)))
    #expect(noise.contains { $0 > 0.5 } && noise.contains { $0 < -0.5 })
    #expect(zip(noise, wide).allSatisfy { Swift.abs($1 - (5 + 3 * $0)) < 1e-5 })
  }

  /// Mean and variance of 40,000 draws against the closed forms, within five standard errors.
  @Test func theyHaveTheMomentsOfTheirLikelihood() throws {
    // E and Var of a continuous Bernoulli of logit l: 1/(1 − e^−l) − 1/l and 1/l² − 1/(4 sinh²(l/2)).
    func continuous(_ l: Double) -> (Double, Double) {
      (1 / (1 - exp(-l)) - 1 / l, 1 / (l * l) - 1 / (4 * sinh(l / 2) * sinh(l / 2)))
    }
    let p = 1 / (1 + exp(0.8))
    let cases: [(Likelihood, [Float], (Double, Double))] = [
      (.bernoulli, [-0.8], (p, p * (1 - p))), (.continuousBernoulli, [3], continuous(3)),
      (.continuousBernoulli, [-30], continuous(-30)), (.continuousBernoulli, [0], (0.5, 1.0 / 12)),
      (.gaussian(sigma: 0.5), [1.5], (1.5, 0.25)),
    ]
    let n = 40_000
    for (likelihood, outputs, (mean, variance)) in cases {
      let values = try drawn(try constant(likelihood, outputs), n)
      let average = values.reduce(0, +) / Double(n)
      let spread = values.reduce(0) { $0 + ($1 - average) * ($1 - average) } / Double(n)
      let error = (variance / Double(n)).squareRoot()
      #expect(Swift.abs(average - mean) < 5 * error, "\(likelihood): \(average), \(mean)")
      #expect(Swift.abs(spread / variance - 1) < 0.05, "\(likelihood): \(spread), \(variance)")
      #expect(likelihood.isDensity || values.allSatisfy { $0 == 0 || $0 == 1 })
    }
    let counts: [(Likelihood, [Float], [String: Float], (Double, Double))] = [
      (.poisson(), [1.25], [:], (exp(1.25), exp(1.25))),
      (.negativeBinomial(), [2], ["logTheta": log(3)], (exp(2), exp(2) + exp(4) / 3)),
      (.negativeBinomial(), [2], ["logTheta": log(0.5)], (exp(2), exp(2) + exp(4) / 0.5)),
      (
        .zeroInflatedNegativeBinomial(), [2, 0], ["logTheta": log(3)],
        (exp(2) / 2, 0.5 * (exp(2) + exp(4) / 3) + 0.25 * exp(4))
      ),
      (.laplace, [1.5], ["logScale": log(0.7)], (1.5, 2 * 0.49)),
      (.studentT, [1.5], ["logScale": log(0.7), "logDegrees": log(9)], (1.5, 0.49 * 10 / 8)),
    ]
    for (likelihood, outputs, parameters, (mean, variance)) in counts {
      let model = try constant(likelihood, outputs)
      for (name, value) in parameters {
        let shape = model.parameters.spec(named: name)?.shape ?? []
        model.parameters.set(name, to: try Tensor([value], shape: shape))
      }
      let values = try drawn(model, n)
      let average = values.reduce(0, +) / Double(n)
      let spread = values.reduce(0) { $0 + ($1 - average) * ($1 - average) } / Double(n)
      #expect(Swift.abs(average - mean) < 5 * (variance / Double(n)).squareRoot(), "\(likelihood): \(average), \(mean)")
      #expect(Swift.abs(spread / variance - 1) < 0.1, "\(likelihood): \(spread), \(variance)")
      #expect(likelihood.isDensity || values.allSatisfy { $0 >= 0 && $0 == $0.rounded() })
    }
    let learned = try constant(.gaussianLearned, [0])
    learned.parameters.set("logSigma", to: try Tensor([Float(log(0.2))], shape: []))
    let deviation = (try drawn(learned, n).reduce(0) { $0 + $1 * $1 } / Double(n)).squareRoot()
    #expect(Swift.abs(deviation / 0.2 - 1) < 0.02)
    #expect(throws: ModelError.self) { try drawn(try constant(.squaredError, [0]), 1) }
  }

  /// How often each of the 256 bins is drawn is what the likelihood says of it.
  @Test func theLogisticIsDrawnBinByBin() throws {
    let model = try constant(.logistic256, [2.2, -3])
    let n = 40_000
    var counts = [Int](repeating: 0, count: 256)
    for value in try drawn(model, n) { counts[Int((value * 255).rounded())] += 1 }
    let bins = try Tensor((0..<256).map { Float($0) / 255 }, shape: [256, 1])
    let surprises = try model.exampleTerms(TensorSource(bins)).reconstruction
    let total = surprises.reduce(0.0) { $0 + exp(-$1) }
    #expect(Swift.abs(total - 1) < 1e-4)
    for (count, surprise) in zip(counts, surprises) {
      let wanted = Double(n) * exp(-surprise)
      let slack = 6 * wanted.squareRoot() + 6
      #expect(Swift.abs(Double(count) - wanted) < slack)
    }
  }

  /// x = Wz + σε as the data are: samples of it are more of the data, its means lie in a plane among them.
  @Test func samplesOfTheTrueModelAreLikeTheDataAndMeansAreNot() throws {
    let model = try Model(
      ModelConfiguration(
        architecture: Architecture(name: "linear", encoder: [], decoder: LayerText.parse("dense6:none")),
        exampleShape: [6], latentDimensions: 2, likelihood: .gaussian(sigma: 0.8), seed: 4))
    let weight = (0..<12).map { Float(sin(Double($0 * $0 + 1))) }
    model.parameters.set("decoder.1.weight", to: try Tensor(weight, shape: [2, 6]))
    model.parameters.set("decoder.1.bias", to: try Tensor(zeros: [6]))
    let stream = RandomStream(seed: 77, purpose: "data")
    let n = 400
    let values = (0..<n * 6).map { i -> Float in
      let (row, pixel) = (i / 6, i % 6)
      return (0..<2).reduce(0.8 * stream.normal(i)) {
        $0 + weight[$1 * 6 + pixel] * stream.normal(n * 6 + row * 2 + $1)
      }
    }
    let data = TensorSource(try Tensor(values, shape: [n, 6]))
    let samples = try model.sampleQuality(data, draws: .samples, seed: 5)
    let means = try model.sampleQuality(data, draws: .means, seed: 5)
    #expect(Swift.abs(samples.mmd.mean) < 3 * samples.mmd.standardError)
    #expect(means.mmd.mean > 3 * means.mmd.standardError)
    #expect(samples.recall.mean > 0.8 && samples.precision.mean > 0.8)
    #expect(means.recall.mean < 0.5)
  }
}
