import Glibc
import Graphs
import Tensors

/// Comparison of a model's samples with held-out data, as sets of vectors in a stated feature space.
package struct SampleQuality: Sendable, Equatable, Codable {
  /// The space in which the vectors are compared.
  package enum FeatureSpace: String, Sendable, CaseIterable, Codable {
    /// Values in [0, 1] as they are.
    case pixels
    /// Posterior means of the model itself; insensitive to features that its encoder ignores.
    case latents
  }

  package var features: FeatureSpace
  /// Maximum mean discrepancy (Gretton et al. 2012), squared and unbiased, with a Gaussian kernel whose width is the
  /// median distance among the data. Near 0 (also below it) when the sets are alike.
  ///
  /// Its standard error is that of a two-sample U-statistic (Hoeffding 1948): four times the variance, over each set, of a
  /// vector's mean kernel to its own set less that to the other, divided by the set's size; what is in it of the noise of
  /// those means taken away, and the second order added, which is all there is where the sets are alike.
  package var mmd: Estimate
  /// The width.
  package var bandwidth: Double
  /// The fraction of samples within the data's manifold, and of data within the samples' (Kynkäänniemi et al. 2019): inside
  /// the ball around some point of the other set that reaches its `neighbors`-th neighbor.
  ///
  /// The manifold is estimated too: the standard errors are the deviation between disjoint halves of both sets, each with
  /// manifolds of its own, over √2 (`SplitHalves`).
  package var precision: Estimate
  package var recall: Estimate
  package var neighbors: Int
  /// Vectors in each set.
  package var count: Int
  /// Precision and recall of halves of the sets.
  package var halves: SplitHalves

  /// - Parameters:
  ///   - samples: `[N, D]`.
  ///   - data: `[N, D]`; at least `neighbors + 2` rows each.
  package init(
    samples: Tensor, data: Tensor, features: FeatureSpace, neighbors: Int = 3,
    options: CompilerOptions = CompilerOptions()
  ) throws {
    guard samples.shape[0] > neighbors + 1, data.shape[0] > neighbors + 1 else {
      throw ModelError.tooFewExamples(min(samples.shape[0], data.shape[0]), needed: neighbors + 2)
    }
    let toData = try Distances(to: data, options: options)
    let toSamples = try Distances(to: samples, options: options)
    var radii = [Float](repeating: 0, count: data.shape[0])
    var sampled: [Float] = []
    try toData.forEachRow(of: data) { row, distances in
      radii[row] = Distances.nearest(distances, neighbors, skipping: row).last?.0 ?? 0
      if row < 500 { for other in 0..<row { sampled.append(distances[other]) } }
    }
    sampled.sort()
    let width = Double(max(sampled[sampled.count / 2], .leastNormalMagnitude))
    let scale = Float(-1 / (2 * width))
    func kernelSum(_ distances: UnsafeBufferPointer<Float>, skipping: Int? = nil) -> Double {
      var sum = 0.0
      for (index, distance) in distances.enumerated() where index != skipping { sum += Double(expf(distance * scale)) }
      return sum
    }
    let (n, m) = (samples.shape[0], data.shape[0])
    // For each vector its mean kernel to the others of its set, and to the other set.
    var (ownSample, otherSample) = ([Double](repeating: 0, count: n), [Double](repeating: 0, count: n))
    var (ownData, otherData) = ([Double](repeating: 0, count: m), [Double](repeating: 0, count: m))
    var (reached, covered) = (ownSample, ownData)
    var sampleRadii = [Float](repeating: 0, count: n)
    var pairs = PairDistances(samples: n, data: m)
    try toData.forEachRow(of: samples) { row, distances in
      otherSample[row] = kernelSum(distances) / Double(m)
      reached[row] = zip(distances, radii).contains { $0 <= $1 } ? 1 : 0
      pairs.across.keep(row, distances)
    }
    try toData.forEachRow(of: data) {
      ownData[$0] = kernelSum($1, skipping: $0) / Double(m - 1)
      pairs.data.keep($0, $1)
    }
    try toSamples.forEachRow(of: samples) { row, distances in
      ownSample[row] = kernelSum(distances, skipping: row) / Double(n - 1)
      sampleRadii[row] = Distances.nearest(distances, neighbors, skipping: row).last?.0 ?? 0
      pairs.samples.keep(row, distances)
    }
    try toSamples.forEachRow(of: data) { row, distances in
      otherData[row] = kernelSum(distances) / Double(n)
      covered[row] = zip(distances, sampleRadii).contains { $0 <= $1 } ? 1 : 0
    }
    self.features = features
    let ofSamples = Estimate(zip(ownSample, otherSample).map { $0 - $1 })
    let ofData = Estimate(zip(ownData, otherData).map { $0 - $1 })
    // Variances of the kernel around its row and column means, within the sets and across.
    let within = (
      pairs.samples.residual(scale, rows: ownSample, columns: ownSample, skipsDiagonal: true),
      pairs.data.residual(scale, rows: ownData, columns: ownData, skipsDiagonal: true)
    )
    let across = pairs.across.residual(scale, rows: otherSample, columns: otherData, skipsDiagonal: false)
    let (x, y) = (Double(n), Double(m))
    let first = 4 * (ofSamples.standardError * ofSamples.standardError + ofData.standardError * ofData.standardError)
    let noise = 4 * ((within.0 / (x - 1) + across / y) / x + (within.1 / (y - 1) + across / x) / y)
    let second = 2 * within.0 / (x * (x - 1)) + 2 * within.1 / (y * (y - 1)) + 4 * across / (x * y)
    mmd = Estimate(
      mean: ofSamples.mean + ofData.mean, standardError: (max(first - noise, 0) + second).squareRoot(), count: n)
    bandwidth = width.squareRoot()
    let halves = try SplitHalves(pairs, neighbors: neighbors, count: min(n, m))
    self.halves = halves
    precision = Estimate(share: reached, atLeast: halves.error(of: \.precision))
    recall = Estimate(share: covered, atLeast: halves.error(of: \.recall))
    self.neighbors = neighbors
    count = n
  }
}

extension Model {
  /// Decoded draws from the prior against `count` examples of `source`: draws of p(x | z), or its means.
  ///
  /// - Throws: `ModelError.notAProbability` for plain autoencoders, which have no prior.
  package func sampleQuality(
    _ source: any BatchSource, features: SampleQuality.FeatureSpace = .pixels, draws: DecodedKind = .samples,
    count: Int = 2000, seed: UInt64 = 0
  ) throws -> SampleQuality {
    guard configuration.family.isProbabilistic else { throw ModelError.notAProbability("this model") }
    try check(source)
    let count = min(count, source.count)
    let chosen = Subset(of: source, Array(Shuffle.order(count: source.count, seed: seed, epoch: 0).prefix(count)))
    let labels: [Int]? = configuration.family.isConditional ? chosen.labels : nil
    let images = try decode(prior(count: count, seed: seed), labels: labels, as: draws, seed: seed)
    let (samples, data): (Tensor, Tensor)
    switch features {
    case .pixels:
      samples = images.reshaped(to: [count, configuration.pixels])
      data = try chosen.values(seed: seed).reshaped(to: [count, configuration.pixels])
    case .latents:
      samples = try encode(TensorSource(images, labels: labels, classCount: source.classCount)).mean
      data = try encode(chosen, seed: seed).mean
    }
    return try SampleQuality(samples: samples, data: data, features: features, options: options)
  }
}
