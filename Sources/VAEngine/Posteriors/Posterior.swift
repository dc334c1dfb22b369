import Glibc
import Graphs
import Networks
import Tensors

func logOf(_ x: Float) -> Float { Glibc.logf(x) }

/// q(z | x): how a code is arranged, the heads that the encoder's features get, and how a code is drawn.
package struct Posterior: Sendable, Equatable {
  package let name: String
  /// Whether a code is a draw; otherwise it is the mean.
  package let isRandom: Bool
  let layout: @Sendable (ModelConfiguration) throws -> CodeLayout
  /// The distribution of a batch's codes, `[B, layout.count]`.
  let write: @Sendable (Features, LayerBuilder, ModelConfiguration) throws(ShapeError) -> DiagonalGaussian
  /// The decoder's input of the levels of a code; nil for the only level as it is, or several flat and side by side.
  let merge: (@Sendable ([Symbol], LayerBuilder) throws(ShapeError) -> Symbol)?

  /// - Parameters:
  ///   - layout: By default one vector of as many numbers as the model has latent dimensions.
  ///   - merge: Written in the decoder's scope.
  package init(
    name: String, isRandom: Bool,
    layout: @escaping @Sendable (ModelConfiguration) throws -> CodeLayout = { .vector($0.latentDimensions) },
    merge: (@Sendable ([Symbol], LayerBuilder) throws(ShapeError) -> Symbol)? = nil,
    write: @escaping @Sendable (Features, LayerBuilder, ModelConfiguration) throws(ShapeError) -> DiagonalGaussian
  ) {
    (self.name, self.isRandom, self.layout, self.merge, self.write) = (name, isRandom, layout, merge, write)
  }

  package static func == (a: Posterior, b: Posterior) -> Bool { a.name == b.name }

  /// N(mean, diag σ²) with two heads, log σ² within the architecture's bounds (Kingma & Welling 2014, section 3).
  package static let gaussian = Posterior(name: "gaussian", isRandom: true) {
    features, builder, configuration throws(ShapeError) in
    let h = try features.vector()
    let mean = try dense("mean", h, builder, configuration.latentDimensions)
    let free = try dense("logVariance", h, builder, configuration.latentDimensions)
    return DiagonalGaussian(mean: mean, logVariance: bounded(free, configuration))
  }

  /// A point: the code of a plain autoencoder.
  package static let point = Posterior(name: "point", isRandom: false) {
    features, builder, configuration throws(ShapeError) in
    let h = try features.vector()
    let mean = try dense("mean", h, builder, configuration.latentDimensions)
    return DiagonalGaussian(mean: mean, logVariance: h.graph.constant(0, mean.shape))
  }

  /// A Gaussian for every place of the encoder's last image, `[latentDimensions, H, W]`, its heads 1×1 convolutions.
  package static let gaussianGrid = Posterior(
    name: "gaussian grid", isRandom: true,
    layout: { configuration in
      let features = try ObjectiveGraph(configuration, rows: 1, training: false).features()
      let grid = try features.grid().shape
      return CodeLayout([.init("z", [configuration.latentDimensions, grid[2], grid[3]])])
    }
  ) { features, builder, configuration throws(ShapeError) in
    let h = try features.grid()
    let mean = try convolution("mean", h, builder, configuration.latentDimensions).flattened()
    let free = try convolution("logVariance", h, builder, configuration.latentDimensions).flattened()
    return DiagonalGaussian(mean: mean, logVariance: bounded(free, configuration))
  }

  private static func bounded(_ logVariance: Symbol, _ configuration: ModelConfiguration) -> Symbol {
    configuration.architecture.logVarianceBounds.map { hardtanh(logVariance, $0.lowerBound, $0.upperBound) }
      ?? logVariance
  }

  /// A head: a dense layer without activation, named within the current scope.
  package static func dense(
    _ name: String, _ h: Symbol, _ builder: LayerBuilder, _ width: Int
  ) throws(ShapeError) -> Symbol {
    try h.graph.scope(name) { () throws(ShapeError) -> Symbol in try builder.dense(h, width) }
  }

  /// A head of images: a 1×1 convolution without activation.
  package static func convolution(
    _ name: String, _ h: Symbol, _ builder: LayerBuilder, _ channels: Int
  ) throws(ShapeError) -> Symbol {
    try h.graph.scope(name) { () throws(ShapeError) -> Symbol in
      try builder.convolution(h, channels, LayerBuilder.Window([1, 1], [1, 1], [0, 0]))
    }
  }
}

/// A diagonal Gaussian posterior q(z | x), parts `[B, D]`.
package struct DiagonalGaussian {
  package let mean: Symbol
  /// log σ², not clamped.
  package let logVariance: Symbol

  package init(mean: Symbol, logVariance: Symbol) { (self.mean, self.logVariance) = (mean, logVariance) }

  /// `mean + σ · ε` (Kingma & Welling 2014, section 2.4).
  package func sample(_ noise: Symbol) throws(ShapeError) -> Symbol { try mean + exp(logVariance * 0.5) * noise }

  /// KL(q ‖ N(0, I)) in nats, per example and dimension:
  ///
  ///     kl[b, d] = ½ · (mean² + expm1(s) − s),   s = log σ²
  ///
  /// expm1, because exp − 1 loses all digits of a variance near 1.
  package func klPerDimension() throws(ShapeError) -> Symbol {
    try (square(mean) + (expm1(logVariance) - logVariance)) * 0.5
  }
}
