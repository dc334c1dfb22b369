import CHighway
import Glibc

// Special functions, which the kernels compute in double and round once: half an ulp, and a little for what double loses
// near their zeros. `SpecialFunctionTests` holds them to 0.7 over all floats, against mpmath's digits.

extension UnaryOp {
  static let special =
    [logGamma, digamma, trigamma].map(\.definition)
    + [logBesselIDefinition, logBesselIOverPowerDefinition, besselIRatioDefinition, besselIRatioSlopeDefinition]

  // Zeros at 1 and 2 are factors of the polynomial used there.
  static let logGamma = UnaryOp(
    ELBO_LOG_GAMMA, "logGamma", ulps: 0.7, sweep: [1e-37...1e36, 0.01...9, 0.9...2.1], smooth: [0.2...9, 20...500],
    reference: Special.logGamma
  ) { x, _, g throws(ShapeError) in try g * x.unary(.digamma) }

  static let digamma = UnaryOp(
    ELBO_DIGAMMA, "digamma", ulps: 0.7, sweep: [1e-37...3e38, 0.01...9, 1.4...1.5], smooth: [0.3...9, 20...500],
    reference: Special.digamma
  ) { x, _, g throws(ShapeError) in try g * x.unary(.trigamma) }

  static let trigamma = UnaryOp(
    ELBO_TRIGAMMA, "trigamma", ulps: 0.7, sweep: [1e-18...1e36, 0.01...9], smooth: [0.4...9],
    reference: Special.trigamma
  ) { x, _, _ throws(ShapeError) in
    throw x.fail("trigamma", [], "its derivative is not defined here")
  }

  static func logBesselI(order: Float) -> UnaryOp { logBesselIDefinition(order) }
  static func logBesselIOverPower(order: Float) -> UnaryOp { logBesselIOverPowerDefinition(order) }
  static func besselIRatio(order: Float) -> UnaryOp { besselIRatioDefinition(order) }
  static func besselIRatioSlope(order: Float) -> UnaryOp { besselIRatioSlopeDefinition(order) }

  private static func bessel(
    _ opcode: elbo_fused_opcode, _ name: String, _ reference: @escaping @Sendable (Double, Double) -> Double,
    gradient: @escaping Gradient
  ) -> Definition {
    Definition(
      opcode, name, ulps: 0.7, scale: nil, sweep: [0.01...9, 9...120], smooth: [0.5...9, 20...60],
      keepsSpecialValues: false, examples: [(0, 0), (0.5, 0), (7, 0), (31, 0), (99.5, 0)],
      reference: { x, p in reference(Double(p.first), x) }, gradient: gradient)
  }

  private static let logBesselIDefinition = bessel(ELBO_LOG_BESSEL_I, "logBesselI", Special.logBesselI) {
    x, _, g, p throws(ShapeError) in
    let ratio = x.unary(.besselIRatio(order: p.first))
    return try p.first == 0 ? g * ratio : g * (ratio + x.graph.constant(p.first, x.shape) / x)
  }

  private static let logBesselIOverPowerDefinition = bessel(
    ELBO_LOG_BESSEL_I_OVER_POWER, "logBesselIOverPower", { Special.logBesselI($0, $1) - $0 * Glibc.log($1) }
  ) { x, _, g, p throws(ShapeError) in try g * x.unary(.besselIRatio(order: p.first)) }

  private static let besselIRatioDefinition = bessel(ELBO_BESSEL_I_RATIO, "besselIRatio", Special.besselIRatio) {
    x, _, g, p throws(ShapeError) in try g * x.unary(.besselIRatioSlope(order: p.first))
  }

  private static let besselIRatioSlopeDefinition = bessel(
    ELBO_BESSEL_I_RATIO_SLOPE, "besselIRatioSlope", Special.besselIRatioSlope
  ) { x, _, _, _ throws(ShapeError) in
    throw x.fail("besselIRatioSlope", [], "its derivative is not defined here")
  }
}

extension BinaryOp {
  static let special = [logRising, digammaDifference]

  /// The errors of the operands by the values at the ends of their intervals, and `ulps` of `scale`.
  private static func error(
    _ f: @escaping @Sendable (Double, Double) -> Double, ulps: Double,
    _ scale: @escaping @Sendable (_ n: Double, _ y: Double) -> Double
  ) -> @Sendable (Operand, Operand, Double) -> Double {
    { a, n, y in
      var passed = 0.0
      if a.error + n.error > 0 {
        for (da, dn) in [(1.0, 1.0), (1, -1), (-1, 1), (-1, -1)] {
          let other = Swift.abs(f(a.value + da * a.error, n.value + dn * n.error) - y)
          passed = other.isNaN ? .infinity : max(passed, other)
        }
      }
      return passed + ulps * 2 * Rounding.unit * (scale(n.value, y) + passed) + Rounding.smallest
    }
  }

