import Tensors

/// What a normalisation gives beside its result.
package struct Normalized {
  /// The shape of what was normalised.
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
  /// - Throws: `ShapeError` when x has no such axes.
  package func normalized(over axes: [Int], epsilon: Float = 1e-5) throws(ShapeError) -> Normalized {
    let mean = try mean(axes, keepingAxes: true)
    let centered = try self - mean
    let variance = try square(centered).mean(axes, keepingAxes: true)
    return Normalized(result: try centered / sqrt(variance + epsilon), mean: mean, variance: variance)
  }

  /// Batch normalisation (Ioffe & Szegedy 2015) by the batch's own statistics, per channel of `[B, C, H, W]` or feature
  /// of `[B, D]`: `y = γ · (x − mean) / √(variance + ε) + β`.
  ///
  /// - Parameters:
  ///   - scale: γ `[C]`.
  ///   - shift: β `[C]`.
  /// - Throws: `ShapeError` when the rank is neither 2 nor 4 or γ and β are not vectors over axis 1.
  package func batchNorm(scale: Symbol, shift: Symbol, epsilon: Float = 1e-5) throws(ShapeError) -> Normalized {
    let perChannel = try channelShape("batchnorm", [scale, shift])
    let whole = try normalized(over: shape.rank == 4 ? [0, 2, 3] : [0], epsilon: epsilon)
    let result = try whole.result * scale.reshaped(perChannel) + shift.reshaped(perChannel)
    return Normalized(result: result, mean: whole.mean, variance: whole.variance)
  }

  /// Batch normalisation by statistics that are given, each `[C]`: what a trained model does.
  package func batchNorm(
    mean: Symbol, variance: Symbol, scale: Symbol, shift: Symbol, epsilon: Float = 1e-5
  ) throws(ShapeError) -> Symbol {
    let perChannel = try channelShape("batchnorm", [mean, variance, scale, shift])
    let centered = try self - mean.reshaped(perChannel)
    let normal = try centered / sqrt(variance.reshaped(perChannel) + epsilon)
    return try normal * scale.reshaped(perChannel) + shift.reshaped(perChannel)
  }

  /// Layer normalisation (Ba et al. 2016) over all features of an example, γ and β of an example's shape or of one that
  /// broadcasts to it.
  package func layerNorm(scale: Symbol, shift: Symbol, epsilon: Float = 1e-5) throws(ShapeError) -> Symbol {
    guard shape.rank >= 2 else { throw fail("layernorm", [scale, shift], "needs [B, features…]") }
    return try normalized(over: Array(1..<shape.rank), epsilon: epsilon).result * scale + shift
  }

  /// Group normalisation (Wu & He 2018) over `groups` groups of the channels of an example; γ and β `[C]`.
  ///
  /// - Throws: `ShapeError` when the channels do not fall into as many groups.
  package func groupNorm(
    groups: Int, scale: Symbol, shift: Symbol, epsilon: Float = 1e-5
  ) throws(ShapeError) -> Symbol {
    let perChannel = try channelShape("groupnorm", [scale, shift])
    guard groups > 0, shape[1] % groups == 0 else {
      throw fail("groupnorm", [scale, shift], "\(shape[1]) channels do not fall into \(groups) groups")
    }
    let normal = try reshaped([shape[0], groups, -1]).normalized(over: [2], epsilon: epsilon).result
    return try normal.reshaped(shape.dimensions) * scale.reshaped(perChannel) + shift.reshaped(perChannel)
  }

  /// The shape in which vectors over axis 1 meet this value.
  private func channelShape(_ operation: String, _ vectors: [Symbol]) throws(ShapeError) -> [Int] {
    try requireSameGraph(operation, vectors)
    guard shape.rank == 2 || shape.rank == 4 else { throw fail(operation, vectors, "needs [B, D] or [B, C, H, W]") }
    for vector in vectors where vector.shape != [shape[1]] {
      throw fail(operation, [vector], "needs vectors of \(shape[1]), one number per channel")
    }
    return shape.rank == 4 ? [1, shape[1], 1, 1] : [1, shape[1]]
  }
}
