import Glibc
import Graphs

/// What likelihoods of counts have in common: their options, the encoder's view of counts, and the mean.
enum Counts {
  static let options = [
    LikelihoodOption("log1p", .flag, default: 1, help: "the encoder of counts sees log(1 + x) instead of x"),
    LikelihoodOption(
      "library", .flag, default: 0,
      help: "means of counts are shares of the example's total (library size): μ = Σx · softmax(outputs)"),
  ]

  /// The parameter with the logarithm of the mean total of the training data, of `library=yes`: what is decoded of a code
  /// alone has that total.
  static let logTotal = "logTotal"
  /// The parameter r = log θ of every element.
  static let logTheta = "logTheta"

  /// Logarithms of means beyond this would overflow.
  static let largestLogMean: Float = 30
  /// log θ is kept within ± this: beyond it a negative binomial is a Poisson to float32's last digit.
  static let largestLogTheta: Float = 20

  static func usesLibrary(_ values: [String: Float]) -> Bool { values["library"] == 1 }

  static func parameters(_ values: [String: Float]) -> [Likelihood.Parameter] {
    usesLibrary(values) ? [.init(logTotal, initial: 0, isTrained: false)] : []
  }

  /// log(1 + x) where `log1p=yes`.
  static func encoderView(_ values: [String: Float]) -> (@Sendable (Symbol) throws(ShapeError) -> Symbol)? {
    guard values["log1p"] == 1 else { return nil }
    return { @Sendable (x: Symbol) throws(ShapeError) -> Symbol in Graphs.log1p(x) }
  }

  /// log μ of every element in place of the decoder's output o for it, what is behind them left as it is:
  ///
  ///     log μ = o                                  (up to 30)
  ///     log μ = log Σx + o − log Σ exp o           with library=yes (Lopez et al. 2018, section 2.1)
  ///
  /// The total is that of `x`, at least 1, or without an example the mean total of the training data.
  static func prepare(
    _ values: [String: Float]
  ) -> @Sendable (_ outputs: Symbol, _ pixels: Int, _ x: Symbol?) throws(ShapeError) -> Symbol {
    let usesLibrary = usesLibrary(values)
    return { outputs, pixels, x throws(ShapeError) in
      let graph = outputs.graph
      let width = outputs.shape[1]
      let o = width == pixels ? outputs : try outputs.slice(axis: 1, 0..<pixels)
      let logMean: Symbol
      if usesLibrary {
        let total =
          if let x {
            Graphs.log(try maximum(x.sum([1], keepingAxes: true), graph.constant(1)))
          } else {
            try graph.parameter(logTotal, [])
          }
        logMean = try o - o.logSumExp([1], keepingAxes: true) + total
      } else {
        logMean = try minimum(o, graph.constant(largestLogMean))
      }
      return width == pixels ? logMean : try concat([logMean, outputs.slice(axis: 1, pixels..<width)], axis: 1)
    }
  }

  /// The decoder's output whose mean count is `mean`, at least a thousandth; also the share of it, but for a constant.
  static let output: @Sendable (Double) -> Double = { Glibc.log(max($0, 1e-3)) }

  /// The mean total, and θ = m² / (v − m), within 0.01 and 1000, of each element's mean and variance: what a negative binomial
  /// of the same moments has.
  static func initialValues(
    _ values: [String: Float], hasTheta: Bool
  ) -> @Sendable (Likelihood.ElementMoments) -> [String: [Float]] {
    let usesLibrary = usesLibrary(values)
    return { moments in
      var initial: [String: [Float]] = [:]
      if usesLibrary { initial[logTotal] = [Float(Glibc.log(max(moments.means.reduce(0, +), 1)))] }
      if hasTheta {
        initial[logTheta] = zip(moments.means, moments.variances).map { mean, variance in
          let theta = variance > mean ? mean * mean / (variance - mean) : 1000
          return Float(Glibc.log(min(max(theta, 0.01), 1000)))
        }
      }
      return initial
    }
  }

  /// log θ of every element, `[D]`, within its bounds.
  static func logTheta(_ graph: Graph, pixels: Int) throws(ShapeError) -> Symbol {
    hardtanh(try graph.parameter(logTheta, [pixels]), -largestLogTheta, largestLogTheta)
  }

  /// −log of the negative binomial with mean μ and dispersion θ, elementwise: with d = log μ − log θ,
  ///
  ///     −log p(x) = −log (θ)ₓ + log Γ(x + 1) + (θ + x) · softplus(d) − x · d
  ///
  /// where (θ)ₓ is the rising factorial, one op: the difference of two log Γ has lost .08 nats at θ = 10⁶ in float32.
  /// `softplus(d)` is log(1 + μ/θ), and neither it nor `x · d` is NaN at x = 0 and μ → 0.
  ///
  /// Source: Lopez et al. 2018 (scVI), supplementary equation 3, in this form.
  static func negativeBinomial(_ logMean: Symbol, logTheta: Symbol, _ x: Symbol) throws(ShapeError) -> Symbol {
    let theta = Graphs.exp(logTheta)
    let d = try logMean - logTheta
    return try (theta + x) * softplus(d) - x * d + logGamma(x + 1) - logRising(theta, x)
  }

  /// −log of the negative binomial with a further probability σ(π) of 0 (Lopez et al. 2018): with L the −log of the negative
  /// binomial,
  ///
  ///     x = 0    softplus(−π) − softplus(−π − L(0))
  ///     x > 0    softplus(π) + L(x)
  static func zeroInflated(
    _ logMean: Symbol, logTheta: Symbol, dropout: Symbol, _ x: Symbol
  ) throws(ShapeError) -> Symbol {
    let zero = try Graphs.exp(logTheta) * softplus(logMean - logTheta)
    let ofZero = try softplus(-dropout) - softplus(-dropout - zero)
    let ofOthers = try softplus(dropout) + negativeBinomial(logMean, logTheta: logTheta, x)
    return try select(lessOrEqual(x, x.graph.constant(0)), ofZero, ofOthers)
  }
}
