import Glibc
import Graphs
import Tensors

func logOf(_ x: Float) -> Float { Glibc.logf(x) }

/// A diagonal Gaussian posterior q(z | x), parts `[B, D]`.
struct DiagonalGaussian {
  let mean: Symbol
  /// log σ², not clamped.
  let logVariance: Symbol

  /// `mean + σ · ε` (Kingma & Welling 2014, section 2.4).
  func sample(_ noise: Symbol) throws(ShapeError) -> Symbol { try mean + exp(logVariance * 0.5) * noise }

  /// KL(q ‖ N(0, I)) in nats, per example and dimension:
  ///
  ///     kl[b, d] = ½ · (mean² + expm1(s) − s),   s = log σ²
  ///
  /// expm1, because exp − 1 loses all digits of a variance near 1.
  func klPerDimension() throws(ShapeError) -> Symbol {
    try (square(mean) + (expm1(logVariance) - logVariance)) * 0.5
  }
}
