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
      let errors = node.op.definition.error(
        Rounding(op: node.op, shape: node.shape, inputs: inputs, values: values, bounds: self))
      known[id] = Bounded(values: values, errors: errors, shape: node.shape)
    }
    return outputs.map { known[$0.id] ?? Bounded(values: [], errors: [], shape: []) }
  }
}

extension UnaryOp {
  /// Of the function and of its operand's error `e`.
  func error(_ x: Double, _ e: Double, _ y: Double, factor: Double) -> Double {
    let own = ulps * factor * 2 * Rounding.unit * accuracyScale(x, y) + Rounding.smallest
    if e == 0 { return ulps == 0 ? 0 : own }
    // The functions rise, fall, or turn once within so short an interval.
    let ends = [x + e, x - e].map { Swift.abs(self($0) - y) }
    let passed = ends[0].isNaN || ends[1].isNaN ? .infinity : Swift.max(ends[0], ends[1])
    return passed + own * (1 + (y == 0 ? 0 : passed / Swift.abs(y)))
  }
}
