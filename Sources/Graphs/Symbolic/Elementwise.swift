import Tensors

// Arithmetic with NumPy broadcasting: shapes align at the last axis, extents agree or one of them is 1.

extension Symbol {
  func unary(_ op: UnaryOp) -> Symbol { graph.append(.unary(op), [self], shape) }

  /// `self` broadcast to `target`, aligned at the last axis.
  package func broadcast(to target: Shape) throws(ShapeError) -> Symbol {
    if shape == target { return self }
    guard shape.rank <= target.rank else { throw fail("broadcast", [], "cannot become \(target)") }
    let missing = target.rank - shape.rank
    let aligned = Shape(Array(repeating: 1, count: missing) + shape.dimensions)
    for axis in 0..<target.rank where aligned[axis] != 1 && aligned[axis] != target[axis] {
      throw fail("broadcast", [], "cannot become \(target)")
    }
    if case .constant(let value) = op { return graph.constant(value, target) }
    let source = missing == 0 ? self : graph.append(.reshape, [self], aligned)
    return aligned == target ? source : graph.append(.broadcast, [source], target)
  }

  static func elementwise(_ op: BinaryOp, _ name: String, _ a: Symbol, _ b: Symbol) throws(ShapeError) -> Symbol {
    let shape = try broadcastShape(name, [a, b])
    return a.graph.append(.binary(op), [try a.broadcast(to: shape), try b.broadcast(to: shape)], shape)
  }

  static func broadcastShape(_ name: String, _ operands: [Symbol]) throws(ShapeError) -> Shape {
    try operands.first?.requireSameGraph(name, Array(operands.dropFirst()))
    let rank = operands.map(\.shape.rank).max() ?? 0
    var extents = [Int](repeating: 1, count: rank)
    for operand in operands {
      let missing = rank - operand.shape.rank
      for axis in 0..<operand.shape.rank {
        let extent = operand.shape[axis]
        guard extents[missing + axis] == extent || extents[missing + axis] == 1 || extent == 1 else {
          throw operands[0].fail(name, Array(operands.dropFirst()), "extents do not agree, nor is one of them 1")
        }
        if extent != 1 { extents[missing + axis] = extent }
      }
    }
    return Shape(extents)
  }

  package static func + (a: Symbol, b: Symbol) throws(ShapeError) -> Symbol { try elementwise(.add, "+", a, b) }
  package static func - (a: Symbol, b: Symbol) throws(ShapeError) -> Symbol { try elementwise(.subtract, "−", a, b) }
  package static func * (a: Symbol, b: Symbol) throws(ShapeError) -> Symbol { try elementwise(.multiply, "×", a, b) }
  package static func / (a: Symbol, b: Symbol) throws(ShapeError) -> Symbol { try elementwise(.divide, "÷", a, b) }

  package static func + (a: Symbol, b: Float) -> Symbol { a.scalar(.add, b) }
  package static func - (a: Symbol, b: Float) -> Symbol { a.scalar(.subtract, b) }
  package static func * (a: Symbol, b: Float) -> Symbol { a.scalar(.multiply, b) }
  package static func / (a: Symbol, b: Float) -> Symbol { a.scalar(.divide, b) }
  package static func + (a: Float, b: Symbol) -> Symbol { b + a }
  package static func - (a: Float, b: Symbol) -> Symbol {
    b.graph.append(.binary(.subtract), [b.graph.constant(a, b.shape), b], b.shape)
  }
  package static func * (a: Float, b: Symbol) -> Symbol { b * a }
  package static prefix func - (a: Symbol) -> Symbol { a.unary(.negate) }

  private func scalar(_ op: BinaryOp, _ value: Float) -> Symbol {
    graph.append(.binary(op), [self, graph.constant(value, shape)], shape)
  }
}

/// Elementwise larger (smaller) of two; NaN wins.
package func maximum(_ a: Symbol, _ b: Symbol) throws(ShapeError) -> Symbol {
  try Symbol.elementwise(.maximum, "maximum", a, b)
}
package func minimum(_ a: Symbol, _ b: Symbol) throws(ShapeError) -> Symbol {
  try Symbol.elementwise(.minimum, "minimum", a, b)
}

