// Draws on the host, number by number, equal to those that the kernels draw in bulk: for initial values, shuffles and
// tests.

extension RandomStream {
  /// Word `index` of the draw.
  package func word(_ index: Int) -> UInt32 { block(UInt32(truncatingIfNeeded: index / 4))[index % 4] }

  /// Element `index` of a Bernoulli draw with `probability`.
  package func bernoulli(_ index: Int, probability: Float) -> Bool { uniform(index) < probability }

  /// Float32 draws of `shape`, uniform in [0, 1).
  package func uniforms(_ shape: Shape) throws(AllocationError) -> Tensor {
    try Tensor((0..<shape.count).map(uniform), shape: shape)
  }

  /// Float32 draws of `shape`, standard normal.
  package func normals(_ shape: Shape) throws(AllocationError) -> Tensor {
    try Tensor((0..<shape.count).map(normal), shape: shape)
  }

  /// 0 ..< count in random order: Fisher–Yates from the end, the i-th exchange with the i-th word scaled to its range.
  ///
  /// The scaling `word · n >> 32` favors no number by more than n · 2⁻³².
  package func permutation(_ count: Int) -> [Int32] {
    var order = (0..<Int32(clamping: count)).map { $0 }
    for index in stride(from: order.count - 1, to: 0, by: -1) {
      order.swapAt(index, Int((UInt64(word(order.count - 1 - index)) * UInt64(index + 1)) >> 32))
    }
    return order
  }
}
