import Tensors

/// A node of a running error analysis: the values and errors of its operands, and its own values.
struct Rounding {
  let op: Op
  let shape: Shape
  let inputs: [RoundingBounds.Bounded]
  let values: Reference.Values
  let bounds: RoundingBounds

  static let unit = 0x1p-24
  /// Below it a number counts as zero inside a step.
  static let smallest = 0x1p-126

  /// Nothing is rounded.
  var exact: Reference.Values { Reference.Values(repeating: 0, count: values.count) }
  /// Nothing can be said.
  var unknown: Reference.Values { values.map { _ in .infinity } }
  /// Which of several elements is the largest may be another one.
  var mayTurn: Bool { inputs[0].errors.contains { $0 > 0 } }

  /// The same op on other numbers in place of its operands'; by default their errors, for ops that move elements or add
  /// them up.
  func again(_ operands: [Reference.Values]? = nil, _ other: Op? = nil) -> Reference.Values {
    let operands = zip(operands ?? inputs.map(\.errors), inputs).map { Reference.Operand($0, $1.shape) }
    return (other ?? op).definition.reference(
      Calculation(inputs: operands, shape: shape, reference: bounds.reference))
  }

  func magnitudes(_ index: Int) -> Reference.Values { inputs[index].values.map(Swift.abs) }
  /// The largest that each element of an operand may be.
  func reach(_ index: Int) -> Reference.Values {
    zip(inputs[index].values, inputs[index].errors).map { Swift.abs($0) + $1 }
  }

  /// What was passed on, and the rounding of sums of `count` terms, whose magnitudes add up to `whole`.
  func grown(_ passed: Reference.Values, _ whole: Reference.Values, _ count: Int) -> Reference.Values {
    zip(passed, whole).map { $0 + Self.sum(count + 1) * $1 + Self.smallest }
  }

  /// Of a sum of products: errors of both factors, and the rounding of `count` terms.
  func products(_ count: Int, besides extra: Double = 0) -> Reference.Values {
    let whole = again(inputs.indices.map(reach))
    let passed = zip(whole, again(inputs.indices.map(magnitudes))).map { Swift.max(0, $0 - $1) }
    return grown(passed, whole.map { $0 + extra }, count)
  }

  /// The factor of a sum of `count` terms.
  private static func sum(_ count: Int) -> Double { Swift.min(Double(count), 8 * Double(count).squareRoot()) * unit }
}
