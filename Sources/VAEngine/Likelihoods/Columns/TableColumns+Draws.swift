import Glibc
import Tensors

/// Center, scale and σ of the columns, in Double: what draws need besides the decoder's outputs.
struct ColumnValues {
  let center: [Double]
  let scale: [Double]
  /// Of the standardized values, one for each column that has one.
  let sigma: [Double]
  /// θ of negative binomials, the probability of a further 0, and the thresholds of grades, one column after another.
  let theta: [Double]
  let dropout: [Double]
  let thresholds: [Double]
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
    func rate(_ element: Int) -> Double {
      Glibc.exp(min(linear(element), Double(ColumnParameter.largestLogRate)))
    }
    let dropping = RandomStream(
      seed: stream.seed, purpose: RandomStream.purpose(stream.purpose, then: "dropout"), step: stream.step)
    for run in runs {
      for (place, element) in run.elements.enumerated() {
        switch run.kind {
        case .gaussian, .lognormal:
          let sigma = values.scale[element] * values.sigma[run.part(of: ColumnParameter.logSigma).lowerBound + place]
          let real = linear(element) + sigma * Double(stream.normal(first + element))
          example[element] = Float(run.kind == .lognormal ? Glibc.exp(real) : real)
        case .poisson: example[element] = Float(CountDraws.poisson(rate(element), uniform(element)))
        case .nb, .zinb:
          let theta = values.theta[run.part(of: ColumnParameter.logTheta).lowerBound + place]
          let count = CountDraws.negativeBinomial(mean: rate(element), theta: theta, stream, first + element)
          let share = run.kind == .nb ? 0 : values.dropout[run.part(of: ColumnParameter.dropout).lowerBound + place]
          example[element] = Double(dropping.uniform(first + element)) < share ? 0 : Float(count)
        case .ordinal:
          let u = uniform(element)
          let above = values.thresholds[run.part(of: ColumnParameter.thresholds)]
            .prefix { u >= 1 / (1 + Glibc.exp(Double(outputs[element]) - $0)) }.count
          example[element] = Float((run.first.range?.lowerBound ?? 0) + Double(above))
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
}
