import Glibc
import Tensors

/// Draws of counts in Double, one element of a stream for each.
enum CountDraws {
  /// The quantile of `u` of a Poisson: the probabilities are added up from where they are worth adding.
  static func poisson(_ rate: Double, _ u: Double) -> Double {
    guard rate > 0 else { return 0 }
    guard rate < 1e6 else {
      // The skewness, 1/√λ, is below a thousandth.
      return max(0, (rate + rate.squareRoot() * normalQuantile(u)).rounded())
    }
    var count = max(0, (rate - 12 * rate.squareRoot()).rounded(.down))
    var probability = Glibc.exp(count * Glibc.log(rate) - rate - lgamma(count + 1))
    var total = probability
    while total < u, count < rate + 12 * rate.squareRoot() + 40 {
      count += 1
      probability *= rate / count
      total += probability
    }
    return count
  }

  /// A negative binomial of mean μ and dispersion θ: a Poisson whose rate is a Gamma draw of shape θ and mean μ.
  static func negativeBinomial(mean: Double, theta: Double, _ stream: RandomStream, _ index: Int) -> Double {
    poisson(mean * gamma(theta, stream, index) / theta, Double(stream.uniform(index)) + 0x1p-25)
  }

  /// A Gamma draw of this shape and scale 1 (Marsaglia & Tsang 2000), from a stream of its own for every element.
  static func gamma(_ shape: Double, _ stream: RandomStream, _ index: Int) -> Double {
    let own = RandomStream(
      seed: stream.seed, purpose: RandomStream.purpose(stream.purpose, then: "gamma"), step: UInt64(index))
    // Γ(a) = Γ(a + 1) · U^(1/a) for a below 1.
    let boost = shape < 1 ? Glibc.exp(Glibc.log(Double(own.uniform(0)) + 0x1p-25) / shape) : 1
    let d = (shape < 1 ? shape + 1 : shape) - 1.0 / 3
    let c = 1 / (9 * d).squareRoot()
    // More than nineteen in twenty proposals are accepted: the hundredth is never reached.
    for attempt in 1..<100 {
      let x = Double(own.normal(4 * attempt))
      let v = (1 + c * x) * (1 + c * x) * (1 + c * x)
      let u = Double(own.uniform(4 * attempt + 2)) + 0x1p-25
      if v > 0, Glibc.log(u) < 0.5 * x * x + d - d * v + d * Glibc.log(v) { return d * v * boost }
    }
    return d * boost
  }

  /// By halving: √2 erf⁻¹(2u − 1).
  private static func normalQuantile(_ u: Double) -> Double {
    var (low, high) = (-9.0, 9.0)
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if 0.5 * erfc(-middle / 2.0.squareRoot()) < u { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }
}
