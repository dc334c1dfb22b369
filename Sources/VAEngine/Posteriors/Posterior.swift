import Glibc
import Graphs
import Networks
import Tensors

func logOf(_ x: Float) -> Float { Glibc.logf(x) }

/// q(z | x): the heads that the encoder's features get, and how a code is drawn.
package struct Posterior: Sendable, Equatable {
  package let name: String
  /// Whether a code is a draw; otherwise it is the mean.
  package let isRandom: Bool
  /// The distribution of features `[B, F]`.
  let write: @Sendable (Symbol, LayerBuilder, ModelConfiguration) throws(ShapeError) -> DiagonalGaussian

  package static func == (a: Posterior, b: Posterior) -> Bool { a.name == b.name }

  /// N(mean, diag σ²) with two heads, log σ² within the architecture's bounds (Kingma & Welling 2014, section 3).
  package static let gaussian = Posterior(name: "gaussian", isRandom: true) {
    h, builder, configuration throws(ShapeError) in
    let mean = try head("mean", h, builder, configuration)
    let free = try head("logVariance", h, builder, configuration)
    let bounds = configuration.architecture.logVarianceBounds
    return DiagonalGaussian(
      mean: mean, logVariance: bounds.map { hardtanh(free, $0.lowerBound, $0.upperBound) } ?? free)
  }

  /// A point: the code of a plain autoencoder.
  package static let point = Posterior(name: "point", isRandom: false) { h, builder, configuration throws(ShapeError) in
    let mean = try head("mean", h, builder, configuration)
    return DiagonalGaussian(mean: mean, logVariance: h.graph.constant(0, mean.shape))
  }

  private static func head(
    _ name: String, _ h: Symbol, _ builder: LayerBuilder, _ configuration: ModelConfiguration
  ) throws(ShapeError) -> Symbol {
    try h.graph.scope(name) { () throws(ShapeError) -> Symbol in try builder.dense(h, configuration.latentDimensions) }
  }
}

/// A diagonal Gaussian posterior q(z | x), parts `[B, D]`.
package struct DiagonalGaussian {
  package let mean: Symbol
  /// log σ², not clamped.
  package let logVariance: Symbol

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
