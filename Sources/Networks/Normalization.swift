import Graphs
import Tensors

extension LayerBuilder {
  static let epsilon: Float = 1e-5
  static let momentum: Float = 0.1

  /// Batch normalisation (Ioffe & Szegedy 2015) per channel of `[B, C, H, W]` or feature of `[B, D]`:
  ///
  ///     y = γ · (x − mean) / √(variance + 1e-5) + β
  ///
  /// Training takes mean and (biased) variance of the batch and moves the running ones a tenth of the way, the variance
  /// by its unbiased estimate, as PyTorch does; elsewhere the running ones are used.
  func batchNorm(_ x: Symbol) throws(ShapeError) -> Symbol {
    let features = x.shape[1]
    let shape = x.shape.rank == 4 ? [1, features, 1, 1] : [1, features]
    let axes = x.shape.rank == 4 ? [0, 2, 3] : [0]
    let scale = try parameter("scale", [features], .constant(1)).reshaped(shape)
    let shift = try parameter("shift", [features], .constant(0)).reshaped(shape)
    let runningMean = try parameter("mean", [features], .constant(0), trainable: false)
    let runningVariance = try parameter("variance", [features], .constant(1), trainable: false)
    guard training else {
      let centred = try x - runningMean.reshaped(shape)
      return try centred / sqrt(runningVariance.reshaped(shape) + Self.epsilon) * scale + shift
    }
    let mean = try x.mean(axes, keepingAxes: true)
    let centred = try x - mean
    let variance = try square(centred).mean(axes, keepingAxes: true)
    let count = Float(x.shape.count / features)
    assign(
      "mean", try runningMean * (1 - Self.momentum) + stopGradient(mean.reshaped([features])) * Self.momentum)
    assign(
      "variance",
      try runningVariance * (1 - Self.momentum)
        + stopGradient(variance.reshaped([features])) * (Self.momentum * count / Swift.max(count - 1, 1)))
    return try centred / sqrt(variance + Self.epsilon) * scale + shift
  }

  /// Layer normalisation (Ba et al. 2016) over all features of an example, or group normalisation (Wu & He 2018) over
  /// `groups` groups of channels; scale and shift per feature or channel.
  func layerNorm(_ x: Symbol, groups: Int) throws(ShapeError) -> Symbol {
    let features = x.shape[1]
    guard features % groups == 0 else {
      throw ShapeError(
        layer: graph.currentScope, operation: "groupnorm", shapes: [x.shape],
        reason: "\(features) channels do not fall into \(groups) groups")
    }
    let grouped = try x.reshaped([x.shape[0], groups, -1])
    let centred = try grouped - grouped.mean([2], keepingAxes: true)
    let variance = try square(centred).mean([2], keepingAxes: true)
    let shape = x.shape.rank == 4 ? [1, features, 1, 1] : [1, features]
    let scale = try parameter("scale", [features], .constant(1)).reshaped(shape)
    let shift = try parameter("shift", [features], .constant(0)).reshaped(shape)
    return try (centred / sqrt(variance + Self.epsilon)).reshaped(x.shape.dimensions) * scale + shift
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
