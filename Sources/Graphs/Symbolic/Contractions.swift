import Tensors

/// `op(a) · op(b)` of matrices: `[M, K] · [K, N]` → `[M, N]`, where op transposes when asked; of as many pairs of matrices
/// as both operands have, `[B, M, K] · [B, K, N]` → `[B, M, N]`.
package func matmul(
  _ a: Symbol, _ b: Symbol, transposeA: Bool = false, transposeB: Bool = false
) throws(ShapeError) -> Symbol {
  try a.requireSameGraph("matmul", [b])
  guard a.shape.rank == b.shape.rank, a.shape.rank == 2 || a.shape.rank == 3 else {
    throw a.fail("matmul", [b], "needs two matrices, or as many of one as of the other")
  }
  let (m, k) = transposeA ? (a.shape[-1], a.shape[-2]) : (a.shape[-2], a.shape[-1])
  let (inner, n) = transposeB ? (b.shape[-1], b.shape[-2]) : (b.shape[-2], b.shape[-1])
  guard k == inner else { throw a.fail("matmul", [b], "inner extents \(k) and \(inner) differ") }
  if a.shape.rank == 3 {
    guard a.shape[0] == b.shape[0] else {
      throw a.fail("matmul", [b], "\(a.shape[0]) matrices do not meet \(b.shape[0])")
    }
    let op = Op.batchedMatmul(transposeA: transposeA, transposeB: transposeB)
    return a.graph.append(op, [a, b], [a.shape[0], m, n])
  }
  return a.graph.append(.matmul(transposeA: transposeA, transposeB: transposeB), [a, b], [m, n])
}

extension Symbol {
  /// Cross-correlation with `weight [O, I, kh, kw]`: `[B, I, H, W]` → `[B, O, H', W']` (PyTorch's `conv2d`).
  ///
  ///     y[b, o, p, q] = Σ_{i, u, v} w[o, i, u, v] · x[b, i, p·stride + u·dilation − pad, q·stride + v·dilation − pad]
  package func conv2d(_ weight: Symbol, _ geometry: ConvGeometry) throws(ShapeError) -> Symbol {
    try requireSameGraph("conv2d", [weight])
    guard geometry.isValid, shape.rank == 4, weight.shape.rank == 4, shape[1] == weight.shape[1],
      geometry.kernel == [weight.shape[2], weight.shape[3]]
    else {
      throw fail("conv2d", [weight], "needs [B, I, H, W] and [O, I, \(geometry.kernel[0]), \(geometry.kernel[1])]")
    }
    guard let height = geometry.outputExtent(shape[2], axis: 0), let width = geometry.outputExtent(shape[3], axis: 1)
    else { throw fail("conv2d", [weight], "the kernel is larger than the padded image") }
    return graph.append(.conv(geometry), [self, weight], [shape[0], weight.shape[0], height, width])
  }

  /// Transposed convolution, the adjoint of `conv2d`, with `weight [I, O, kh, kw]`: `[B, I, H, W]` → `[B, O, H', W']`
  /// (PyTorch's `conv_transpose2d`).
  package func convTranspose2d(
    _ weight: Symbol, _ geometry: ConvGeometry, outputPadding: [Int] = [0, 0]
  ) throws(ShapeError) -> Symbol {
    try requireSameGraph("convTranspose2d", [weight])
    guard geometry.isValid, shape.rank == 4, weight.shape.rank == 4, shape[1] == weight.shape[0],
      geometry.kernel == [weight.shape[2], weight.shape[3]]
    else {
      throw fail(
        "convTranspose2d", [weight], "needs [B, I, H, W] and [I, O, \(geometry.kernel[0]), \(geometry.kernel[1])]")
    }
    let extents = (0..<2).map {
      geometry.transposedExtent(shape[2 + $0], axis: $0, outputPadding: outputPadding[$0])
    }
    guard extents.allSatisfy({ $0 > 0 }),
      (0..<2).allSatisfy({ geometry.outputExtent(extents[$0], axis: $0) == shape[2 + $0] })
    else { throw fail("convTranspose2d", [weight], "output padding \(outputPadding) does not fit the stride") }
    return graph.append(
      .convInput(geometry), [self, weight], [shape[0], weight.shape[1], extents[0], extents[1]])
  }

  /// The largest (or the mean) under each window of `[B, C, H, W]`.
  package func pooled(_ pooling: Pooling, _ geometry: ConvGeometry) throws(ShapeError) -> Symbol {
    guard geometry.isValid, shape.rank == 4, let height = geometry.outputExtent(shape[2], axis: 0),
      let width = geometry.outputExtent(shape[3], axis: 1),
      (0..<2).allSatisfy({ geometry.padBefore[$0] < geometry.kernel[$0] && geometry.padAfter[$0] < geometry.kernel[$0] }
      )
    else { throw fail("pool", [], "the window does not fit") }
    return graph.append(.pool(pooling, geometry), [self], [shape[0], shape[1], height, width])
  }
}
