import Glibc
import Tensors

/// Center, scale and σ of the columns, in Double: what draws need besides the decoder's outputs.
struct ColumnValues {
  let center: [Double]
  let scale: [Double]
  /// Of the standardized values, one for each column that has one.
  let sigma: [Double]
}

extension TableColumns {
  /// One draw of p(x | z) of an example, in the units of the data; categories are one-hot.
  ///
  /// - Parameters:
  ///   - outputs: The decoder's, one for each element.
  ///   - stream: Element `first + i` is drawn for element i; a category is drawn by that of its first.
  func draw(
    _ outputs: UnsafeBufferPointer<Float>, _ values: ColumnValues, stream: RandomStream, first: Int,
    into example: UnsafeMutableBufferPointer<Float>
  ) {
    func uniform(_ element: Int) -> Double { Double(stream.uniform(first + element)) + 0x1p-25 }
    func linear(_ element: Int) -> Double {
      values.center[element] + values.scale[element] * Double(outputs[element])
    }
    for run in runs {
      for (place, element) in run.elements.enumerated() {
        switch run.kind {
        case .gaussian, .lognormal:
          let sigma = values.scale[element] * values.sigma[run.sigmas.lowerBound + place]
          let real = linear(element) + sigma * Double(stream.normal(first + element))
          example[element] = Float(run.kind == .lognormal ? Glibc.exp(real) : real)
        case .poisson:
          let rate = Glibc.exp(min(linear(element), Double(ColumnParameter.largestLogRate)))
          example[element] = Float(Self.poisson(rate, uniform(element)))
        case .bernoulli: example[element] = uniform(element) < 1 / (1 + Glibc.exp(-Double(outputs[element]))) ? 1 : 0
        case .categorical: example[element] = 0
        }
      }
      guard run.kind == .categorical else { continue }
      let peak = run.elements.map { outputs[$0] }.max() ?? 0
      let weights = run.elements.map { Glibc.exp(Double(outputs[$0] - peak)) }
      var rest = uniform(run.elements.lowerBound) * weights.reduce(0, +)
      let chosen = weights.firstIndex { weight in
        rest -= weight
        return rest < 0
      }
      example[run.elements.lowerBound + (chosen ?? weights.count - 1)] = 1
    }
  }

  /// The quantile of `u`: the probabilities are added up from where they are worth adding.
  static func poisson(_ rate: Double, _ u: Double) -> Double {
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
