import Tensors

/// Turns every reduction into one of the two that a fused loop can do: over trailing axes `[K][R]`, a number per row;
/// or a sum over leading axes `[R][K]`, each thread summing its own rows into one of `parts` and a second step adding
/// the parts, in a fixed order. Gradients of convolution weights, which sum over examples, likewise.
struct ReductionLowering {
  let parts: Int

  func run(_ ir: IR) -> IR {
    ir.rewritten { ir, node, inputs in
      if case .channelsLast(.convWeight) = node.op {
        let partial = ir.append(node.op, inputs, Shape([parts] + node.shape.dimensions))
        return combined(partial, node.shape, &ir)
      }
      guard case .op(.reduce(let reduction, let axes)) = node.op else { return ir.append(node.op, inputs, node.shape) }
      return lowered(reduction, axes, inputs[0], node.shape, &ir)
    }
  }

  /// The sum of all parts: of many, group by group, since the number of arrays that a loop reads is limited.
  private func combined(_ partial: Int, _ shape: Shape, _ ir: inout IR) -> Int {
    let groups = stride(from: 0, to: parts, by: Fusion.loadLimit).map { begin in
      ir.append(.combineParts(begin..<min(begin + Fusion.loadLimit, parts)), [partial], shape)
    }
    return groups.dropFirst().reduce(groups[0]) { ir.append(.op(.binary(.add)), [$0, $1], shape) }
  }

  private func lowered(_ reduction: Reduction, _ axes: [Int], _ input: Int, _ shape: Shape, _ ir: inout IR) -> Int {
    let extents = ir[input].shape
    let live = (0..<extents.rank).filter { extents[$0] != 1 }
    let reduced = live.filter(axes.contains)
    let kept = live.filter { !axes.contains($0) }
    let trailing = kept + reduced
    if live == trailing, !(kept.isEmpty && reduction == .sum) {
      return ir.append(.reduce(reduction, axes: axes), [input], shape)
    }
    if live == reduced + kept, reduction == .sum {
      let keptShape = Shape(kept.map { extents[$0] })
      // Threads add to their parts row by row: two in one cache line would cause false sharing.
      let columns = keptShape.count
      let stride = columns == 1 ? 1 : (columns + 15) / 16 * 16
      let partial = ir.append(.partialSum(parts: parts, columns: columns), [input], [parts, stride])
      return ir.reshape(combined(partial, keptShape, &ir), to: shape)
    }
    // Anything else: move the reduced axes to the end.
    let permutation = (0..<extents.rank).filter { !axes.contains($0) } + axes
    let moved = Shape(permutation.map { extents[$0] })
    let transposed = Simplification().simplified(.transpose(permutation), [input], moved, &ir)
    let inner = Array(extents.rank - axes.count..<extents.rank)
    let result = Shape(moved.dimensions.enumerated().map { inner.contains($0.offset) ? 1 : $0.element })
    return ir.reshape(ir.append(.reduce(reduction, axes: inner), [transposed], result), to: shape)
  }
}
