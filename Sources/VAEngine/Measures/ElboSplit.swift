import Glibc
import Tensors

/// The KL of the ELBO split in three (Hoffman & Johnson 2016; Chen et al. 2018, equation 2), nats per example:
///
///     E KL(q(z|x) ‖ p(z)) = I(x; z) + KL(q(z) ‖ Π q(z_d)) + Σ KL(q(z_d) ‖ p(z_d))
///
/// with one draw from each posterior. q(z) is estimated by the mean of the posteriors of N examples, summed whole, and of
/// a finite N it is biased: with the draw's own posterior among them log q(z) comes out too high, without it too low
/// (Poole et al. 2019, section 2.3, for I). What lies between is what N leaves open; its middle, in which the two errors
/// all but cancel, is the estimate. Where q(z) at half of the draws is made of fewer than two other posteriors
/// (`isBracketed`), nothing is known but what is between, a total correlation below 0 excluded.
package struct ElboSplit: Sendable, Equatable, Codable {
  /// Index-code mutual information: log q(z|x) − log q(z).
  package var mutualInformation: Estimate
  /// log q(z) − Σ log q(z_d).
  package var totalCorrelation: Estimate
  /// Σ (log q(z_d) − log p(z_d)).
  package var dimensionwiseKL: Estimate
  /// log q(z|x) − log p(z), their sum.
  package var kl: Estimate
  /// What N leaves open of each, in nats.
  package var mutualInformationBounds: Bounds
  package var totalCorrelationBounds: Bounds
  package var dimensionwiseKLBounds: Bounds
  /// Whether the estimates are the middle of the bounds because nothing better is known; their errors are half the width.
  package var isBracketed: Bool
  package var count: Int

  package struct Bounds: Sendable, Equatable, Codable {
    package var low: Double
    package var high: Double

    init(_ a: Double, _ b: Double) { (low, high) = (min(a, b), max(a, b)) }

    var middle: Double { (low + high) / 2 }
    var half: Double { (high - low) / 2 }
  }

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
    // Twice each: with the draw's own posterior in q(z), and without.
    var (mutual, total, marginal) = (Both(), Both(), Both())
    var rates: [Double] = []
    var shares: [Double] = []
    // For the current draw: log q(z_j | x_m) for each example m, a row per dimension.
    var density = [Float](repeating: 0, count: n * d)
    var joint = [Float](repeating: 0, count: n)
    for i in 0..<n {
      try Stopping.check()
      joint.withUnsafeMutableBufferPointer { $0.update(repeating: 0) }
      var (with, without, prior) = (0.0, 0.0, 0.0)
      for j in 0..<d {
        let x = z[i * d + j]
        for m in 0..<n {
          let delta = x - means[m * d + j]
          density[j * n + m] = -0.5 * (delta * delta * precisions[m * d + j] + logVariances[m * d + j])
          joint[m] += density[j * n + m]
        }
        let mixture = density.withUnsafeBufferPointer { Mixture($0[j * n..<(j + 1) * n], own: i) }
        with += mixture.with - halfLog2Pi
        without += mixture.without - halfLog2Pi
        prior -= 0.5 * Double(x) * Double(x) + halfLog2Pi
      }
      let constant = Double(d) * halfLog2Pi
      let conditional = Double(joint[i]) - constant
      let mixture = joint.withUnsafeBufferPointer { Mixture($0[0..<n], own: i) }
      mutual.add(conditional - mixture.with + constant, conditional - mixture.without + constant)
      total.add(mixture.with - constant - with, mixture.without - constant - without)
      marginal.add(with - prior, without - prior)
      rates.append(conditional - prior)
      shares.append(mixture.concentration)
    }
    kl = Estimate(rates)
    dimensionwiseKL = marginal.estimate
    dimensionwiseKLBounds = marginal.bounds
    isBracketed = shares.sorted()[n / 2] > 0.5
    let open = total.bounds
    guard isBracketed else {
      (mutualInformation, totalCorrelation) = (mutual.estimate, total.estimate)
      (mutualInformationBounds, totalCorrelationBounds) = (mutual.bounds, Bounds(max(open.low, 0), max(open.high, 0)))
      count = n
      return
    }
    totalCorrelationBounds = Bounds(max(open.low, 0), max(open.high, 0))
    let rest = kl.mean - dimensionwiseKL.mean
    mutualInformationBounds = Bounds(rest - totalCorrelationBounds.high, rest - totalCorrelationBounds.low)
    let half = totalCorrelationBounds.half
    totalCorrelation = Estimate(mean: totalCorrelationBounds.middle, standardError: half, count: n)
    mutualInformation = Estimate(mean: rest - totalCorrelation.mean, standardError: half, count: n)
    count = n
  }

  /// A term of every draw, by both estimates of q(z).
  private struct Both {
    private var with: [Double] = []
    private var without: [Double] = []

    mutating func add(_ with: Double, _ without: Double) {
      self.with.append(with)
      self.without.append(without)
    }

    var bounds: Bounds { Bounds(Estimate(with).mean, Estimate(without).mean) }

    /// The middle. Its error is that of the mean over the draws, and a tenth of the width for what may be left of the
    /// bias, which was less in every case that was tried.
    var estimate: Estimate {
      var middle = Estimate(zip(with, without).map { ($0 + $1) / 2 })
      let rest = 0.1 * bounds.half
      middle.standardError = (middle.standardError * middle.standardError + rest * rest).squareRoot()
      return middle
    }
  }

  /// log of the mean of exp(values), with one of them and without.
  private struct Mixture {
    let with: Double
    let without: Double
    /// Σ w² / (Σ w)² of the others: one over the number of them that make up the mean.
    let concentration: Double

    init(_ values: Slice<UnsafeBufferPointer<Float>>, own: Int) {
      let ownIndex = values.startIndex + own
      let (before, after) = (values[..<ownIndex], values[(ownIndex + 1)...])
      let peak = max(before.max() ?? -.infinity, after.max() ?? -.infinity)
      var (sum, squares) = (0.0, 0.0)
      // Terms below 1e-11 of the largest do not change reported digits.
      for part in [before, after] {
        for value in part where value - peak > -25 {
          let weight = Double(expf(value - peak))
          sum += weight
          squares += weight * weight
        }
      }
      let (others, n) = (Double(peak) + log(sum), Double(values.count))
      let largest = max(others, Double(values[ownIndex]))
      with = largest + log(exp(others - largest) + exp(Double(values[ownIndex]) - largest)) - log(n)
      without = others - log(n - 1)
      concentration = squares / (sum * sum)
    }
  }
}

extension Model {
  /// The split over at most `limit` examples, chosen by `seed`.
  ///
  /// - Throws: `ModelError.notAProbability` for plain autoencoders, `.onlyStandardPrior` for other priors than N(0, I).
  package func elboSplit(_ source: any BatchSource, limit: Int = 2000, seed: UInt64 = 0) throws -> ElboSplit {
    guard configuration.family.isProbabilistic else { throw ModelError.notAProbability("this model") }
    guard !configuration.drawsRate else { throw ModelError.onlyStandardPrior(configuration.prior?.name ?? "") }
    try check(source)
    let chosen = Subset(of: source, Array(Shuffle.order(count: source.count, seed: seed, epoch: 0).prefix(limit)))
    let codes = try encode(chosen, seed: seed)
    return try ElboSplit(codes: codes, draws: sample(codes, seed: seed))
  }
}
