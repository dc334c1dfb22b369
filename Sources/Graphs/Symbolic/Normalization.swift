import Tensors

/// The result of a normalization with its statistics.
package struct Normalized {
  /// The shape of what was normalized.
  package let result: Symbol
  /// Over the axes, which stay with extent 1.
  package let mean: Symbol
  /// Biased: divided by the number of elements, not one less.
  package let variance: Symbol
}

// Compositions of arithmetic and reductions: their gradients follow, through mean and variance too.

extension Symbol {
  /// `(x − mean) / √(variance + ε)`, mean and variance over `axes`.
  ///
  /// - Parameter isOfBatch: Whether the axes have the examples of a batch: then mean and variance are those of the global one.
  /// - Throws: `ShapeError` when x has no such axes.
  package func normalized(
    over axes: [Int], isOfBatch: Bool = false, epsilon: Float = 1e-5
  ) throws(ShapeError) -> Normalized {
    func mean(_ x: Symbol) throws(ShapeError) -> Symbol {
      let own = try x.mean(axes, keepingAxes: true)
      return isOfBatch ? own.overGlobalBatch() : own
    }
    let center = try mean(self)
    let centered = try self - center
    // Of what is centered already: a difference of mean squares would have no digits left.
    let variance = try mean(square(centered))
    return Normalized(result: try centered / sqrt(variance + epsilon), mean: center, variance: variance)
  }

  /// Batch normalization (Ioffe & Szegedy 2015) by the statistics of the global batch, per channel of `[B, C, H, W]` or feature
  /// of `[B, D]`: `y = γ · (x − mean) / √(variance + ε) + β`.
  ///
  /// - Parameters:
  ///   - scale: γ `[C]`.
  ///   - shift: β `[C]`.
  /// - Throws: `ShapeError` when the rank is neither 2 nor 4 or γ and β are not vectors over axis 1.
  package func batchNorm(scale: Symbol, shift: Symbol, epsilon: Float = 1e-5) throws(ShapeError) -> Normalized {
    let perChannel = try channelShape("batchnorm", [scale, shift])
    let whole = try normalized(over: shape.rank == 4 ? [0, 2, 3] : [0], isOfBatch: true, epsilon: epsilon)
    let result = try whole.result * scale.reshaped(perChannel) + shift.reshaped(perChannel)
    return Normalized(result: result, mean: whole.mean, variance: whole.variance)
  }

  /// Batch normalization by statistics that are given, each `[C]`: used for inference.
  package func batchNorm(
    mean: Symbol, variance: Symbol, scale: Symbol, shift: Symbol, epsilon: Float = 1e-5
  ) throws(ShapeError) -> Symbol {
    let perChannel = try channelShape("batchnorm", [mean, variance, scale, shift])
    let centered = try self - mean.reshaped(perChannel)
    let normal = try centered / sqrt(variance.reshaped(perChannel) + epsilon)
    return try normal * scale.reshaped(perChannel) + shift.reshaped(perChannel)
  }

  /// Layer normalization (Ba et al. 2016) over all features of an example, γ and β of an example's shape or of one that
  /// broadcasts to it.
  package func layerNorm(scale: Symbol, shift: Symbol, epsilon: Float = 1e-5) throws(ShapeError) -> Symbol {
    guard shape.rank >= 2 else { throw fail("layernorm", [scale, shift], "needs [B, features…]") }
    return try normalized(over: Array(1..<shape.rank), epsilon: epsilon).result * scale + shift
  }

  /// Group normalization (Wu & He 2018) over `groups` groups of the channels of an example; γ and β `[C]`.
  ///
  /// - Throws: `ShapeError` when the channels are not divisible into that many groups.
  package func groupNorm(
    groups: Int, scale: Symbol, shift: Symbol, epsilon: Float = 1e-5
  ) throws(ShapeError) -> Symbol {
    let perChannel = try channelShape("groupnorm", [scale, shift])
    guard groups > 0, shape[1] % groups == 0 else {
      throw fail("groupnorm", [scale, shift], "\(shape[1]) channels are not divisible into \(groups) groups")
    }
    let normal = try reshaped([shape[0], groups, -1]).normalized(over: [2], epsilon: epsilon).result
    return try normal.reshaped(shape.dimensions) * scale.reshaped(perChannel) + shift.reshaped(perChannel)
  }

  /// The shape in which vectors over axis 1 broadcast to this value.
  private func channelShape(_ operation: String, _ vectors: [Symbol]) throws(ShapeError) -> [Int] {
    try requireSameGraph(operation, vectors)
    guard shape.rank == 2 || shape.rank == 4 else { throw fail(operation, vectors, "needs [B, D] or [B, C, H, W]") }
    for vector in vectors where vector.shape != [shape[1]] {
      throw fail(operation, [vector], "needs vectors of \(shape[1]), one number per channel")
    }
    return shape.rank == 4 ? [1, shape[1], 1, 1] : [1, shape[1]]
  }
}
