import Tensors

// Arithmetic with NumPy broadcasting: shapes align at the last axis, extents agree or one of them is 1.

extension Symbol {
  /// `self` broadcast to `target`, aligned at the last axis.
  package func broadcast(to target: Shape) throws(ShapeError) -> Symbol {
    if shape == target { return self }
    guard shape.rank <= target.rank else { throw fail("broadcast", [], "cannot be broadcast to \(target)") }
    let missing = target.rank - shape.rank
    let aligned = Shape(Array(repeating: 1, count: missing) + shape.dimensions)
    for axis in 0..<target.rank where aligned[axis] != 1 && aligned[axis] != target[axis] {
      throw fail("broadcast", [], "cannot be broadcast to \(target)")
    }
    if case .constant(let value) = op { return graph.constant(value, target) }
    let source = missing == 0 ? self : graph.append(.reshape, [self], aligned)
    return aligned == target ? source : graph.append(.broadcast, [source], target)
  }

  /// An op of the table on this value and another, broadcast.
  package func binary(_ op: BinaryOp, _ other: Symbol) throws(ShapeError) -> Symbol {
    try Self.elementwise(op, self, other)
  }

  static func elementwise(_ op: BinaryOp, _ a: Symbol, _ b: Symbol) throws(ShapeError) -> Symbol {
    let shape = try broadcastShape(op.name, [a, b])
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
          throw operands[0].fail(
            name, Array(operands.dropFirst()), "the shapes cannot be broadcast: extents must be equal or 1")
        }
        if extent != 1 { extents[missing + axis] = extent }
      }
    }
    return Shape(extents)
  }

  package static func + (a: Symbol, b: Symbol) throws(ShapeError) -> Symbol { try elementwise(.add, a, b) }
  package static func - (a: Symbol, b: Symbol) throws(ShapeError) -> Symbol { try elementwise(.subtract, a, b) }
  package static func * (a: Symbol, b: Symbol) throws(ShapeError) -> Symbol { try elementwise(.multiply, a, b) }
  package static func / (a: Symbol, b: Symbol) throws(ShapeError) -> Symbol { try elementwise(.divide, a, b) }

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

/// `a` where `condition` is not 0, else `b`; each side's gradient flows only where it was taken.
package func select(_ condition: Symbol, _ a: Symbol, _ b: Symbol) throws(ShapeError) -> Symbol {
  let shape = try Symbol.broadcastShape("select", [condition, a, b])
  let operands = [try condition.broadcast(to: shape), try a.broadcast(to: shape), try b.broadcast(to: shape)]
  return condition.graph.append(.select, operands, shape)
}

/// x, through which no gradient flows.
package func stopGradient(_ x: Symbol) -> Symbol { x.graph.append(.stopGradient, [x], x.shape) }

/// The value of `hard` with the gradient of `soft` (Bengio et al. 2013).
package func straightThrough(_ hard: Symbol, _ soft: Symbol) throws(ShapeError) -> Symbol {
  try stopGradient(hard - soft) + soft
}

extension OpDefinition {
  static let broadcast = OpDefinition(
    name: "broadcast",
    gradient: { node throws(ShapeError) in
      let axes = (0..<node.value.shape.rank).filter { node.inputs[0].shape[$0] != node.value.shape[$0] }
      return [try node.gradient.sum(axes, keepingAxes: true)]
    },
    reference: { node in
      let input = node.inputs[0]
      return Reference.gather(node.shape, input) { index in
        index.enumerated().map { input.shape[$0.offset] == 1 ? 0 : $0.element }
      }
    }, error: { $0.again() })

  static func unary(_ op: UnaryOp) -> OpDefinition {
    OpDefinition(
      name: op.name,
      gradient: { node throws(ShapeError) in
        guard let gradient = op.definition.gradient else { return [nil] }
        return [try gradient(node.inputs[0], node.value, node.gradient, op.parameters)]
      },
      reference: { node in node.inputs[0].values.map { op($0) } },
      error: { node in
        node.values.indices.map { i in
          op.error(
            node.inputs[0].values[i], node.inputs[0].errors[i], node.values[i], factor: node.bounds.functionFactor)
        }
      })
  }

  static func binary(_ op: BinaryOp) -> OpDefinition {
    OpDefinition(
      name: op.name,
      gradient: { node throws(ShapeError) in
        guard let gradients = op.definition.gradients else { return [nil, nil] }
        return try gradients(
          node.inputs[0], node.inputs[1], node.value, node.gradient, (a: node.wanted[0], b: node.wanted[1]))
      },
      reference: { node in zip(node.inputs[0].values, node.inputs[1].values).map { op($0, $1) } },
      error: { node in
        let (a, b) = (node.inputs[0], node.inputs[1])
        return node.values.indices.map { i in
          op.definition.error((a.values[i], a.errors[i]), (b.values[i], b.errors[i]), node.values[i])
        }
      })
  }

  static let select = OpDefinition(
    name: "select",
    gradient: { node throws(ShapeError) in
      let zero = node.graph.constant(0, node.value.shape)
      return [
        nil, try Graphs.select(node.inputs[0], node.gradient, zero),
        try Graphs.select(node.inputs[0], zero, node.gradient),
      ]
    },
    reference: { node in
      (0..<node.shape.count).map { node.inputs[node.inputs[0].values[$0] != 0 ? 1 : 2].values[$0] }
    },
    error: { node in
      let (c, a, b) = (node.inputs[0], node.inputs[1], node.inputs[2])
      return node.values.indices.map { i in
        if c.errors[i] > 0, Swift.abs(c.values[i]) <= c.errors[i] {
          return Swift.max(a.errors[i], b.errors[i]) + Swift.abs(a.values[i] - b.values[i])
        }
        return c.values[i] != 0 ? a.errors[i] : b.errors[i]
      }
    })
}
