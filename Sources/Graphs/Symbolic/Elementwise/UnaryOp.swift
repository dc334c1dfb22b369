import CHighway

/// A function of one number, applied elementwise.
///
/// Declared once, as a row of this folder's files: name, kernel, Double reference, gradient, accuracy and why, the ranges
/// that tests sweep. To add one:
/// 1. a line with the kernel in `CHighway/include/elementwise-ops.h`, which makes the opcode `ELBO_NAME`;
/// 2. a row here with that opcode, in its file's list, and the function of `Symbol` beside it.
///
/// A row without a kernel does not compile, since there is no opcode; `OpTableTests` finds a kernel without a row.
package struct UnaryOp: Hashable, Sendable, CustomStringConvertible {
  /// Numbers that are part of the op: a slope, limits.
  package typealias Parameters = (first: Float, second: Float)
  /// `g · f'(x)`, from the value `y = f(x)` where that is cheaper.
  package typealias Gradient =
    @Sendable (_ x: Symbol, _ y: Symbol, _ g: Symbol, _ parameters: Parameters) throws(ShapeError) -> Symbol

  /// All that the engine and its tests know of an op.
  package final class Definition: Sendable {
    package let name: String
    let opcode: elbo_fused_opcode
    /// The exact value, in Double.
    package let reference: @Sendable (Double, Parameters) -> Double
    /// Nil where the function is flat.
    package let gradient: Gradient?
    /// Largest error of the kernel in ulps, units in the last place of a float (2⁻²³ of its power of two), of the result
    /// or of what `scale` says. A correctly rounded operation has half of one. With AVX-512 and AVX2, which fuse
    /// multiplications and additions, and with SSE4, which does not, the largest errors found are at most three quarters
    /// of these.
    package let ulps: Double
    /// What the error is relative to, given the argument and the result; nil for the result.
    package let scale: (@Sendable (Double, Double, Parameters) -> Double)?
    /// Where the kernel's accuracy is tested: all of the floats where the function is neither constant nor beyond them.
    package let sweep: [ClosedRange<Double>]
    /// Where it is smooth and moderate, for tests that compare gradients with finite differences; with the second
    /// derivatives there.
    package let smooth: [ClosedRange<Double>]
    /// Whether infinities, NaN, signed zeros and the largest floats are held to the reference as well.
    package let keepsSpecialValues: Bool
    /// Parameters that tests use.
    package let examples: [Parameters]

    init(
      _ opcode: elbo_fused_opcode, _ name: String, ulps: Double,
      scale: (@Sendable (Double, Double, Parameters) -> Double)?,
      sweep: [ClosedRange<Double>], smooth: [ClosedRange<Double>], keepsSpecialValues: Bool, examples: [Parameters],
      reference: @escaping @Sendable (Double, Parameters) -> Double, gradient: Gradient?
    ) {
      (self.opcode, self.name, self.ulps, self.scale) = (opcode, name, ulps, scale)
      (self.sweep, self.smooth, self.keepsSpecialValues) = (sweep, smooth, keepsSpecialValues)
      (self.examples, self.reference, self.gradient) = (examples, reference, gradient)
    }

    /// The number of its kernel's opcode.
    package var kernel: Int { Int(opcode.rawValue) }

    /// The op with these parameters.
    package func callAsFunction(_ first: Float, _ second: Float = 0) -> UnaryOp { UnaryOp(self, first, second) }
  }

  package let definition: Definition
  package let first: Float
  package let second: Float

  private init(_ definition: Definition, _ first: Float, _ second: Float) {
    (self.definition, self.first, self.second) = (definition, first, second)
  }

  /// An op without parameters.
  init(
    _ opcode: elbo_fused_opcode, _ name: String, ulps: Double, scale: (@Sendable (Double, Double) -> Double)? = nil,
    sweep: [ClosedRange<Double>], smooth: [ClosedRange<Double>] = [-4...4], keepsSpecialValues: Bool = true,
    reference: @escaping @Sendable (Double) -> Double,
    gradient: (@Sendable (_ x: Symbol, _ y: Symbol, _ g: Symbol) throws(ShapeError) -> Symbol)?
  ) {
    var rule: Gradient?
    if let gradient { rule = { x, y, g, _ throws(ShapeError) -> Symbol in try gradient(x, y, g) } }
    var scaleRule: (@Sendable (Double, Double, Parameters) -> Double)?
    if let scale { scaleRule = { x, y, _ in scale(x, y) } }
    let definition = Definition(
      opcode, name, ulps: ulps, scale: scaleRule, sweep: sweep, smooth: smooth, keepsSpecialValues: keepsSpecialValues,
      examples: [(0, 0)], reference: { x, _ in reference(x) }, gradient: rule)
    self.init(definition, 0, 0)
  }

  package var parameters: Parameters { (first, second) }
  package var name: String { definition.name }
  package var ulps: Double { definition.ulps }
  package var description: String { definition.examples.count == 1 ? name : "\(name)(\(first), \(second))" }

  /// The exact value of the function in Double.
  package func callAsFunction(_ x: Double) -> Double { definition.reference(x, parameters) }

  /// What the kernel's error is relative to, given the argument and the result.
  package func accuracyScale(_ x: Double, _ result: Double) -> Double {
    definition.scale.map { $0(x, result, parameters) } ?? abs(result)
  }

  package static func == (a: UnaryOp, b: UnaryOp) -> Bool {
    a.definition === b.definition && a.first == b.first && a.second == b.second
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(definition.opcode.rawValue)
    hasher.combine(first)
    hasher.combine(second)
  }

  /// Every op, with parameters that tests use.
  package static let all: [UnaryOp] = definitions.flatMap { definition in
    definition.examples.map { definition($0.first, $0.second) }
  }

  package static let definitions = arithmetic + functions + activations + steps + special
}

extension Symbol {
  package func unary(_ op: UnaryOp) -> Symbol { graph.append(.unary(op), [self], shape) }
}
