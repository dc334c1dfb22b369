import CHighway
import Glibc

/// A function of two numbers, applied elementwise. Declared once, as a row of this file or `SpecialFunctions.swift`; its
/// kernel is a line of `CHighway/include/elementwise-ops.h`. See `UnaryOp`.
package struct BinaryOp: Hashable, Sendable, CustomStringConvertible {
  /// A number and how far a Float may be from it.
  package typealias Operand = (value: Double, error: Double)
  /// The gradients of both operands from that of the result; nil where none flows or none is wanted.
  package typealias Gradients =
    @Sendable (_ a: Symbol, _ b: Symbol, _ y: Symbol, _ g: Symbol, _ wanted: (a: Bool, b: Bool)) throws(ShapeError) ->
    [Symbol?]

  package final class Definition: Sendable {
    package let name: String
    let opcode: elbo_fused_opcode
    package let reference: @Sendable (Double, Double) -> Double
    /// Nil where the function is flat.
    package let gradients: Gradients?
    /// How far a Float may be from the result y: what the errors of the operands become, and the op's own rounding.
    package let error: @Sendable (_ a: Operand, _ b: Operand, _ y: Double) -> Double
    /// Where both operands lie in tests.
    package let range: ClosedRange<Double>

    /// The number of its kernel's opcode.
    package var kernel: Int { Int(opcode.rawValue) }

    init(
      _ opcode: elbo_fused_opcode, _ name: String, range: ClosedRange<Double>,
      reference: @escaping @Sendable (Double, Double) -> Double,
      error: @escaping @Sendable (Operand, Operand, Double) -> Double, gradients: Gradients?
    ) {
      (self.opcode, self.name, self.range) = (opcode, name, range)
      (self.reference, self.error, self.gradients) = (reference, error, gradients)
    }
  }

  package let definition: Definition
  package var name: String { definition.name }
  package var description: String { name }

  init(
    _ opcode: elbo_fused_opcode, _ name: String, range: ClosedRange<Double> = -2...2,
    reference: @escaping @Sendable (Double, Double) -> Double,
    error: @escaping @Sendable (Operand, Operand, Double) -> Double, gradients: Gradients?
  ) {
    definition = Definition(opcode, name, range: range, reference: reference, error: error, gradients: gradients)
  }

  /// The exact value of the function in Double.
  package func callAsFunction(_ a: Double, _ b: Double) -> Double { definition.reference(a, b) }

  package static func == (a: BinaryOp, b: BinaryOp) -> Bool { a.definition === b.definition }
  package func hash(into hasher: inout Hasher) { hasher.combine(definition.opcode.rawValue) }

  package static let all = arithmetic + comparisons + special
}

extension BinaryOp {
  static let arithmetic = [add, subtract, multiply, divide, maximum, minimum, bceWithLogits]
  static let comparisons = [less, lessOrEqual, equal]

  /// What was passed on, and the rounding of a correctly rounded operation.
  private static func rounded(_ passed: Double, _ y: Double) -> Double {
    passed + Rounding.unit * (Swift.abs(y) + passed) + Rounding.smallest
  }

  static let add = BinaryOp(
    ELBO_ADD, "+", reference: { $0 + $1 }, error: { a, b, y in rounded(a.error + b.error, y) }
  ) { _, _, _, g, _ in [g, g] }

  static let subtract = BinaryOp(
    ELBO_SUBTRACT, "−", reference: { $0 - $1 }, error: { a, b, y in rounded(a.error + b.error, y) }
  ) { _, _, _, g, _ in [g, -g] }

  static let multiply = BinaryOp(
    ELBO_MULTIPLY, "×", reference: { $0 * $1 },
    error: { a, b, y in
      rounded(Swift.abs(a.value) * b.error + Swift.abs(b.value) * a.error + a.error * b.error, y)
    }
  ) { a, b, _, g, wanted throws(ShapeError) in [wanted.a ? try g * b : nil, wanted.b ? try g * a : nil] }

  static let divide = BinaryOp(
    ELBO_DIVIDE, "÷", range: 0.3...3, reference: { $0 / $1 },
    error: { a, b, y in
      guard Swift.abs(b.value) > b.error else { return a.error + b.error == 0 ? 0 : .infinity }
      return rounded((a.error + Swift.abs(y) * b.error) / (Swift.abs(b.value) - b.error), y)
    }
  ) { _, b, y, g, wanted throws(ShapeError) in
    [wanted.a ? try g / b : nil, wanted.b ? try -(g * y / b) : nil]
  }

