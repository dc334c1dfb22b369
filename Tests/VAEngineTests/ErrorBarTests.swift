import Glibc
import Tensors
import Testing
import VAEngine

/// What is printed after ± is the deviation over fresh repeats.
@Suite struct ErrorBarTests {
  private func normals(_ n: Int, _ d: Int, seed: UInt64, scale: Float = 1) throws -> Tensor {
    let stream = RandomStream(seed: seed, purpose: "errors")
    return try Tensor((0..<n * d).map { scale * stream.normal($0) }, shape: [n, d])
  }

  private func deviation(_ values: [Double]) -> Double {
    let mean = values.reduce(0, +) / Double(values.count)
    return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)).squareRoot()
  }

  /// Samples that are narrower than the data: precision near 1, recall about a half. 100 repeats tell a deviation to 7 %;
  /// the error of zeros and ones alone would be 0.6 to 0.85 of it in these cases.
  @Test(arguments: [(5, Float(0.6), 150), (2, 1, 150), (10, 1.2, 100)])
  func theManifoldsAreEstimatedToo(d: Int, scale: Float, n: Int) throws {
    let qualities = try (0..<100).map { trial in
      try SampleQuality(
        samples: normals(n, d, seed: UInt64(2 * trial), scale: scale), data: normals(n, d, seed: UInt64(2 * trial + 1)),
        features: .pixels)
    }
    for share in [\SampleQuality.precision, \SampleQuality.recall] {
      let seen = deviation(qualities.map { $0[keyPath: share].mean })
      let said =
        (qualities.reduce(0.0) {
          $0 + $1[keyPath: share].standardError * $1[keyPath: share].standardError
        } / 100).squareRoot()
      #expect(said > 0.75 * seen && said < 1.33 * seen, "\(said) is said, \(seen) is seen (\(share))")
    }
  }

  /// Of two sets from one distribution the first order is next to nothing: 100 repeats, as above.
  @Test(arguments: [(5, Float(1), 100), (2, 0.8, 100)])
  func theDiscrepancyOfLikeSetsHasItsError(d: Int, scale: Float, n: Int) throws {
    let values = try (0..<100).map { trial in
      try SampleQuality(
        samples: normals(n, d, seed: UInt64(2 * trial), scale: scale), data: normals(n, d, seed: UInt64(2 * trial + 1)),
        features: .pixels
      ).mmd
    }
    let seen = deviation(values.map(\.mean))
    let said = (values.reduce(0) { $0 + $1.standardError * $1.standardError } / 100).squareRoot()
    #expect(said > 0.75 * seen && said < 1.36 * seen, "\(said) is said, \(seen) is seen")
  }

  /// Two sets far apart: none is covered, and that is not known for certain.
  @Test func nothingIsCertainAtZeroAndOne() throws {
    let far = try Tensor(normals(40, 2, seed: 1).elements(as: Float.self).map { $0 + 100 }, shape: [40, 2])
    let quality = try SampleQuality(samples: far, data: normals(40, 2, seed: 2), features: .pixels)
    #expect(quality.precision.mean == 0 && quality.recall.mean == 0)
    // Beta(½, 40½): √(½ · 40½ / (41² · 42)).
    let posterior = (0.5 * 40.5 / (41.0 * 41 * 42)).squareRoot()
    #expect(Swift.abs(quality.precision.standardError - posterior) < 1e-9)
    // Beta(3½, ½).
    let three = (1.75 / 80.0).squareRoot()
    #expect(Swift.abs(Estimate(share: [1, 1, 1]).standardError - three) < 1e-9)
  }

  /// Posteriors N(μ, v) with μ ~ N(0, 1 − v), independent in every dimension: q(z) is N(0, I), I = −D/2 · log v, and no
  /// total correlation. Of 500 examples q(z) with each draw's own posterior has 0.08 of it, in 10 dimensions 0.96.
  @Test(arguments: [(2, 0.2, 300), (5, 0.3, 500), (10, 0.3, 500)])
  func independentDimensionsHaveNoTotalCorrelation(d: Int, variance: Double, n: Int) throws {
    let split = try independent(d, variance, n, seed: 11)
    let information = -0.5 * Double(d) * log(variance)
    #expect(!split.isBracketed)
    #expect(Swift.abs(split.totalCorrelation.mean) < 3 * split.totalCorrelation.standardError)
    #expect(split.totalCorrelation.standardError < 0.15)
    #expect(Swift.abs(split.mutualInformation.mean - information) < 3 * split.mutualInformation.standardError)
    #expect(split.totalCorrelationBounds.low <= 0 && split.totalCorrelationBounds.high > 0)
    let sum = split.mutualInformation.mean + split.totalCorrelation.mean + split.dimensionwiseKL.mean
    #expect(Swift.abs(sum - split.kl.mean) < 1e-9)
  }

  /// Sharp posteriors in ten dimensions: 200 of them are no estimate of q(z), and what is printed says so.
  @Test func tooFewExamplesGiveBoundsThatHoldTheTruth() throws {
    let split = try independent(10, 0.05, 200, seed: 12)
    let information = -5 * log(0.05)
    #expect(split.isBracketed)
    #expect(split.totalCorrelationBounds.low <= 0 && split.totalCorrelationBounds.high > 5)
    #expect(split.totalCorrelation.mean - split.totalCorrelation.standardError <= 1e-9)
    let bounds = split.mutualInformationBounds
    #expect(bounds.low < information && information < bounds.high + 0.5)
    let sum = split.mutualInformation.mean + split.totalCorrelation.mean + split.dimensionwiseKL.mean
    #expect(Swift.abs(sum - split.kl.mean) < 1e-9)
  }

  private func independent(_ d: Int, _ variance: Double, _ n: Int, seed: UInt64) throws -> ElboSplit {
    let stream = RandomStream(seed: seed, purpose: "split")
    let means = (0..<n * d).map { Float((1 - variance).squareRoot()) * stream.normal($0) }
    let draws = means.indices.map { means[$0] + Float(variance.squareRoot()) * stream.normal(n * d + $0) }
    let logVariance = [Float](repeating: Float(log(variance)), count: n * d)
    return try ElboSplit(
      codes: Codes(mean: Tensor(means, shape: [n, d]), logVariance: Tensor(logVariance, shape: [n, d])),
      draws: Tensor(draws, shape: [n, d]))
  }
}
