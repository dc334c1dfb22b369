import CHighway
import Glibc

// Exponentials, logarithms, trigonometric functions, erf.

extension UnaryOp {
  static let functions = [exp, log, expm1, log1p, sin, cos, erf, atanh].map(\.definition)

  // A polynomial on a short interval, and the scale put back.
  static let exp = UnaryOp(
    ELBO_EXP, "exp", ulps: 1, sweep: [-87...88.7, -8 ... -6, -1...1], smooth: [-9...9], reference: { Glibc.exp($0) }
  ) { _, y, g throws(ShapeError) in try g * y }

  static let log = UnaryOp(
    ELBO_LOG, "log", ulps: 1.5, sweep: [0...3e38, 0...3, 0.9...1.1], smooth: [0.01...9], reference: { Glibc.log($0) }
  ) { x, _, g throws(ShapeError) in try g / x }

  // The same, and a difference from 1 or a sum with what rounding took.
  static let expm1 = UnaryOp(
    ELBO_EXPM1, "expm1", ulps: 1.5, sweep: [-17...88.7, -1...1], smooth: [-4...4, -1e-4...1e-4],
    reference: { Glibc.expm1($0) }
  ) { _, y, g throws(ShapeError) in try g * (y + 1) }

  static let log1p = UnaryOp(
    ELBO_LOG1P, "log1p", ulps: 2, sweep: [-0.9999...1e30, -0.9...3], smooth: [-0.9...9, -1e-4...1e-4],
    reference: { Glibc.log1p($0) }
  ) { x, _, g throws(ShapeError) in try g / (x + 1) }

  // Highway's, after a reduction to [−π/2, π/2] by three constants: near their zeros they keep what the reduction leaves of
  // the argument. Beyond ±1000 it leaves less.
  static let sin: UnaryOp = UnaryOp(
    ELBO_SIN, "sin", ulps: 2, scale: { _, y in max(Swift.abs(y), 0x1p-10) }, sweep: [-1000...1000, -7...7],
    smooth: [-9...9], keepsSpecialValues: false, reference: { Glibc.sin($0) }
  ) { x, _, g throws(ShapeError) in try g * x.unary(.cos) }

  static let cos: UnaryOp = UnaryOp(
    ELBO_COS, "cos", ulps: 2, scale: { _, y in max(Swift.abs(y), 0x1p-10) }, sweep: [-1000...1000, -7...7],
    smooth: [-9...9], keepsSpecialValues: false, reference: { Glibc.cos($0) }
  ) { x, _, g throws(ShapeError) in try -(g * x.unary(.sin)) }

  // A quotient of two polynomials.
  static let erf = UnaryOp(
    ELBO_ERF, "erf", ulps: 5, sweep: [-4...4, -0.5...0.5], reference: { Glibc.erf($0) }
  ) { x, _, g throws(ShapeError) in try g * ((-x.unary(.square)).unary(.exp) * 1.128_379_167) }

  // log1p of a quotient of a difference: half an ulp each, and log1p's own. NaN beyond ±1.
  static let atanh = UnaryOp(
    ELBO_ATANH, "atanh", ulps: 3.5, sweep: [-0.999_999...0.999_999, -0.1...0.1], smooth: [-0.9...0.9],
    reference: { Glibc.atanh($0) }
  ) { x, _, g throws(ShapeError) in try g / (1 - x.unary(.square)) }
}

package func exp(_ x: Symbol) -> Symbol { x.unary(.exp) }
package func log(_ x: Symbol) -> Symbol { x.unary(.log) }
package func expm1(_ x: Symbol) -> Symbol { x.unary(.expm1) }
package func log1p(_ x: Symbol) -> Symbol { x.unary(.log1p) }
package func sin(_ x: Symbol) -> Symbol { x.unary(.sin) }
package func cos(_ x: Symbol) -> Symbol { x.unary(.cos) }
package func erf(_ x: Symbol) -> Symbol { x.unary(.erf) }
package func atanh(_ x: Symbol) -> Symbol { x.unary(.atanh) }
