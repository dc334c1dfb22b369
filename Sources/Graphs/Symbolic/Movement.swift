import Tensors

extension Symbol {
  /// The same elements in row-major order under another shape; one extent may be −1.
  package func reshaped(_ dimensions: [Int]) throws(ShapeError) -> Symbol {
    var extents = dimensions
    if let free = extents.firstIndex(of: -1) {
      let others = extents.enumerated().reduce(1) { $1.offset == free ? $0 : $0 * $1.element }
      extents[free] = others == 0 ? 0 : shape.count / others
    }
    guard let target = Shape(validating: extents), target.count == shape.count else {
      throw fail("reshape", [], "\(shape.count) elements cannot be reshaped to \(dimensions)")
    }
    return target == shape ? self : graph.append(.reshape, [self], target)
  }

  /// `[B, …]` → `[B, everything else]`.
  package func flattened() throws(ShapeError) -> Symbol { try reshaped([shape[0], -1]) }

  /// Axis i of the result is axis `permutation[i]` of self.
  package func transposed(_ permutation: [Int]) throws(ShapeError) -> Symbol {
    guard permutation.sorted() == Array(0..<shape.rank) else {
      throw fail("transpose", [], "\(permutation) is not a permutation of its axes")
    }
    if permutation == Array(0..<shape.rank) { return self }
    return graph.append(.transpose(permutation), [self], Shape(permutation.map { shape[$0] }))
  }

  /// Elements `range` of one axis.
  package func slice(axis: Int, _ range: Range<Int>) throws(ShapeError) -> Symbol {
    guard axis >= 0, axis < shape.rank, range.lowerBound >= 0, range.upperBound <= shape[axis] else {
      throw fail("slice", [], "\(range) lies outside axis \(axis)")
    }
    if range == 0..<shape[axis] { return self }
    var starts = [Int](repeating: 0, count: shape.rank)
    var extents = shape.dimensions
    starts[axis] = range.lowerBound
    extents[axis] = range.count
    return graph.append(.slice(starts: starts), [self], Shape(extents))
  }

  /// Surrounded by `value`: `before[i]` and `after[i]` elements on axis i.
  package func padded(before: [Int], after: [Int], value: Float = 0) throws(ShapeError) -> Symbol {
    guard before.count == shape.rank, after.count == shape.rank, (before + after).allSatisfy({ $0 >= 0 }) else {
      throw fail("pad", [], "before \(before) and after \(after) do not fit its axes")
    }
    let extents = (0..<shape.rank).map { before[$0] + shape[$0] + after[$0] }
    return Shape(extents) == shape ? self : graph.append(.pad(before: before, value: value), [self], Shape(extents))
  }

  /// Rows of the table self `[N, D]` by `indices` `[B]`, integers in 0 ..< N → `[B, D]`.
  ///
  /// Backward: each row's gradient is added where it came from. Indices out of range are clamped into it, infinities too,
  /// fractions are cut off, and NaN is row 0; the caller checks them.
  package func rows(at indices: Symbol) throws(ShapeError) -> Symbol {
    try requireSameGraph("embedding", [indices])
    guard shape.rank == 2, indices.shape.rank == 1 else {
      throw fail("embedding", [indices], "needs a table [N, D] and indices [B]")
    }
    return graph.append(.gatherRows, [self, indices], [indices.shape[0], shape[1]])
  }
}

extension Symbol {
  /// Slices along `axis` at the integer `indices` `[N]` (NumPy's `take`): that axis gets extent N. Implemented by
  /// `rows(at:)`.
  package func gathered(at indices: Symbol, axis: Int) throws(ShapeError) -> Symbol {
    try requireSameGraph("gather", [indices])
    guard axis >= 0, axis < shape.rank, indices.shape.rank == 1 else {
      throw fail("gather", [indices], "needs an axis of \(shape) and indices [N], not axis \(axis)")
    }
    let toFront = [axis] + (0..<shape.rank).filter { $0 != axis }
    let front = try transposed(toFront)
    let picked = try front.reshaped([shape[axis], -1]).rows(at: indices)
    var back = [Int](repeating: 0, count: shape.rank)
    for (to, from) in toFront.enumerated() { back[from] = to }
    return try picked.reshaped([indices.shape[0]] + front.shape.dimensions.dropFirst()).transposed(back)
  }
}

extension Symbol {
  /// Images `[B, C, H, W]` made larger, each pixel `factor` × `factor` times: `[B, C, H·factor, W·factor]` (nearest
  /// neighbor, as PyTorch's `Upsample`).
  ///
  /// Backward: each pixel's gradient is the sum over its copies.
  package func upsampledNearest(by factor: Int) throws(ShapeError) -> Symbol {
    guard shape.rank == 4, factor > 0 else {
      throw fail("upsample", [], "needs images [B, C, H, W] and a factor of 1 or more, not \(factor)")
    }
    let (rows, h, w) = (shape[0] * shape[1], shape[2], shape[3])
    let large = try reshaped([rows, h, 1, w, 1]).broadcast(to: [rows, h, factor, w, factor])
    return try large.reshaped([shape[0], shape[1], h * factor, w * factor])
  }
}

