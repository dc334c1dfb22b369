import Tensors

/// Rewrites that do not change values: identities, constants folded in Double, movement ops without effect.
struct Simplification {
  func run(_ ir: IR) -> IR {
    ir.rewritten { ir, node, inputs in
      guard case .op(let op) = node.op else { return ir.append(node.op, inputs, node.shape) }
      return simplified(op, inputs, node.shape, &ir)
    }.pruned()
  }

  func simplified(_ op: Op, _ inputs: [Int], _ shape: Shape, _ ir: inout IR) -> Int {
    let constants = inputs.map { constant($0, ir) }
    switch op {
    case .stopGradient: return inputs[0]
    case .unary(let unary):
      if let x = constants[0] { return ir.append(.constant(Float(unary(Double(x)))), [], shape) }
    case .binary(let binary):
      if let a = constants[0], let b = constants[1] {
        return ir.append(.constant(Float(binary(Double(a), Double(b)))), [], shape)
      }
      switch (binary, constants[0], constants[1]) {
      case (.add, 0, _), (.multiply, 1, _): return inputs[1]
      case (.add, _, 0), (.subtract, _, 0), (.multiply, _, 1), (.divide, _, 1): return inputs[0]
      default: break
      }
    case .broadcast, .reshape, .transpose:
      if let value = constants[0] { return ir.append(.constant(value), [], shape) }
      return moved(op, inputs[0], shape, &ir)
    case .slice, .reduce(.max, _):
      if let value = constants[0] { return ir.append(.constant(value), [], shape) }
      if ir[inputs[0]].shape == shape { return inputs[0] }
    case .reduce(.sum, _):
      if let value = constants[0] {
        let scale = ir[inputs[0]].shape.count / Swift.max(shape.count, 1)
        return ir.append(.constant(value * Float(scale)), [], shape)
      }
      if ir[inputs[0]].shape == shape { return inputs[0] }
    default: break
    }
    return ir.append(op, inputs, shape)
  }

  private func constant(_ id: Int, _ ir: IR) -> Float? {
    if case .op(.constant(let value)) = ir[id].op { return value }
    return nil
  }

  private func moved(_ op: Op, _ input: Int, _ shape: Shape, _ ir: inout IR) -> Int {
    let source = ir[input]
    switch op {
    case .reshape:
      if source.shape == shape { return input }
      if case .op(.reshape) = source.op { return moved(.reshape, source.inputs[0], shape, &ir) }
    case .broadcast:
      if source.shape == shape { return input }
    case .transpose(let permutation):
      if case .op(.transpose(let inner)) = source.op {
        return moved(.transpose(permutation.map { inner[$0] }), source.inputs[0], shape, &ir)
      }
      // Axes of extent 1 move freely: only the order of the others matters.
      let order = permutation.filter { source.shape[$0] != 1 }
      if order == order.sorted() { return moved(.reshape, input, shape, &ir) }
    default: break
    }
    return ir.append(op, [input], shape)
  }
}