  static let logRising = BinaryOp(
    ELBO_LOG_RISING, "logRising", range: 0.3...9, reference: Special.logRising,
    error: error(Special.logRising, ulps: 0.7) { n, y in max(Swift.abs(y), min(n, 1) * 0x1p-6) }
  ) { a, n, _, g, wanted throws(ShapeError) in
    [wanted.a ? try g * Graphs.digammaDifference(a, n) : nil, wanted.b ? try g * (a + n).unary(.digamma) : nil]
  }

  static let digammaDifference = BinaryOp(
    ELBO_DIGAMMA_DIFFERENCE, "digammaDifference", range: 0.3...9, reference: Special.digammaDifference,
    error: error(Special.digammaDifference, ulps: 0.7) { _, y in Swift.abs(y) }
  ) { a, n, _, g, wanted throws(ShapeError) in
    let end = try (a + n).unary(.trigamma)
    return [wanted.a ? try g * (end - a.unary(.trigamma)) : nil, wanted.b ? try g * end : nil]
  }
}

// Each is correct to 0.7 ulp of the result, over all floats, unless it says otherwise. NaN where an argument is negative
// or NaN.

/// log Γ(x) for x ≥ 0, +∞ at 0.
///
/// Backward: ∂/∂x = ψ(x), `digamma`.
package func logGamma(_ x: Symbol) -> Symbol { x.unary(.logGamma) }

/// ψ(x) = d/dx log Γ(x) for x ≥ 0, −∞ at 0.
///
/// Backward: ∂/∂x = ψ′(x), `trigamma`.
package func digamma(_ x: Symbol) -> Symbol { x.unary(.digamma) }

/// ψ′(x) for x ≥ 0, +∞ at 0. It has no gradient here.
package func trigamma(_ x: Symbol) -> Symbol { x.unary(.trigamma) }

/// The logarithm of the rising factorial (Pochhammer's symbol), for a ≥ 0 and n ≥ 0, whole or not:
///
///     log (a)ₙ = log Γ(a + n) − log Γ(a) = Σ_{i<n} log(a + i)
///
/// without the cancellation of the difference, as negative binomial and Dirichlet-multinomial likelihoods need it where a is
/// large. Broadcasts. 0 at n = 0; −∞ at a = 0. The error is 0.7 ulp of the result or, near its zeros between whole n, of
/// min(n, 1) / 64.
///
/// Backward: ∂/∂a = ψ(a + n) − ψ(a), `digammaDifference`; ∂/∂n = ψ(a + n).
package func logRising(_ a: Symbol, _ n: Symbol) throws(ShapeError) -> Symbol {
  try Symbol.elementwise(.logRising, a, n)
}

/// ψ(a + n) − ψ(a) = Σ_{i<n} 1 / (a + i) for a ≥ 0 and n ≥ 0, without the cancellation of the difference. Broadcasts. 0
/// at n = 0; +∞ at a = 0.
///
/// Backward: ∂/∂a = ψ′(a + n) − ψ′(a), which does cancel where a is much larger than n; ∂/∂n = ψ′(a + n).
package func digammaDifference(_ a: Symbol, _ n: Symbol) throws(ShapeError) -> Symbol {
  try Symbol.elementwise(.digammaDifference, a, n)
}

/// log I_v(x), the modified Bessel function of the first kind, of order v from 0 to 10⁶ and x ≥ 0. At 0 it is 0 or, of an
/// order above 0, −∞.
///
/// Backward: ∂/∂x = I_{v+1}(x) / I_v(x) + v/x.
package func logBesselI(_ x: Symbol, order: Float) throws(ShapeError) -> Symbol {
  try x.checkOrder("logBesselI", order)
  return x.unary(.logBesselI(order: order))
}

/// log (I_v(x) / x^v), finite and smooth at 0: the normalization of a von Mises–Fisher distribution on the sphere in D
/// dimensions is, with v = D/2 − 1 (Davidson et al. 2018, "Hyperspherical Variational Auto-Encoders", equation 3),
///
///     log C_D(κ) = −log (I_v(κ) / κ^v) − D/2 · log 2π
///
/// and the derivative of its logarithm, minus the mean resultant length, has no v/κ that would have to cancel.
///
/// Backward: ∂/∂x = I_{v+1}(x) / I_v(x), `besselIRatio`.
package func logBesselIOverPower(_ x: Symbol, order: Float) throws(ShapeError) -> Symbol {
  try x.checkOrder("logBesselIOverPower", order)
  return x.unary(.logBesselIOverPower(order: order))
}

/// I_{v+1}(x) / I_v(x), from 0 at 0 to 1 at infinity, of order v from 0 to 10⁶: the mean resultant length of a von
/// Mises–Fisher distribution.
///
/// Backward: ∂/∂x = 1 − r² − (2v + 1)/x · r, computed without that cancellation by `besselIRatioSlope`.
package func besselIRatio(_ x: Symbol, order: Float) throws(ShapeError) -> Symbol {
  try x.checkOrder("besselIRatio", order)
  return x.unary(.besselIRatio(order: order))
}

extension Symbol {
  fileprivate func checkOrder(_ name: String, _ order: Float) throws(ShapeError) {
    guard order >= 0, order <= 1e6 else { throw fail(name, [], "needs an order from 0 to 1,000,000, not \(order)") }
  }
}
