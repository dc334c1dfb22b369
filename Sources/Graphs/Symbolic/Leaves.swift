import Tensors

// Definitions of ops without operands.

extension OpDefinition {
  /// An input or a parameter.
  static func leaf(_ name: String) -> OpDefinition {
    OpDefinition(
      name: name, gradient: { _ in [] },
      reference: { node in
        guard let values = node.reference.leaves[name], values.count == node.shape.count else {
          preconditionFailure("Reference: leaf '\(name)' needs \(node.shape.count) values")
        }
        return values
      }, error: \.exact)
  }

  static func constant(_ value: Float) -> OpDefinition {
    OpDefinition(
      name: "constant", gradient: { _ in [] },
      reference: { Reference.Values(repeating: Double(value), count: $0.shape.count) }, error: \.exact)
  }

  static func array(_ array: ConstantArray) -> OpDefinition {
    OpDefinition(
      name: "array", gradient: { _ in [] }, reference: { _ in array.values.map(Double.init) }, error: \.exact)
  }

  static func random(_ distribution: Distribution, _ name: String, _ layout: RowLayout?) -> OpDefinition {
    OpDefinition(
      name: "random", gradient: { _ in [] },
      reference: { node in
        let stream = RandomStream(seed: node.reference.seed, purpose: name, step: node.reference.step)
        return (0..<node.shape.count).map {
          Reference.draw(distribution, stream, node.reference.element($0, layout))
        }
      },
      error: { node in
        node.values.map { distribution.ulps * 2 * Rounding.unit * Swift.abs($0) + Rounding.smallest }
      })
  }
}
