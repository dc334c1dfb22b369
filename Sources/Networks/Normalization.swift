import Graphs
import Tensors

extension LayerBuilder {
  static let momentum: Float = 0.1

  /// Batch normalization per channel of `[B, C, H, W]` or feature of `[B, D]`.
  ///
  /// Training takes mean and (biased) variance of the global batch and moves the running ones a tenth of the way, the variance
  /// by its unbiased estimate, as PyTorch does; elsewhere the running ones are used.
  func batchNorm(_ x: Symbol) throws(ShapeError) -> Symbol {
    let features = x.shape[1]
    let scale = try parameter("scale", [features], .constant(1))
    let shift = try parameter("shift", [features], .constant(0))
    let runningMean = try parameter("mean", [features], .constant(0), trainable: false)
    let runningVariance = try parameter("variance", [features], .constant(1), trainable: false)
    if x.shape.count == x.shape[0] * features { batchNormOfOneValue = batchNormOfOneValue ?? graph.currentScope }
    guard training else {
      return try x.batchNorm(mean: runningMean, variance: runningVariance, scale: scale, shift: shift)
    }
    let whole = try x.batchNorm(scale: scale, shift: shift)
    let count = Float(graph.globalCount(of: x.shape.count / features))
    assign(
      "mean", try runningMean * (1 - Self.momentum) + stopGradient(whole.mean.reshaped([features])) * Self.momentum)
    assign(
      "variance",
      try runningVariance * (1 - Self.momentum)
        + stopGradient(whole.variance.reshaped([features])) * (Self.momentum * count / Swift.max(count - 1, 1)))
    return whole.result
  }

  /// Layer normalization (Ba et al. 2016) over all features of an example, each with a scale and a shift of its own:
  /// PyTorch's `LayerNorm` of an example's whole shape, `[C, H, W]` or `[D]`.
  func layerNorm(_ x: Symbol) throws(ShapeError) -> Symbol {
    // Vectors are one group of features.
    guard x.shape.rank == 4 else { return try groupNorm(x, groups: 1) }
    let features = x.shape.droppingFirst
    let scale = try parameter("scale", features, .constant(1))
    return try x.layerNorm(scale: scale, shift: parameter("shift", features, .constant(0)))
  }

  /// Group normalization (Wu & He 2018) over `groups` groups of an example's channels; scale and shift per channel.
  func groupNorm(_ x: Symbol, groups: Int) throws(ShapeError) -> Symbol {
    let scale = try parameter("scale", [x.shape[1]], .constant(1))
    return try x.groupNorm(groups: groups, scale: scale, shift: parameter("shift", [x.shape[1]], .constant(0)))
  }
}

extension Activation {
  package func apply(_ x: Symbol) -> Symbol {
    switch self {
    case .relu: Graphs.relu(x)
    case .leakyrelu: leakyRelu(x)
    case .elu: Graphs.elu(x)
    case .gelu: Graphs.gelu(x)
    case .silu: Graphs.silu(x)
    case .tanh: Graphs.tanh(x)
    case .sigmoid: Graphs.sigmoid(x)
    case .softplus: Graphs.softplus(x)
    case .none: x
    }
  }
}
