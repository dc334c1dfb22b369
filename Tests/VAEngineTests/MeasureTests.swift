import Glibc
import Networks
import Tensors
import Testing
import VAEngine

/// Measures against naive Double arithmetic and against what is known of their distribution.
@Suite struct MeasureTests {
  /// With a σ that no pixel is ever within, p(x | z) is 0 of every draw: −∞ in logarithms, and no sum of them a NaN.
  @Test(arguments: [1, 60, 100]) func aDensityOfZeroHasTheLogarithmMinusInfinity(_ samples: Int) throws {
    let model = try Model(
      ModelConfiguration(
        architecture: Architecture(name: "text", encoder: [.dense(4, nil)], decoder: [.dense(144, nil)]),
        exampleShape: [1, 12, 12], latentDimensions: 2, likelihood: .gaussian(sigma: 1e-20),
        outputBiasStartsAtMean: false))
    let likelihood = try model.logLikelihood(Examples.blobs(5), samples: samples)
    #expect(likelihood.negativeLogLikelihood.mean == Double.infinity)
    #expect(likelihood.convergence.allSatisfy { $0.mean == Double.infinity })
    #expect(try model.evaluate(Examples.blobs(5)).negativeElbo.mean == Double.infinity)
  }

  /// Draws of N(shift, 1), `[n, d]`.
  private func normals(_ n: Int, _ d: Int, seed: UInt64, shift: Float = 0) throws -> Tensor {
    let stream = RandomStream(seed: seed, purpose: "measure")
    return try Tensor((0..<n * d).map { stream.normal($0) + shift }, shape: [n, d])
  }

  private func squaredDistance(_ a: Tensor, _ i: Int, _ b: Tensor, _ j: Int) -> Double {
    let d = a.shape[1]
    let (x, y) = (a.elements(as: Float.self), b.elements(as: Float.self))
    return (0..<d).reduce(0.0) { sum, k in
      let delta = Double(x[i * d + k]) - Double(y[j * d + k])
      return sum + delta * delta
    }
  }

  @Test func sampleQualityIsWhatItsDefinitionSays() throws {
    let (samples, data) = (try normals(43, 3, seed: 1, shift: 0.7), try normals(37, 3, seed: 2))
    let quality = try SampleQuality(samples: samples, data: data, features: .pixels)
    func kernel(_ a: Tensor, _ i: Int, _ b: Tensor, _ j: Int) -> Double {
      exp(-squaredDistance(a, i, b, j) / (2 * quality.bandwidth * quality.bandwidth))
    }
    var mmd = 0.0
    for i in 0..<43 { for j in 0..<43 where j != i { mmd += kernel(samples, i, samples, j) / (43 * 42) } }
    for i in 0..<37 { for j in 0..<37 where j != i { mmd += kernel(data, i, data, j) / (37 * 36) } }
    for i in 0..<43 { for j in 0..<37 { mmd -= 2 * kernel(samples, i, data, j) / (43 * 37) } }
    #expect(Swift.abs(quality.mmd.mean - mmd) < 1e-5)

    func radius(_ set: Tensor, _ i: Int) -> Double {
      (0..<set.shape[0]).filter { $0 != i }.map { squaredDistance(set, i, set, $0) }.sorted()[2]
    }
    func covered(_ points: Tensor, by set: Tensor) -> Double {
      let radii = (0..<set.shape[0]).map { radius(set, $0) }
      let inside = (0..<points.shape[0]).filter { i in
        radii.indices.contains { squaredDistance(points, i, set, $0) <= radii[$0] }
      }
      return Double(inside.count) / Double(points.shape[0])
    }
    #expect(Swift.abs(quality.precision.mean - covered(samples, by: data)) < 1e-9)
    #expect(Swift.abs(quality.recall.mean - covered(data, by: samples)) < 1e-9)
  }

  /// The spread of 60 independent estimates is what each says of itself.
  @Test func theStandardErrorOfTheDiscrepancyIsItsSpread() throws {
    let estimates = try (0..<60).map { trial in
      try SampleQuality(
        samples: normals(80, 2, seed: UInt64(2 * trial), shift: 0.8), data: normals(80, 2, seed: UInt64(2 * trial + 1)),
        features: .pixels
      ).mmd
    }
    let mean = estimates.reduce(0) { $0 + $1.mean } / 60
    let spread = (estimates.reduce(0) { $0 + ($1.mean - mean) * ($1.mean - mean) } / 59).squareRoot()
    let said = estimates.reduce(0) { $0 + $1.standardError } / 60
    // A deviation from 60 values is known to 9 %.
    #expect(said > spread * 0.73 && said < spread * 1.35, "\(said) is said, \(spread) is seen")
  }