  /// NaN wins.
  static let maximum = BinaryOp(
    ELBO_MAXIMUM, "maximum", reference: { $0.isNaN || $1.isNaN ? .nan : max($0, $1) },
    error: { a, b, _ in max(a.error, b.error) }
  ) { a, b, _, g, _ throws(ShapeError) in
    // Where they are equal each takes half, as PyTorch does.
    let tie = try Graphs.equal(a, b) * 0.5
    let first = try Graphs.less(b, a)
    let second = try Graphs.less(a, b)
    return [try g * (first + tie), try g * (second + tie)]
  }

  static let minimum = BinaryOp(
    ELBO_MINIMUM, "minimum", reference: { $0.isNaN || $1.isNaN ? .nan : min($0, $1) },
    error: { a, b, _ in max(a.error, b.error) }
  ) { a, b, _, g, _ throws(ShapeError) in
    let tie = try Graphs.equal(a, b) * 0.5
    let first = try Graphs.less(a, b)
    let second = try Graphs.less(b, a)
    return [try g * (first + tie), try g * (second + tie)]
  }

  /// 1 where a comparison holds, else 0; either where rounding may turn it.
  private static func comparison(
    _ opcode: elbo_fused_opcode, _ name: String, _ holds: @escaping @Sendable (Double, Double) -> Bool
  ) -> BinaryOp {
    BinaryOp(
      opcode, name, reference: { holds($0, $1) ? 1 : 0 },
      error: { a, b, _ in
        let e = a.error + b.error
        return e > 0 && Swift.abs(a.value - b.value) <= e ? 1 : 0
      }, gradients: nil)
  }

  static let less = comparison(ELBO_LESS, "<") { $0 < $1 }
  static let lessOrEqual = comparison(ELBO_LESS_OR_EQUAL, "≤") { $0 <= $1 }
  static let equal = comparison(ELBO_EQUAL, "=") { $0 == $1 }

  /// Bernoulli cross-entropy of a logit x and a target t in nats: `max(x, 0) − x·t + log1p(exp(−|x|))`.
  static let bceWithLogits = BinaryOp(
    ELBO_BCE, "bceWithLogits",
    reference: { x, t in max(x, 0) - x * t + Glibc.log1p(Glibc.exp(-Swift.abs(x))) },
    error: { a, b, _ in
      let (x, t) = (a.value, b.value)
      let slope = Swift.abs(UnaryOp.sigmoid(x) - t) + 0.25 * a.error + b.error
      let size = max(x, 0) + Swift.abs(x * t) + Glibc.log1p(Glibc.exp(-Swift.abs(x)))
      // A product, two sums and a softplus.
      let own = (UnaryOp.softplus.ulps + 3) * 2 * Rounding.unit * size
      return slope * a.error + (Swift.abs(x) + a.error) * b.error + own + Rounding.smallest
    }
  ) { x, t, _, g, wanted throws(ShapeError) in
    [wanted.a ? try g * (x.unary(.sigmoid) - t) : nil, wanted.b ? try -(g * x) : nil]
  }
}

// Each broadcasts its operands.

/// Elementwise larger (smaller) of two; NaN wins.
package func maximum(_ a: Symbol, _ b: Symbol) throws(ShapeError) -> Symbol { try Symbol.elementwise(.maximum, a, b) }
package func minimum(_ a: Symbol, _ b: Symbol) throws(ShapeError) -> Symbol { try Symbol.elementwise(.minimum, a, b) }

/// 1 where the comparison holds, else 0; no gradient.
package func less(_ a: Symbol, _ b: Symbol) throws(ShapeError) -> Symbol { try Symbol.elementwise(.less, a, b) }
package func lessOrEqual(_ a: Symbol, _ b: Symbol) throws(ShapeError) -> Symbol {
  try Symbol.elementwise(.lessOrEqual, a, b)
}
package func equal(_ a: Symbol, _ b: Symbol) throws(ShapeError) -> Symbol { try Symbol.elementwise(.equal, a, b) }

/// Bernoulli cross-entropy in nats of logits against targets in [0, 1], elementwise and not reduced:
///
///     bce = max(x, 0) − x·t + log1p(exp(−|x|)),   ∂/∂x = σ(x) − t,   ∂/∂t = −x
package func bceWithLogits(_ logits: Symbol, _ targets: Symbol) throws(ShapeError) -> Symbol {
  try Symbol.elementwise(.bceWithLogits, logits, targets)
}
