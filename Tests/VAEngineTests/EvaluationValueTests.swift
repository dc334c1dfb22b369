import Glibc
import Graphs
import Networks
import Tensors
import Testing
import VAEngine

/// Every number of an evaluation beside plain Double arithmetic, on a model whose parameters are set by hand.
@Suite struct EvaluationValueTests {
  /// More examples than are evaluated at once, so that the last batch is not full.
  private static let count = 253
  /// First pixels from −1 to 1, their variance close to ⅓; the second pixel is 0.25 and the third 0.75.
  private static let first = (0..<count).map { Float(2 * $0 - count + 1) / Float(count - 1) }
  private static let x = first.flatMap { (x: Float) -> [Float] in [x, 0.25, 0.75] }

  /// q(z | x) = N(w · x₁, 1); the decoder says `bias` whatever it is told.
  private func model(_ likelihood: Likelihood, weights: [Float], outputs: [Float]) throws -> Model {
    let model = try Model(
      ModelConfiguration(
        architecture: Architecture(name: "linear", encoder: [], decoder: LayerText.parse("dense3:none")),
        exampleShape: [3], latentDimensions: weights.count, likelihood: likelihood, seed: 4))
    let d = weights.count
    for name in ["encoder.mean", "encoder.logVariance"] {
      model.parameters.set(name + ".weight", to: try Tensor(zeros: [3, d]))
      model.parameters.set(name + ".bias", to: try Tensor(zeros: [d]))
    }
    model.parameters.set(
      "encoder.mean.weight", to: try Tensor(weights + [Float](repeating: 0, count: 2 * d), shape: [3, d]))
    model.parameters.set("decoder.1.weight", to: try Tensor(zeros: [d, outputs.count]))
    model.parameters.set("decoder.1.bias", to: try Tensor(outputs))
    return model
  }

  private func source(_ values: [Float] = Self.x) throws -> TensorSource {
    TensorSource(try Tensor(values, shape: [values.count / 3, 3]))
  }

  private static func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

  private static func standardError(_ values: [Double]) -> Double {
    let m = mean(values)
    return (values.reduce(0) { $0 + ($1 - m) * ($1 - m) } / Double(values.count - 1) / Double(values.count))
      .squareRoot()
  }

  private func expect(
    _ found: Estimate, _ values: [Double], _ what: String, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let (mean, error) = (Self.mean(values), Self.standardError(values))
    #expect(Swift.abs(found.mean - mean) < 2e-5 * max(1, Swift.abs(mean)), "\(what)", sourceLocation: sourceLocation)
    #expect(Swift.abs(found.standardError - error) < 1e-5, "\(what)", sourceLocation: sourceLocation)
    #expect(found.count == values.count, "\(what)", sourceLocation: sourceLocation)
  }

  /// Burda et al. 2016, section 5: active above a variance of 0.01. The four vary by 0.33, 0.05, 0.012 and 0.008.
  @Test func dimensionsAreActiveAboveAHundredth() throws {
    let weights: [Float] = [1, 0.387, 0.19, 0.155]
    let found = try model(.gaussian(sigma: 1), weights: weights, outputs: [0, 0, 0]).evaluate(source())
    let spread = Self.mean(Self.first.map { Double($0) * Double($0) })
    for (variance, weight) in zip(found.meanVariance, weights) {
      #expect(Swift.abs(variance - Double(weight) * Double(weight) * spread) < 1e-5)
    }
    #expect(found.meanVariance[1] > 0.04 && found.meanVariance[1] < 0.06)
    #expect(found.meanVariance[2] > 0.01 && found.meanVariance[2] < 0.02)
    #expect(found.meanVariance[3] > 0.005 && found.meanVariance[3] < 0.01)
    #expect(found.activeUnits == 3)
  }

  @Test func everyTermIsTheMeanOverItsExamples() throws {
    let (outputs, weights): ([Double], [Float]) = ([0.5, 0.25, 0.5], [1, 2])
    let found = try model(.gaussian(sigma: 0.5), weights: weights, outputs: outputs.map(Float.init)).evaluate(source())
    let squares = Self.first.map { (Double($0) - 0.5) * (Double($0) - 0.5) + 0.0625 }
    // −log N(x; x̂, ¼), three pixels.
    let reconstructions = squares.map { 2 * $0 + 3 * (log(0.5) + 0.5 * log(2 * Double.pi)) }
    let rates = Self.first.map { 2.5 * Double($0) * Double($0) }
    expect(found.squaredError, squares, "squared error")
    expect(found.meanSquaredErrorPerPixel, squares.map { $0 / 3 }, "mean squared error per pixel")
    expect(found.reconstruction, reconstructions, "reconstruction")
    expect(found.kl, rates, "KL")
    expect(found.negativeElbo, zip(reconstructions, rates).map { $0 + $1 }, "−ELBO")
    #expect(found.count == Self.count && found.bitsPerDimension == nil)
    for (own, wanted) in zip(found.negativeElbos, zip(reconstructions, rates).map({ $0 + $1 })) {
      #expect(Swift.abs(own - wanted) < 1e-4)
    }
    for (error, weight) in zip(found.klStandardErrors, weights) {
      let values = Self.first.map { 0.5 * Double(weight) * Double(weight) * Double($0) * Double($0) }
      #expect(Swift.abs(error - Self.standardError(values)) < 1e-6)
    }
    #expect(found.negativeElbos.count == Self.count && found.klStandardErrors.count == 2)
    for (kl, weight) in zip(found.klPerDimension, weights) {
      #expect(Swift.abs(kl - 0.5 * Double(weight) * Double(weight) * Self.mean(rates) / 2.5) < 1e-5)
    }
  }

