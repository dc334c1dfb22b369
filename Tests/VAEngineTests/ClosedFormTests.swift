import Glibc
import Graphs
import Networks
import Tensors
import Testing
import VAEngine

/// Against what can be known exactly.
@Suite struct ClosedFormTests {
  /// x = Wz + b + σε with z of two dimensions, x of five; the encoder is linear too.
  private func linearModel(_ likelihood: Likelihood) throws -> Model {
    try Model(
      ModelConfiguration(
        architecture: Architecture(name: "linear", encoder: [], decoder: LayerText.parse("dense5:none")),
        exampleShape: [5], latentDimensions: 2, likelihood: likelihood, seed: 4))
  }

  /// −log N(x; b, WWᵀ + σ²I) by Cholesky's factor.
  private func exact(_ x: [Double], weight: [Double], bias: [Double], variance: Double) -> Double {
    let n = x.count
    var l = [[Double]](repeating: [Double](repeating: 0, count: n), count: n)
    var y = [Double](repeating: 0, count: n)
    var result = 0.5 * Double(n) * log(2 * Double.pi)
    for i in 0..<n {
      for j in 0...i {
        var sum = (0..<2).reduce(i == j ? variance : 0) { $0 + weight[$1 * n + i] * weight[$1 * n + j] }
        for k in 0..<j { sum -= l[i][k] * l[j][k] }
        l[i][j] = i == j ? sum.squareRoot() : sum / l[j][j]
      }
      y[i] = ((0..<i).reduce(x[i] - bias[i]) { $0 - l[i][$1] * y[$1] }) / l[i][i]
      result += log(l[i][i]) + 0.5 * y[i] * y[i]
    }
    return result
  }

  /// With orthogonal columns in W the true posterior is diagonal: variance 1 / (1 + |w|²/σ²), mean variance · w·(x − b)/σ².
  /// As q it makes every importance weight p(x); a q twice as wide needs many samples.
  @Test func importanceSamplingMeetsTheExactLikelihoodOfALinearGaussianModel() throws {
    let model = try linearModel(.gaussian(sigma: 0.7))
    let variance = Double(Float(0.7) * 0.7)
    let weight: [Float] = [0.8, 0, -0.6, 0, 0.5, 0, 1.2, 0, 0.4, 0]
    let bias: [Float] = [0.1, -0.2, 0.3, 0, 0.2]
    let posterior = (0..<2).map { j in
      1 / (1 + weight[j * 5..<j * 5 + 5].reduce(0) { $0 + Double($1) * Double($1) } / variance)
    }
    let gain = (0..<10).map { Float(posterior[$0 % 2] * Double(weight[$0 % 2 * 5 + $0 / 2]) / variance) }
    let shift = (0..<2).map { j in -(0..<5).reduce(Float(0)) { $0 + gain[$1 * 2 + j] * bias[$1] } }
    model.parameters.set("decoder.1.weight", to: try Tensor(weight, shape: [2, 5]))
    model.parameters.set("decoder.1.bias", to: try Tensor(bias))
    model.parameters.set("encoder.mean.weight", to: try Tensor(gain, shape: [5, 2]))
    model.parameters.set("encoder.mean.bias", to: try Tensor(shift))
    model.parameters.set("encoder.logVariance.weight", to: try Tensor(zeros: [5, 2]))
    let x: [Float] = (0..<8 * 5).map { Float(sin(Double($0) * 1.7)) }
    let data = TensorSource(try Tensor(x, shape: [8, 5]))
    let expected =
      (0..<8).reduce(0.0) {
        $0
          + exact(
            x[$1 * 5..<$1 * 5 + 5].map(Double.init), weight: weight.map(Double.init), bias: bias.map(Double.init),
            variance: variance)
      } / 8
    for (width, samples, tolerance) in [(1.0, 1, 1e-4), (2.0, 5000, 0.01)] {
      let logVariance = posterior.map { Float(log($0 * width)) }
      model.parameters.set("encoder.logVariance.bias", to: try Tensor(logVariance))
      let measured = try model.logLikelihood(data, samples: samples)
      #expect(Swift.abs(measured.negativeLogLikelihood.mean - expected) < tolerance)
      #expect(measured.convergence.last?.samples == samples)
    }
  }

