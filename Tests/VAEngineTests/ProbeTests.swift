import Glibc
import Tensors
import Testing
import VAEngine

/// The inner steps of measures: how features are scaled, how wide a kernel is, how finely a code rounds.
@Suite struct ProbeTests {
  /// Three classes on a line of one feature, noise in the other, which overlap so that not every answer is right.
  private func points(_ n: Int, seed: UInt64, units: [Float], offsets: [Float]) throws -> (Tensor, [Int]) {
    let stream = RandomStream(seed: seed, purpose: "probe")
    let labels = (0..<n).map { $0 % 3 }
    let values = (0..<2 * n).map { i in
      let value = stream.normal(i) + (i % 2 == 0 ? 2 * Float(labels[i / 2]) : 0)
      return value * units[i % 2] + offsets[i % 2]
    }
    return (try Tensor(values, shape: [n, 2]), labels)
  }

  /// Between neighbours two deviations apart the best lines are right for ⅔ Φ(1) + ⅓ (2 Φ(1) − 1) of the cases, in
  /// whatever unit the features come.
  @Test(arguments: [[1, 1], [1000, 0.001], [0.001, 1000], [50, 0.02]] as [[Float]])
  func theLinearProbeDoesNotDependOnUnits(_ units: [Float]) throws {
    let offsets = units.map { 3 * $0 }
    let (train, labels) = try points(600, seed: 1, units: units, offsets: offsets)
    let (test, asked) = try points(6000, seed: 2, units: units, offsets: offsets)
    let found = try Probe.linear(train: train, labels: labels, test: test, testLabels: asked)
    let right = 0.5 * erfc(-1 / 2.0.squareRoot())
    let best = (2 * right + (2 * right - 1)) / 3
    #expect(abs(found.mean - best) < 0.02, "\(found.mean), the best is \(best)")
  }

  /// The kernel's width is the median distance among the data: of ten distances the sixth, which is 7.
  @Test func theKernelIsAsWideAsTheMedianDistance() throws {
    let data = try Tensor([Float(0), 1, 3, 7, 15], shape: [5, 1])
    let samples = try Tensor([Float(100), 101, 102, 103, 104, 105], shape: [6, 1])
    let quality = try SampleQuality(samples: samples, data: data, features: .pixels)
    #expect(abs(quality.bandwidth - 7) < 1e-4)
    // Nothing reaches the other set.
    #expect(quality.precision.mean == 0 && quality.recall.mean == 0)
    #expect(quality.precision.count == 6 && quality.recall.count == 5)
    let same = try SampleQuality(samples: data, data: data, features: .pixels)
    #expect(same.precision.mean == 1 && same.recall.mean == 1)
  }

  /// So many levels from the least to the largest, both of them among the levels.
  @Test func codesOfPlainAutoencodersAreRoundedToLevels() throws {
    let means: [Float] = [0, 1, 2, 4, 0.6, 3.4]
    let codes = Codes(mean: try Tensor(means, shape: [6, 1]), logVariance: try Tensor(zeros: [6, 1]))
    let five = try LatentCode(codes, levels: 5).decoded().elements(as: Float.self)
    #expect(zip(five, [0, 1, 2, 4, 1, 3] as [Float]).allSatisfy { abs($0 - $1) < 1e-6 }, "\(five)")
    let three = try LatentCode(codes, levels: 3).decoded().elements(as: Float.self)
    #expect(zip(three, [0, 2, 2, 4, 0, 4] as [Float]).allSatisfy { abs($0 - $1) < 1e-6 }, "\(three)")
  }

  /// The step is the root mean square of σ: of deviations 1 and 7, 5.
  @Test func codesAreRoundedAsFinelyAsTheirPosteriorsAreSharp() throws {
    let means: [Float] = [-40, -12, 0.1, 2.4, 2.6, 7.6, 40]
    let logVariances = [Float](repeating: 2 * logf(5), count: 5) + [0, 2 * logf(7)]
    let codes = Codes(mean: try Tensor(means, shape: [7, 1]), logVariance: try Tensor(logVariances, shape: [7, 1]))
    let decoded = try LatentCode(codes).decoded().elements(as: Float.self)
    #expect(zip(decoded, [-40, -10, 0, 0, 5, 10, 40] as [Float]).allSatisfy { abs($0 - $1) < 1e-3 }, "\(decoded)")
  }

  /// Of draws and posteriors known one by one, in plain Double arithmetic.
  @Test func theSplitOfTheElboIsWhatItsDefinitionSays() throws {
    let means: [Float] = [0, 1, -0.5, 0.25, 2, -1]
    let logVariances: [Float] = [0, -1, 0.5, -0.25, -2, 0.3]
    let draws: [Float] = [0.3, 0.8, -1, 0.5, 1.7, -0.2]
    let split = try ElboSplit(
      codes: Codes(mean: Tensor(means, shape: [3, 2]), logVariance: Tensor(logVariances, shape: [3, 2])),
      draws: Tensor(draws, shape: [3, 2]))
    func density(_ z: Float, _ mean: Float, _ logVariance: Float) -> Double {
      let delta = Double(z - mean)
      return exp(-0.5 * delta * delta / exp(Double(logVariance)))
        / (2 * Double.pi * exp(Double(logVariance))).squareRoot()
    }
    var terms = [[Double]](repeating: [], count: 4)
    for i in 0..<3 {
      func q(_ j: Int, _ m: Int) -> Double { density(draws[2 * i + j], means[2 * m + j], logVariances[2 * m + j]) }
      let conditional = log(q(0, i) * q(1, i))
      let aggregate = log((0..<3).reduce(0) { $0 + q(0, $1) * q(1, $1) } / 3)
      let marginals = (0..<2).reduce(0.0) { sum, j in sum + log((0..<3).reduce(0) { $0 + q(j, $1) } / 3) }
      let prior = (0..<2).reduce(0.0) { $0 + log(density(draws[2 * i + $1], 0, 0)) }
      for (index, term) in [conditional - aggregate, aggregate - marginals, marginals - prior, conditional - prior]
        .enumerated()
      { terms[index].append(term) }
    }
    for (name, found, values) in [
      ("mutual information", split.mutualInformation, terms[0]), ("dimension-wise KL", split.dimensionwiseKL, terms[2]),
      ("KL", split.kl, terms[3]),
    ] {
      let mean = values.reduce(0, +) / 3
      let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      #expect(abs(found.mean - mean) < 1e-5, "\(name)")
      #expect(abs(found.standardError - (squares / 6).squareRoot()) < 1e-5, "\(name)")
    }
  }
}
