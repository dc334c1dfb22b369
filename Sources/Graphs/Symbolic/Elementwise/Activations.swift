import CHighway
import Glibc

// Activations of networks. Quotients, sums and products of what exponentials and logarithms give.

extension UnaryOp {
  static let activations =
    [tanh, sigmoid, softplus, relu, gelu, silu].map(\.definition) + [leakyReluDefinition, eluDefinition]

  static let tanh = UnaryOp(
    ELBO_TANH, "tanh", ulps: 2.5, sweep: [-9...9, -1...1], smooth: [-4...4, -1e-3...1e-3],
    reference: { Glibc.tanh($0) }
  ) { _, y, g throws(ShapeError) in try g * (1 - y.unary(.square)) }

  static let sigmoid = UnaryOp(
    ELBO_SIGMOID, "sigmoid", ulps: 2.5, sweep: [-86...20, -3...3], smooth: [-6...6],
    reference: { 1 / (1 + Glibc.exp(-$0)) }
  ) { _, y, g throws(ShapeError) in try g * (y * (1 - y)) }

  static let softplus = UnaryOp(
    ELBO_SOFTPLUS, "softplus", ulps: 2.5, sweep: [-86...90, -3...3], smooth: [-12...12],
    reference: { $0 > 0 ? $0 + Glibc.log1p(Glibc.exp(-$0)) : Glibc.log1p(Glibc.exp($0)) }
  ) { x, _, g throws(ShapeError) in try g * x.unary(.sigmoid) }

  static let relu = UnaryOp(
    ELBO_RELU, "relu", ulps: 0, sweep: [-9...9], smooth: [0.01...3, -3 ... -0.01], reference: { $0 < 0 ? 0 : $0 }
  ) { _, y, g throws(ShapeError) in try g * y.unary(.step) }

  // `1 + erf` cancels where x is negative, as PyTorch's does: the error is relative to x/2 there.
  static let gelu = UnaryOp(
    ELBO_GELU, "gelu", ulps: 5, scale: { x, y in max(Swift.abs(y), Swift.abs(x) / 2) }, sweep: [-6...9, -1...1],
    keepsSpecialValues: false, reference: { 0.5 * $0 * (1 + Glibc.erf($0 / 2.0.squareRoot())) }
  ) { x, _, g throws(ShapeError) in
    let density = (x.unary(.square) * -0.5).unary(.exp) * 0.398_942_280
    let cumulative = ((x * 0.707_106_781).unary(.erf) + 1) * 0.5
    return try g * (cumulative + x * density)
  }

  static let silu = UnaryOp(
    ELBO_SILU, "silu", ulps: 3, sweep: [-86...20, -3...3], keepsSpecialValues: false,
    reference: { $0 / (1 + Glibc.exp(-$0)) }
  ) { x, y, g throws(ShapeError) in
    let s = x.unary(.sigmoid)
    return try g * (s + y * (1 - s))
  }

  /// x, or slope · x where x is negative.
  static func leakyRelu(slope: Float) -> UnaryOp { leakyReluDefinition(slope) }

  private static let leakyReluDefinition = Definition(
    ELBO_LEAKY_RELU, "leakyRelu", ulps: 0.51, scale: nil, sweep: [-9...9], smooth: [-3 ... -0.01, 0.01...3],
    keepsSpecialValues: true, examples: [(0.01, 0), (0.3, 0)],
    reference: { x, p in x < 0 ? Double(p.first) * x : x }
  ) { x, _, g, p throws(ShapeError) in try g * (x.unary(.step) * (1 - p.first) + p.first) }

  /// x, or α (eˣ − 1) where x is negative.
  static func elu(alpha: Float) -> UnaryOp { eluDefinition(alpha) }

  private static let eluDefinition = Definition(
    ELBO_ELU, "elu", ulps: 2.5, scale: nil, sweep: [-17...3], smooth: [-3 ... -0.01, 0.01...3],
    keepsSpecialValues: true, examples: [(1, 0), (0.5, 0)],
    reference: { x, p in x < 0 ? Double(p.first) * Glibc.expm1(x) : x }
  ) { x, y, g, p throws(ShapeError) in
    try g * select(x.unary(.step), x.graph.constant(1, x.shape), y + p.first)
  }
}

package func tanh(_ x: Symbol) -> Symbol { x.unary(.tanh) }
package func sigmoid(_ x: Symbol) -> Symbol { x.unary(.sigmoid) }
package func softplus(_ x: Symbol) -> Symbol { x.unary(.softplus) }
package func relu(_ x: Symbol) -> Symbol { x.unary(.relu) }
package func gelu(_ x: Symbol) -> Symbol { x.unary(.gelu) }
package func silu(_ x: Symbol) -> Symbol { x.unary(.silu) }
package func leakyRelu(_ x: Symbol, slope: Float = 0.01) -> Symbol { x.unary(.leakyRelu(slope: slope)) }
package func elu(_ x: Symbol, alpha: Float = 1) -> Symbol { x.unary(.elu(alpha: alpha)) }