/// 1 where the comparison holds, else 0; no gradient.
package func less(_ a: Symbol, _ b: Symbol) throws(ShapeError) -> Symbol { try Symbol.elementwise(.less, "<", a, b) }
package func lessOrEqual(_ a: Symbol, _ b: Symbol) throws(ShapeError) -> Symbol {
  try Symbol.elementwise(.lessOrEqual, "≤", a, b)
}
package func equal(_ a: Symbol, _ b: Symbol) throws(ShapeError) -> Symbol { try Symbol.elementwise(.equal, "=", a, b) }

/// `a` where `condition` is not 0, else `b`; each side's gradient flows only where it was taken.
package func select(_ condition: Symbol, _ a: Symbol, _ b: Symbol) throws(ShapeError) -> Symbol {
  let shape = try Symbol.broadcastShape("select", [condition, a, b])
  let operands = [try condition.broadcast(to: shape), try a.broadcast(to: shape), try b.broadcast(to: shape)]
  return condition.graph.append(.select, operands, shape)
}

/// Bernoulli cross-entropy in nats of logits against targets in [0, 1], elementwise and not reduced:
///
///     bce = max(x, 0) − x·t + log1p(exp(−|x|)),   ∂/∂x = σ(x) − t,   ∂/∂t = −x
package func bceWithLogits(_ logits: Symbol, _ targets: Symbol) throws(ShapeError) -> Symbol {
  try Symbol.elementwise(.bceWithLogits, "bceWithLogits", logits, targets)
}

package func abs(_ x: Symbol) -> Symbol { x.unary(.absolute) }
package func square(_ x: Symbol) -> Symbol { x.unary(.square) }
package func sqrt(_ x: Symbol) -> Symbol { x.unary(.squareRoot) }
package func reciprocal(_ x: Symbol) -> Symbol { x.unary(.reciprocal) }
package func exp(_ x: Symbol) -> Symbol { x.unary(.exp) }
package func log(_ x: Symbol) -> Symbol { x.unary(.log) }
package func expm1(_ x: Symbol) -> Symbol { x.unary(.expm1) }
package func log1p(_ x: Symbol) -> Symbol { x.unary(.log1p) }
package func sin(_ x: Symbol) -> Symbol { x.unary(.sin) }
package func cos(_ x: Symbol) -> Symbol { x.unary(.cos) }
package func erf(_ x: Symbol) -> Symbol { x.unary(.erf) }
package func tanh(_ x: Symbol) -> Symbol { x.unary(.tanh) }
package func sigmoid(_ x: Symbol) -> Symbol { x.unary(.sigmoid) }
package func softplus(_ x: Symbol) -> Symbol { x.unary(.softplus) }
package func relu(_ x: Symbol) -> Symbol { x.unary(.relu) }
package func gelu(_ x: Symbol) -> Symbol { x.unary(.gelu) }
package func silu(_ x: Symbol) -> Symbol { x.unary(.silu) }
package func leakyRelu(_ x: Symbol, slope: Float = 0.01) -> Symbol { x.unary(.leakyRelu(slope: slope)) }
package func elu(_ x: Symbol, alpha: Float = 1) -> Symbol { x.unary(.elu(alpha: alpha)) }
/// x limited to [low, high]; the gradient passes inside, ends included.
package func clip(_ x: Symbol, _ low: Float, _ high: Float) -> Symbol { x.unary(.clip(low, high)) }
package func hardtanh(_ x: Symbol, _ low: Float = -1, _ high: Float = 1) -> Symbol { clip(x, low, high) }
package func floor(_ x: Symbol) -> Symbol { x.unary(.floor) }
package func round(_ x: Symbol) -> Symbol { x.unary(.round) }
package func sign(_ x: Symbol) -> Symbol { x.unary(.sign) }
package func step(_ x: Symbol) -> Symbol { x.unary(.step) }

/// x, through which no gradient flows.
package func stopGradient(_ x: Symbol) -> Symbol { x.graph.append(.stopGradient, [x], x.shape) }

/// The value of `hard` with the gradient of `soft` (Bengio et al. 2013).
package func straightThrough(_ hard: Symbol, _ soft: Symbol) throws(ShapeError) -> Symbol {
  try stopGradient(hard - soft) + soft
}