  @Test func theCrossEntropyIsThatOfTheMeans() throws {
    // First pixels from 0 to 1.
    let values = Self.first.flatMap { (x: Float) -> [Float] in [(x + 1) / 2, 0.25, 0.75] }
    let p = [0.5, 0.25, 0.5]
    let wanted = (0..<Self.count).map { row in
      (0..<3).reduce(0.0) { sum, i in
        let t = Double(values[row * 3 + i])
        return sum - t * log(p[i]) - (1 - t) * log(1 - p[i])
      }
    }
    let gaussian = try model(.gaussian(sigma: 1), weights: [1], outputs: p.map(Float.init))
    expect(try #require(gaussian.evaluate(source(values)).binaryCrossEntropy), wanted, "of a Gaussian's means")
    let logits = p.map { Float(log($0 / (1 - $0))) }
    let bernoulli = try model(.bernoulli, weights: [1], outputs: logits).evaluate(source(values))
    expect(try #require(bernoulli.binaryCrossEntropy), wanted, "of logits")
    expect(bernoulli.reconstruction, wanted, "the reconstruction is the same")
    #expect(bernoulli.bitsPerDimension == nil)
  }

  /// Bins of a logistic density with mean ½ and scale e⁻¹; the posterior is the prior.
  @Test func bitsPerDimensionAreNatsOverLogTwo() throws {
    let values = (0..<3 * 7).map { Float([0, 13, 100, 128, 200, 254, 255][$0 % 7]) / 255 }
    let scale = exp(-1.0)
    func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
    let bits = values.map { value -> Double in
      let level = (Double(value) * 255).rounded()
      let upper = level == 255 ? 1 : sigmoid(((level + 1) / 256 - 0.5) / scale)
      let lower = level == 0 ? 0 : sigmoid((level / 256 - 0.5) / scale)
      return -log2(upper - lower)
    }
    let found = try model(.logistic256, weights: [0], outputs: [0, 0, 0, -1, -1, -1]).evaluate(source(values))
    let wanted = (0..<7).map { row in bits[row * 3..<row * 3 + 3].reduce(0, +) / 3 }
    expect(try #require(found.bitsPerDimension), wanted, "bits per dimension")
    expect(found.negativeElbo, wanted.map { $0 * 3 * log(2.0) }, "−ELBO")
  }

  /// Every importance weight of the true posterior is p(x): any number of samples gives the same likelihood.
  @Test func everyRowOfTheConvergenceIsTheMeanOverItsOwnSamples() throws {
    let exact = try model(.gaussian(sigma: 1), weights: [0], outputs: [0, 0, 0])
    let found = try exact.logLikelihood(source(), samples: 350)
    // Seven chunks of fifty: rows after one, two and four of them, and at the end.
    #expect(found.convergence.map(\.samples) == [50, 100, 200, 350])
    #expect(found.samples == 350)
    let wanted = Self.mean(
      Self.first.map { 0.5 * (Double($0) * Double($0) + 0.0625 + 0.5625) + 1.5 * log(2 * Double.pi) })
    for point in found.convergence {
      #expect(Swift.abs(point.mean - wanted) < 1e-4, "k = \(point.samples): \(point.mean), not \(wanted)")
    }
    #expect(found.convergence.last?.mean == found.negativeLogLikelihood.mean)
  }

  /// With a posterior that is too wide the bound rises with k, so the rows of the table fall.
  @Test func theConvergenceFallsWithMoreSamples() throws {
    let wide = try model(.gaussian(sigma: 1), weights: [1.5, 1.5], outputs: [0, 0, 0])
    let means = try wide.logLikelihood(source(), samples: 200).convergence.map(\.mean)
    #expect(means.count == 3 && means == means.sorted(by: >) && means[0] - means[2] > 0.001, "\(means)")
  }

  @Test func anEstimateOfFewValuesIsThatOfASample() {
    // Mean 7/3, squares 16/9 + 1/9 + 25/9 = 14/3, over n − 1 = 2 and n = 3.
    let three = Estimate([1, 2, 4])
    #expect(Swift.abs(three.mean - 7.0 / 3) < 1e-15 && three.count == 3)
    #expect(Swift.abs(three.standardError - (7.0 / 9).squareRoot()) < 1e-15)
    let two = Estimate([1, 3])
    #expect(two.mean == 2 && two.standardError == 1)
    #expect(Estimate([5]).standardError.isNaN && Estimate([5]).mean == 5)
    let scaled = three.scaled(by: -2)
    #expect(Swift.abs(scaled.mean + 14.0 / 3) < 1e-14 && scaled.count == 3)
    #expect(Swift.abs(scaled.standardError - 2 * (7.0 / 9).squareRoot()) < 1e-14)
  }

  /// A score averages over its draws, the KL does not change with them.
  @Test func scoresAreMinusElboAveragedOverDraws() throws {
    let model = try model(.gaussian(sigma: 0.5), weights: [1, 2], outputs: [0.5, 0.25, 0.5])
    let terms = try model.exampleTerms(source(), draws: 3)
    for (row, first) in Self.first.enumerated() {
      let square = (Double(first) - 0.5) * (Double(first) - 0.5) + 0.0625
      let wanted = 2 * square + 3 * (log(0.5) + 0.5 * log(2 * Double.pi))
      #expect(Swift.abs(terms.reconstruction[row] - wanted) < 2e-5)
      #expect(Swift.abs(terms.kl[row] - 2.5 * Double(first) * Double(first)) < 1e-5)
    }
    let scores = try model.anomalyScores(source(), draws: 3)
    #expect(zip(scores, zip(terms.reconstruction, terms.kl)).allSatisfy { $0 == $1.0 + $1.1 })
  }
}