  /// Lucas et al. 2019: a linear VAE's best ELBO is the likelihood of probabilistic PCA (Tipping & Bishop 1999):
  /// `−½ (D log 2π + Σ log λ_i + (D − q) log σ² + D)`, σ² the mean of the left-out eigenvalues.
  @Test func aLinearVAETrainsToTheOptimumOfProbabilisticPCA() throws {
    // Columns of a Hadamard matrix, scaled: their covariance is exactly diagonal.
    let scales: [Float] = [2, 1.414_213_6, 0.707_106_8, 0.707_106_8, 0.707_106_8]
    var x: [Float] = []
    for row in 0..<64 {
      for column in 0..<5 { x.append(scales[column] * ((row & (column + 1)).nonzeroBitCount % 2 == 0 ? 1 : -1)) }
    }
    let data = TensorSource(try Tensor(x, shape: [64, 5]))
    let model = try linearModel(.gaussianLearned)
    var plan = TrainingPlan(epochs: 1500)
    (plan.batchSize, plan.learningRate) = (64, 0.02)
    plan.learningRateSchedule = .cosine(epochs: 1500, floor: 0.001)
    try Trainer(model, on: data, plan: plan).run()
    let best = 0.5 * (5 * log(2 * Double.pi) + log(4.0) + log(2.0) + 3 * log(0.5) + 5)
    let measured = try model.anomalyScores(data, draws: 400).reduce(0, +) / 64
    #expect(measured > best - 0.03 && measured < best + 0.03, "\(measured), the optimum is \(best)")
  }

  @Test func theKLOfAGaussianIsItsIntegral() throws {
    let model = try linearModel(.gaussian(sigma: 1))
    let (mean, logVariance): ([Float], [Float]) = ([0.8, -1.5], [-1.2, 0.001])
    for name in ["encoder.mean.weight", "encoder.logVariance.weight"] {
      model.parameters.set(name, to: try Tensor(zeros: [5, 2]))
    }
    model.parameters.set("encoder.mean.bias", to: try Tensor(mean))
    model.parameters.set("encoder.logVariance.bias", to: try Tensor(logVariance))
    let measured = try model.evaluate(TensorSource(Tensor([Float](repeating: 0, count: 5), shape: [1, 5])))
    for d in 0..<2 {
      let (m, s) = (Double(mean[d]), exp(0.5 * Double(logVariance[d])))
      let step = 24 * s / 20_000
      let integral = (0...20_000).reduce(0.0) { sum, i in
        let z = m - 12 * s + Double(i) * step
        let e = (z - m) / s
        let density = exp(-0.5 * e * e) / (s * (2 * Double.pi).squareRoot())
        return sum + density * (0.5 * z * z - 0.5 * e * e - log(s)) * step
      }
      #expect(Swift.abs(measured.klPerDimension[d] - integral) < 1e-6)
    }
  }

  /// Σ or ∫ of exp(−nll) over all x, for one pixel.
  private func total(
    _ likelihood: Likelihood, outputs: [Double], x: [Double], weight: Double, logSigma: Double = 0
  ) throws -> Double {
    let graph = Graph()
    let out = try graph.input("outputs", [x.count, outputs.count])
    let values = try likelihood.negativeLogLikelihood(out, graph.input("x", [x.count, 1]))
    let reference = Reference(leaves: ["outputs": x.flatMap { _ in outputs }, "x": x, "logSigma": [logSigma]])
    return reference.evaluate([values])[0].reduce(0) { $0 + exp(-$1) } * weight
  }

  @Test(arguments: [-9, -2, -0.31, -0.29, -1e-3, 0, 1e-5, 0.3, 0.5, 4]) func everyLikelihoodSumsToOne(_ a: Double)
    throws
  {
    #expect(Swift.abs(try total(.bernoulli, outputs: [a], x: [0, 1], weight: 1) - 1) < 1e-9)
    // Midpoints; the density is smooth.
    let unit = (0..<4000).map { (Double($0) + 0.5) / 4000 }
    #expect(Swift.abs(try total(.continuousBernoulli, outputs: [a], x: unit, weight: 1.0 / 4000) - 1) < 2e-6)
    let line = (0..<4000).map { a + (Double($0) - 1999.5) * 0.004 }
    #expect(Swift.abs(try total(.gaussian(sigma: 0.6), outputs: [a], x: line, weight: 0.004) - 1) < 1e-6)
    let bins = (0..<256).map { Double($0) / 255 }
    let learned = try total(.gaussianLearned, outputs: [a], x: line, weight: 0.004, logSigma: log(0.6))
    #expect(Swift.abs(learned - 1) < 1e-6)
    for logScale in [-7, -4.5, -2, 0, 3] {
      #expect(Swift.abs(try total(.logistic256, outputs: [a, logScale], x: bins, weight: 1) - 1) < 1e-6)
    }
  }
}
