import Glibc
import Tensors

/// The KL of the ELBO split in three (Hoffman & Johnson 2016; Chen et al. 2018, equation 2), nats per example:
///
///     E KL(q(z|x) ‖ p(z)) = I(x; z) + KL(q(z) ‖ Π q(z_d)) + Σ KL(q(z_d) ‖ p(z_d))
///
/// with q(z) the mean of the posteriors of the `count` examples, summed whole, not by minibatch weights. The split is
/// of that set: its mutual information is at most log `count`. Estimated with one draw from each posterior.
package struct ElboSplit: Sendable, Equatable, Codable {
  /// Index-code mutual information: log q(z|x) − log q(z).
  package var mutualInformation: Estimate
  /// log q(z) − Σ log q(z_d).
  package var totalCorrelation: Estimate
  /// Σ (log q(z_d) − log p(z_d)).
  package var dimensionwiseKL: Estimate
  /// log q(z|x) − log p(z), their sum.
  package var kl: Estimate
  package var count: Int

  /// - Parameters:
  ///   - codes: Posteriors, `[N, D]` each.
  ///   - draws: One draw from each, `[N, D]`.
  package init(codes: Codes, draws: Tensor) throws {
    let (n, d) = (codes.mean.shape[0], codes.mean.shape[1])
    guard n > 1 else { throw ModelError.tooFewExamples(n, needed: 2) }
    let means = codes.mean.elements(as: Float.self)
    let logVariances = codes.logVariance.elements(as: Float.self)
    let z = draws.elements(as: Float.self)
    let precisions = logVariances.map { expf(-$0) }
    let halfLog2Pi = 0.5 * log(2 * Double.pi)
    let logN = log(Double(n))
    var terms = [[Double]](repeating: [], count: 4)
    // Of the draw at hand: log q(z_j | x_m) for each example m, a row per dimension.
    var density = [Float](repeating: 0, count: n * d)
    var joint = [Float](repeating: 0, count: n)
    for i in 0..<n {
      try Stopping.check()
      joint.withUnsafeMutableBufferPointer { $0.update(repeating: 0) }
      var (marginals, prior) = (0.0, 0.0)
      for j in 0..<d {
        let x = z[i * d + j]
        for m in 0..<n {
          let delta = x - means[m * d + j]
          density[j * n + m] = -0.5 * (delta * delta * precisions[m * d + j] + logVariances[m * d + j])
          joint[m] += density[j * n + m]
        }
        marginals += density.withUnsafeBufferPointer { Self.logSumExp($0[j * n..<(j + 1) * n]) } - logN - halfLog2Pi
        prior -= 0.5 * Double(x) * Double(x) + halfLog2Pi
      }
      let conditional = Double(joint[i]) - Double(d) * halfLog2Pi
      let aggregate = joint.withUnsafeBufferPointer { Self.logSumExp($0[0..<n]) } - logN - Double(d) * halfLog2Pi
      terms[0].append(conditional - aggregate)
      terms[1].append(aggregate - marginals)
      terms[2].append(marginals - prior)
      terms[3].append(conditional - prior)
    }
    mutualInformation = Estimate(terms[0])
    totalCorrelation = Estimate(terms[1])
    dimensionwiseKL = Estimate(terms[2])
    kl = Estimate(terms[3])
    count = n
  }

  private static func logSumExp(_ values: Slice<UnsafeBufferPointer<Float>>) -> Double {
    let peak = values.max() ?? -.infinity
    // Of nothing but −∞, or with a +∞; differences from them would be no numbers.
    guard peak.isFinite else { return values.contains(where: \.isNaN) ? .nan : Double(peak) }
    var sum = 0.0
    // Terms below 1e-11 of the largest change nothing that is reported.
    for value in values where value - peak > -25 { sum += Double(expf(value - peak)) }
    return Double(peak) + log(sum)
  }
}

extension Model {
  /// The split over at most `limit` examples, chosen by `seed`.
  ///
  /// - Throws: `ModelError.notAProbability` for plain autoencoders.
  package func elboSplit(_ source: any BatchSource, limit: Int = 2000, seed: UInt64 = 0) throws -> ElboSplit {
    guard configuration.family != .autoencoder else { throw ModelError.notAProbability("this model") }
    try check(source)
    let chosen = Subset(of: source, Array(Shuffle.order(count: source.count, seed: seed, epoch: 0).prefix(limit)))
    let codes = try encode(chosen, seed: seed)
    return try ElboSplit(codes: codes, draws: sample(codes, seed: seed))
  }
}