  /// Narrow posteriors around correlated means: q(z) is close to a Gaussian whose total correlation is −½ log(1 − ρ²).
  @Test func theSplitOfTheElboKnowsACorrelatedGaussian() throws {
    let (n, width, correlation) = (4000, Float(0.3), Float(0.8))
    let stream = RandomStream(seed: 9, purpose: "split")
    var means: [Float] = []
    for i in 0..<n {
      let (a, b) = (stream.normal(2 * i), stream.normal(2 * i + 1))
      means += [a, correlation * a + (1 - correlation * correlation).squareRoot() * b]
    }
    let logVariance = [Float](repeating: 2 * logf(width), count: 2 * n)
    let draws = zip(means, 0...).map { $0 + width * stream.normal(2 * n + $1) }
    let split = try ElboSplit(
      codes: Codes(mean: Tensor(means, shape: [n, 2]), logVariance: Tensor(logVariance, shape: [n, 2])),
      draws: Tensor(draws, shape: [n, 2]))
    let variance = 1 + Double(width * width)
    let rho = Double(correlation) / variance
    let totalCorrelation = -0.5 * log(1 - rho * rho)
    let marginal = 0.5 * (variance - 1 - log(variance))
    let mutual = 0.5 * log(variance * variance * (1 - rho * rho) / pow(Double(width), 4))
    #expect(Swift.abs(split.totalCorrelation.mean - totalCorrelation) < 0.05)
    #expect(Swift.abs(split.dimensionwiseKL.mean - 2 * marginal) < 0.05)
    #expect(Swift.abs(split.mutualInformation.mean - mutual) < 0.08)
    let sum = split.mutualInformation.mean + split.totalCorrelation.mean + split.dimensionwiseKL.mean
    #expect(Swift.abs(split.kl.mean - sum) < 1e-9)
  }

  @Test func neighboursVoteAsCountedByHand() throws {
    let (train, test) = (try normals(120, 4, seed: 4), try normals(50, 4, seed: 5))
    let labels = (0..<120).map { $0 * 7 % 3 }
    let answers = try Probe.nearestClasses(train: train, labels: labels, test: test, k: 5)
    for row in 0..<50 {
      let nearest = (0..<120).sorted { squaredDistance(test, row, train, $0) < squaredDistance(test, row, train, $1) }
        .prefix(5).map { labels[$0] }
      let votes = (0..<3).map { label in nearest.filter { $0 == label }.count }
      #expect(answers[row] == nearest.first { votes[$0] == votes.max() })
    }
  }

  /// Two normals two deviations apart: the best line is right for Φ(1) = 84.13 % of the cases.
  @Test func theLinearProbeReachesTheBestLine() throws {
    func points(_ n: Int, seed: UInt64) throws -> (Tensor, [Int]) {
      let stream = RandomStream(seed: seed, purpose: "probe")
      let labels = (0..<n).map { $0 % 2 }
      let values = (0..<2 * n).map { i in stream.normal(i) + (i % 2 == 0 && labels[i / 2] == 1 ? 2 : 0) }
      return (try Tensor(values, shape: [n, 2]), labels)
    }
    let (train, labels) = try points(4000, seed: 1)
    let (test, asked) = try points(20_000, seed: 2)
    let measured = try Probe.linear(train: train, labels: labels, test: test, testLabels: asked)
    #expect(Swift.abs(measured.mean - 0.5 * erfc(-1 / 2.0.squareRoot())) < 0.012)
    #expect(Swift.abs(measured.standardError - (measured.mean * (1 - measured.mean) / 20_000).squareRoot()) < 1e-5)
  }

  /// The entropy of N(0, 1) on a grid of a tenth is ½ log₂(2πe) + log₂ 10 bits; a dimension that never moves costs nothing.
  @Test func codedLatentsComeBackAndTakeTheirEntropy() throws {
    let n = 20_000
    let stream = RandomStream(seed: 6, purpose: "code")
    let means = (0..<2 * n).map { $0 % 2 == 0 ? stream.normal($0) : 0.001 * stream.normal($0) }
    let logVariances = (0..<2 * n).map { $0 % 2 == 0 ? 2 * logf(0.1) : Float(0) }
    let codes = Codes(mean: try Tensor(means, shape: [n, 2]), logVariance: try Tensor(logVariances, shape: [n, 2]))
    let code = try LatentCode(codes)
    let decoded = try code.decoded().elements(as: Float.self)
    for (index, value) in means.enumerated() {
      let step: Float = index % 2 == 0 ? 0.1 : 1
      #expect(Swift.abs(decoded[index] - value) <= step / 2 * 1.001)
    }
    let bits = Double(code.bytes.count * 8) / Double(n)
    let entropy = 0.5 * log2(2 * Double.pi * exp(1.0)) + log2(10.0)
    #expect(bits > entropy - 0.03 && bits < entropy + 0.03, "\(bits) bits, the entropy is \(entropy)")
  }

  @Test func oddLatentsAreCodedToo() throws {
    let lost = Codes(mean: try Tensor([1, Float.nan], shape: [2, 1]), logVariance: try Tensor(zeros: [2, 1]))
    #expect(throws: ModelError.notFinite(example: 1)) { try LatentCode(lost) }
    for means in [[0], [Float(1e20), -1e20, 3], [5, 5, 5, 5]] as [[Float]] {
      let codes = Codes(
        mean: try Tensor(means, shape: [means.count, 1]),
        logVariance: try Tensor([Float](repeating: -60, count: means.count), shape: [means.count, 1]))
      let decoded = try LatentCode(codes).decoded().elements(as: Float.self)
      let reach = means.map { Swift.abs($0) }.max() ?? 0
      for (a, b) in zip(decoded, means) { #expect(Swift.abs(a - b) <= reach / 8000) }
    }
  }
}
