import Glibc
import Tensors

/// How far a compiled graph may be from the `Reference`, element by element: a running error analysis of Float
/// arithmetic (Higham 2002, *Accuracy and Stability of Numerical Algorithms*, section 3.3), so that no bound depends on
/// the CPU that a test was written on.
///
/// Each operation rounds its result by at most u = 2⁻²⁴ of it, an elementary function by its `ulps`, and passes on the
/// errors of its operands. A sum of n terms, in whatever order, by whatever width of vectors, with or without fused
/// multiplications, is at most
///
///     min(n, 8 √n) · u · Σ |terms|
///
/// away: n always (Higham, equation 4.4), 8 √n but for one sum in 10¹³, as roundings have either sign (Higham & Mary
/// 2019, "A New Approach to Probabilistic Rounding Error Analysis", theorem 2.4).
package struct RoundingBounds {
  package let reference: Reference
  /// By how much elementary functions may exceed their `ulps`: other libraries state other ones.
  package let functionFactor: Double

  package init(_ reference: Reference, functionFactor: Double = 1) {
    (self.reference, self.functionFactor) = (reference, functionFactor)
  }

  /// Values, and how far a Float may be from each. Not a number or infinite where nothing can be said: a comparison
  /// that rounding may turn, a quotient by what may be zero.
  package struct Bounded {
    package var values: Reference.Values
    package var errors: Reference.Values
    let shape: Shape

    /// Whether `actual` may be what Float arithmetic makes of element `index`.
    package func allows(_ actual: Float, at index: Int) -> Bool {
      let (value, error) = (values[index], errors[index])
      if value.isNaN { return actual.isNaN }
      if Double(actual) == value { return true }
      if error.isNaN || error == .infinity { return true }
      // Beyond the largest float there is only infinity.
      if Swift.abs(value) + error > Double(Float.greatestFiniteMagnitude), actual.isInfinite { return true }
      return Swift.abs(Double(actual) - value) <= error
    }
  }

  static let unit = 0x1p-24
  /// Below it a number counts as zero inside a step.
  static let smallest = 0x1p-126

  /// - Precondition: as `Reference.evaluate`; leaves are exact Floats.
  package func evaluate(_ outputs: [Symbol]) -> [Bounded] {
    guard let graph = outputs.first?.graph else { return [] }
    var needed = Set(outputs.map(\.id))
    for id in stride(from: graph.nodes.count - 1, through: 0, by: -1) where needed.contains(id) {
      needed.formUnion(graph.nodes[id].inputs)
    }
    var known: [Int: Bounded] = [:]
    for id in needed.sorted() {
      let node = graph.nodes[id]
      let inputs = node.inputs.map { known[$0] ?? Bounded(values: [], errors: [], shape: []) }
      let values = reference.evaluate(node, inputs.map { .init($0.values, $0.shape) })
      let errors = errors(node, inputs, values)
      known[id] = Bounded(values: values, errors: errors, shape: node.shape)
    }
    return outputs.map { known[$0.id] ?? Bounded(values: [], errors: [], shape: []) }
  }

  /// The factor of a sum of `count` terms.
  private static func sum(_ count: Int) -> Double { Swift.min(Double(count), 8 * Double(count).squareRoot()) * unit }

  private func errors(_ node: Graph.Node, _ inputs: [Bounded], _ y: Reference.Values) -> Reference.Values {
    /// The node's op on other numbers in place of its operands'.
    func again(_ operands: [Reference.Values], _ op: Op? = nil) -> Reference.Values {
      let node = Graph.Node(op: op ?? node.op, inputs: node.inputs, shape: node.shape, scope: "")
      return reference.evaluate(node, zip(operands, inputs).map { .init($0, $1.shape) })
    }
    func magnitudes(_ x: Bounded) -> Reference.Values { x.values.map(Swift.abs) }
    func reach(_ x: Bounded) -> Reference.Values { zip(x.values, x.errors).map { Swift.abs($0) + $1 } }
    let zeros = Reference.Values(repeating: 0, count: y.count)
    switch node.op {
    case .input, .parameter, .constant, .array: return zeros
    case .random(let distribution, _, _):
      return y.map { distribution.ulps * 2 * Self.unit * Swift.abs($0) + Self.smallest }
    case .unary(let op): return y.indices.map { error(op, inputs[0].values[$0], inputs[0].errors[$0], y[$0]) }
    case .binary(let op):
      return y.indices.map { i in
        let (a, b) = (inputs[0], inputs[1])
        return op.definition.error((a.values[i], a.errors[i]), (b.values[i], b.errors[i]), y[i])
      }
    case .select:
      return y.indices.map { i in
        let (c, a, b) = (inputs[0], inputs[1], inputs[2])
        if c.errors[i] > 0, Swift.abs(c.values[i]) <= c.errors[i] {
          return Swift.max(a.errors[i], b.errors[i]) + Swift.abs(a.values[i] - b.values[i])
        }
        return c.values[i] != 0 ? a.errors[i] : b.errors[i]
      }
    case .stopGradient, .reshape: return inputs[0].errors
    case .broadcast, .transpose, .slice, .concat: return again(inputs.map(\.errors))
    case .pad(let before, _): return again([inputs[0].errors], .pad(before: before, value: 0))
    case .gatherRows: return again([inputs[0].errors, inputs[1].values])
    case .reduce(.max, _): return again([inputs[0].errors])
    case .reduce(.sum, _):
      return grown(again([inputs[0].errors]), again([reach(inputs[0])]), inputs[0].values.count / Swift.max(y.count, 1))
    case .scatterRows:
      let index = inputs[1].values
      return grown(again([inputs[0].errors, index]), again([reach(inputs[0]), index]), index.count)
    case .matmul(let transposeA, _), .batchedMatmul(let transposeA, _):
      let whole = again(inputs.map(reach))
      let passed = zip(whole, again(inputs.map(magnitudes))).map { $0 - $1 }
      return grown(passed, whole, inputs[0].shape[transposeA ? -2 : -1])
    case .argMax:
      // Another element may be the largest where they are closer than their errors.
      return inputs[0].errors.contains { $0 > 0 } ? y.map { _ in .infinity } : zeros
    case .conv, .convInput, .convWeight:
      let whole = again(inputs.map(reach))
      let passed = zip(whole, again(inputs.map(magnitudes))).map { Swift.max(0, $0 - $1) }
      let terms = terms(node, inputs)
      // Tiles of 2×2 pixels, where channels come in whole vectors, multiply sums and differences of two inputs along
      // each axis: four times as much at the most.
      let inTiles = inputs[0].shape[1] % 16 == 0
      let largest = inTiles ? inputs.map { reach($0).max() ?? 0 }.reduce(4 * Double(terms), *) : 0
      return grown(passed, whole.map { $0 + largest }, terms)
    case .pool(.max, _): return again([inputs[0].errors])
    case .pool(.average, let g):
      return grown(again([inputs[0].errors]), again([reach(inputs[0])]), g.kernel[0] * g.kernel[1])
    case .poolGradient(let pooling, let g):
      // Which is the largest under a window may be another one.
      if pooling == .max, inputs[0].errors.contains(where: { $0 > 0 }) { return y.map { _ in .infinity } }
      let (x, pooled) = (inputs[0].values, inputs[1].values)
      return grown(
        again([x, pooled, inputs[2].errors]), again([x, pooled, reach(inputs[2])]), g.kernel[0] * g.kernel[1])
    }
  }

  /// What was passed on, and the rounding of `count` terms of so much.
  private func grown(_ passed: Reference.Values, _ whole: Reference.Values, _ count: Int) -> Reference.Values {
    zip(passed, whole).map { $0 + Self.sum(count + 1) * $1 + Self.smallest }
  }

  /// Products that a result of a convolution is the sum of, padding included.
  private func terms(_ node: Graph.Node, _ inputs: [Bounded]) -> Int {
    switch node.op {
    case .conv: inputs[1].shape.droppingFirst.count
    case .convInput: inputs[1].shape.count / Swift.max(inputs[1].shape[1], 1)
    default: inputs[1].shape.count / Swift.max(inputs[1].shape[1], 1)
    }
  }

  private func error(_ op: UnaryOp, _ x: Double, _ e: Double, _ y: Double) -> Double {
    let own = op.ulps * functionFactor * 2 * Self.unit * op.accuracyScale(x, y) + Self.smallest
    if e == 0 { return op.ulps == 0 ? 0 : own }
    // The functions rise, fall, or turn once within so short an interval.
    let ends = [x + e, x - e].map { Swift.abs(op($0) - y) }
    let passed = ends[0].isNaN || ends[1].isNaN ? .infinity : Swift.max(ends[0], ends[1])
    return passed + own * (1 + (y == 0 ? 0 : passed / Swift.abs(y)))
  }
}