/// Operands one after another along `axis`; the other axes agree.
package func concat(_ operands: [Symbol], axis: Int) throws(ShapeError) -> Symbol {
  let first = operands[0]
  try first.requireSameGraph("concat", operands)
  for operand in operands {
    let fits =
      operand.shape.rank == first.shape.rank && axis >= 0 && axis < first.shape.rank
      && (0..<first.shape.rank).allSatisfy { $0 == axis || operand.shape[$0] == first.shape[$0] }
    guard fits else {
      throw first.fail("concat", Array(operands.dropFirst()), "differ in more than axis \(axis)")
    }
  }
  if operands.count == 1 { return first }
  var extents = first.shape.dimensions
  extents[axis] = operands.reduce(0) { $0 + $1.shape[axis] }
  return first.graph.append(.concat(axis: axis), operands, Shape(extents))
}

extension OpDefinition {
  static let reshape = OpDefinition(
    name: "reshape",
    gradient: { node throws(ShapeError) in [try node.gradient.reshaped(node.inputs[0].shape.dimensions)] },
    reference: { $0.inputs[0].values }, error: { $0.inputs[0].errors })

  static let stopGradient = OpDefinition(
    name: "stopGradient", gradient: { _ in [nil] }, reference: { $0.inputs[0].values }, error: { $0.inputs[0].errors })

  static func transpose(_ permutation: [Int]) -> OpDefinition {
    OpDefinition(
      name: "transpose",
      gradient: { node throws(ShapeError) in
        var inverse = permutation
        for (to, from) in permutation.enumerated() { inverse[from] = to }
        return [try node.gradient.transposed(inverse)]
      },
      reference: { node in
        Reference.gather(node.shape, node.inputs[0]) { index in
          var source = index
          for (to, from) in permutation.enumerated() { source[from] = index[to] }
          return source
        }
      }, error: { $0.again() })
  }

  static func slice(_ starts: [Int]) -> OpDefinition {
    OpDefinition(
      name: "slice",
      gradient: { node throws(ShapeError) in
        let after = starts.indices.map { node.inputs[0].shape[$0] - starts[$0] - node.value.shape[$0] }
        return [try node.gradient.padded(before: starts, after: after)]
      },
      reference: { node in Reference.gather(node.shape, node.inputs[0]) { index in zip(index, starts).map(+) } },
      error: { $0.again() })
  }

  static func pad(_ before: [Int], _ value: Float) -> OpDefinition {
    OpDefinition(
      name: "pad",
      gradient: { node in [node.node(.slice(starts: before), [node.gradient], like: node.inputs[0])] },
      reference: { node in
        Reference.gather(node.shape, node.inputs[0], otherwise: Double(value)) { index in zip(index, before).map(-) }
      }, error: { $0.again(nil, .pad(before: before, value: 0)) })
  }

  static func concat(_ axis: Int) -> OpDefinition {
    OpDefinition(
      name: "concat",
      gradient: { node throws(ShapeError) in
        var start = 0
        var shares: [Symbol?] = []
        for input in node.inputs {
          shares.append(try node.gradient.slice(axis: axis, start..<start + input.shape[axis]))
          start += input.shape[axis]
        }
        return shares
      },
      reference: { node in
        Reference.indices(node.shape).map { index in
          var index = index
          for input in node.inputs {
            if index[axis] < input.shape[axis] { return input.values[Reference.offset(index, input.shape)] }
            index[axis] -= input.shape[axis]
          }
          return .nan
        }
      }, error: { $0.again() })
  }

  static let gatherRows = OpDefinition(
    name: "embedding",
    gradient: { node in [node.node(.scatterRows, [node.gradient, node.inputs[1]], like: node.inputs[0]), nil] },
    reference: { node in
      let (table, indices) = (node.inputs[0], node.inputs[1])
      let (rows, width) = (table.shape[0], table.shape[1])
      return indices.values.flatMap { index in
        table.values[Reference.row(index, rows) * width..<(Reference.row(index, rows) + 1) * width]
      }
    }, error: { $0.again([$0.inputs[0].errors, $0.inputs[1].values]) })

  static let scatterRows = OpDefinition(
    name: "scatterRows",
    gradient: { node in [node.node(.gatherRows, [node.gradient, node.inputs[1]], like: node.inputs[0]), nil] },
    reference: { node in
      let width = node.shape[1]
      var result = Reference.Values(repeating: 0, count: node.shape.count)
      for (b, index) in node.inputs[1].values.enumerated() {
        let row = Reference.row(index, node.shape[0])
        for d in 0..<width { result[row * width + d] += node.inputs[0].values[b * width + d] }
      }
      return result
    },
    error: { node in
      let index = node.inputs[1].values
      return node.grown(node.again([node.inputs[0].errors, index]), node.again([node.reach(0), index]), index.count)
    })
}
