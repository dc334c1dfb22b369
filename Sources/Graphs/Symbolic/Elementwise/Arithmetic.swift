import CHighway

// Arithmetic, and functions that are flat almost everywhere.

extension UnaryOp {
  static let arithmetic = [negate, absolute, square, squareRoot, reciprocal].map(\.definition) + [clipDefinition]
  static let steps = [sign, step, floor, round].map(\.definition)

  static let negate = UnaryOp(ELBO_NEGATE, "negate", ulps: 0, sweep: [-9...9], reference: { -$0 }) { _, _, g in -g }

  static let absolute = UnaryOp(
    ELBO_ABSOLUTE, "abs", ulps: 0, sweep: [-9...9], smooth: [0.1...3, -3 ... -0.1], reference: { Swift.abs($0) }
  ) { x, _, g throws(ShapeError) in try g * x.unary(.sign) }

  // Correctly rounded.
  static let square = UnaryOp(
    ELBO_SQUARE, "square", ulps: 0.51, sweep: [-1e18...1e18, -3...3], reference: { $0 * $0 }
  ) { x, _, g throws(ShapeError) in try g * (2 * x) }

  static let squareRoot = UnaryOp(
    ELBO_SQUARE_ROOT, "sqrt", ulps: 0.51, sweep: [0...1e38, 0...2], smooth: [0.1...9], reference: { $0.squareRoot() }
  ) { _, y, g throws(ShapeError) in try g * 0.5 / y }

  static let reciprocal = UnaryOp(
    ELBO_RECIPROCAL, "reciprocal", ulps: 0.51, sweep: [1e-37...1e-30, 0.01...9, -1e37 ... -1], smooth: [0.3...4],
    reference: { 1 / $0 }
  ) { _, y, g throws(ShapeError) in try -(g * y.unary(.square)) }

  /// x limited to an interval; the gradient passes inside, ends included.
  static func clip(_ low: Float, _ high: Float) -> UnaryOp { clipDefinition(low, high) }

  private static let clipDefinition = Definition(
    ELBO_CLIP, "clip", ulps: 0, scale: nil, sweep: [-9...9], smooth: [-0.99...0.99, 2.01...3, -3 ... -1.01],
    keepsSpecialValues: true, examples: [(-1, 2)],
    reference: { x, p in x < Double(p.first) ? Double(p.first) : x > Double(p.second) ? Double(p.second) : x }
  ) { x, _, g, p throws(ShapeError) in
    let inside =
      try lessOrEqual(x.graph.constant(p.first, x.shape), x)
      * lessOrEqual(x, x.graph.constant(p.second, x.shape))
    return try g * inside
  }

  /// −1, 0 or 1.
  static let sign = UnaryOp(
    ELBO_SIGN, "sign", ulps: 0, sweep: [-9...9], reference: { $0 > 0 ? 1 : $0 < 0 ? -1 : $0 }, gradient: nil)
  /// 1 where x > 0, else 0.
  static let step = UnaryOp(
    ELBO_STEP, "step", ulps: 0, sweep: [-9...9], reference: { $0 > 0 ? 1 : 0 }, gradient: nil)
  static let floor = UnaryOp(
    ELBO_FLOOR, "floor", ulps: 0, sweep: [-1e6...1e6], reference: { $0.rounded(.down) }, gradient: nil)
  static let round = UnaryOp(
    ELBO_ROUND, "round", ulps: 0, sweep: [-1e6...1e6], reference: { $0.rounded(.toNearestOrEven) }, gradient: nil)
}

package func abs(_ x: Symbol) -> Symbol { x.unary(.absolute) }
package func square(_ x: Symbol) -> Symbol { x.unary(.square) }
package func sqrt(_ x: Symbol) -> Symbol { x.unary(.squareRoot) }
package func reciprocal(_ x: Symbol) -> Symbol { x.unary(.reciprocal) }
/// x limited to [low, high]; the gradient passes inside, ends included.
package func clip(_ x: Symbol, _ low: Float, _ high: Float) -> Symbol { x.unary(.clip(low, high)) }
package func hardtanh(_ x: Symbol, _ low: Float = -1, _ high: Float = 1) -> Symbol { clip(x, low, high) }
package func floor(_ x: Symbol) -> Symbol { x.unary(.floor) }
package func round(_ x: Symbol) -> Symbol { x.unary(.round) }
package func sign(_ x: Symbol) -> Symbol { x.unary(.sign) }
package func step(_ x: Symbol) -> Symbol { x.unary(.step) }
