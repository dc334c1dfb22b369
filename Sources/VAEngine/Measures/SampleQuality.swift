import Glibc
import Graphs
import Tensors

/// How a model's samples compare with held-out data, as sets of vectors in a stated feature space.
package struct SampleQuality: Sendable, Equatable, Codable {
  /// Where the vectors are compared.
  package enum FeatureSpace: String, Sendable, CaseIterable, Codable {
    /// Values in [0, 1] as they are.
    case pixels
    /// Posterior means of the model itself; tells nothing about what its encoder ignores.
    case latents
  }

  package var features: FeatureSpace
  /// Maximum mean discrepancy (Gretton et al. 2012), squared and unbiased, with a Gaussian kernel whose width is the
  /// median distance among the data. Near 0 (also below it) when the sets are alike.
  ///
  /// Its standard error is the first-order one of a two-sample U-statistic (Hoeffding 1948): four times the variance,
  /// over each set, of a vector's mean kernel to its own set less that to the other, divided by the set's size.
  package var mmd: Estimate
  /// The width.
  package var bandwidth: Double
  /// Share of samples within the data's manifold, and of data within the samples' (Kynkäänniemi et al. 2019): inside
  /// the ball around some point of the other set that reaches its `neighbours`-th neighbour.
  package var precision: Estimate
  package var recall: Estimate
  package var neighbors: Int
  /// Vectors in each set.
  package var count: Int

  /// - Parameters:
  ///   - samples: `[N, D]`.
  ///   - data: `[N, D]`; at least `neighbours + 2` rows each.
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
    let (n, m) = (Double(samples.shape[0]), Double(data.shape[0]))
    // For each vector its mean kernel to the others of its set, and to the other set.
    var (ownSample, otherSample) = ([Double](repeating: 0, count: Int(n)), [Double](repeating: 0, count: Int(n)))
    var (ownData, otherData) = ([Double](repeating: 0, count: Int(m)), [Double](repeating: 0, count: Int(m)))
    var (reached, covered) = (ownSample, ownData)
    var sampleRadii = [Float](repeating: 0, count: samples.shape[0])
    try toData.forEachRow(of: samples) { row, distances in
      otherSample[row] = kernelSum(distances) / m
      reached[row] = zip(distances, radii).contains { $0 <= $1 } ? 1 : 0
    }
    try toData.forEachRow(of: data) { ownData[$0] = kernelSum($1, skipping: $0) / (m - 1) }
    try toSamples.forEachRow(of: samples) { row, distances in
      ownSample[row] = kernelSum(distances, skipping: row) / (n - 1)
      sampleRadii[row] = Distances.nearest(distances, neighbors, skipping: row).last?.0 ?? 0
    }
    try toSamples.forEachRow(of: data) { row, distances in
      otherData[row] = kernelSum(distances) / n
      covered[row] = zip(distances, sampleRadii).contains { $0 <= $1 } ? 1 : 0
    }
    self.features = features
    let ofSamples = Estimate(zip(ownSample, otherSample).map { $0 - $1 })
    let ofData = Estimate(zip(ownData, otherData).map { $0 - $1 })
    mmd = Estimate(
      mean: ofSamples.mean + ofData.mean,
      standardError: 2
        * (ofSamples.standardError * ofSamples.standardError + ofData.standardError * ofData.standardError)
        .squareRoot(), count: samples.shape[0])
    bandwidth = width.squareRoot()
    (precision, recall) = (Estimate(reached), Estimate(covered))
    self.neighbors = neighbors
    count = samples.shape[0]
  }
}

extension Model {
  /// Decoded draws from the prior against `count` examples of `source`.
  ///
  /// - Throws: `ModelError.notAProbability` for plain autoencoders, which have no prior.
  package func sampleQuality(
    _ source: any BatchSource, features: SampleQuality.FeatureSpace = .pixels, count: Int = 2000, seed: UInt64 = 0
  ) throws -> SampleQuality {
    guard configuration.family != .autoencoder else { throw ModelError.notAProbability("this model") }
    try check(source)
    let count = min(count, source.count)
    let chosen = Subset(of: source, Array(Shuffle.order(count: source.count, seed: seed, epoch: 0).prefix(count)))
    let labels: [Int]? = configuration.family == .conditional ? chosen.labels : nil
    let images = try decode(prior(count: count, seed: seed), labels: labels)
    let (samples, data): (Tensor, Tensor)
    switch features {
    case .pixels:
      samples = images.reshaped(to: [count, configuration.pixels])
      data = try chosen.values().reshaped(to: [count, configuration.pixels])
    case .latents:
      samples = try encode(TensorSource(images, labels: labels, classCount: source.classCount)).mean
      data = try encode(chosen).mean
    }
    return try SampleQuality(samples: samples, data: data, features: features, options: options)
  }
}
