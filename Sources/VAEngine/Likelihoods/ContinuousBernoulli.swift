import Glibc
import Graphs

extension Likelihood {
  /// A density on [0, 1] with the shape of a Bernoulli, so gray pixels have a proper likelihood: λ = σ(l),
  ///
  ///     −log p(x | l) = softplus(l) − l · x − log C(λ)
  ///     E[x | l]      = 1 / (1 − e^−l) − 1 / l
  ///     F⁻¹(u)        = log(1 + u · (eˡ − 1)) / l
  package static let continuousBernoulli = Likelihood(
    "continuous-bernoulli", summary: "gray values between 0 and 1, normalized (Loaiza-Ganem & Cunningham 2019)",
    source: "Loaiza-Ganem & Cunningham 2019, equations 4–9", codingKey: "continuousBernoulli",
    support: .unitInterval, measure: .density,
    write: { outputs, x throws(ShapeError) in try (bceWithLogits(outputs, x) - logNormalizer(outputs)).sum([1]) },
    mean: { outputs, _ throws(ShapeError) in
      let near = try less(Graphs.abs(outputs), outputs.graph.constant(0.05))
      let safe = try select(near, outputs.graph.constant(1), outputs)
      let exact = try reciprocal(-Graphs.expm1(-safe)) - reciprocal(safe)
      return try select(near, outputs * (1.0 / 12) + 0.5, exact)
    },
    output: logitOfMean, draw: { draw in Float(quantile(Double(draw.outputs.0), draw.uniform)) },
    constantLoss: { moments in
      moments.sum { mean, _ in
        let l = logitOfMean(mean)
        let size = Swift.abs(l)
        let logC = size < 1e-3 ? Glibc.log(2) + l * l / 12 : Glibc.log(size / Glibc.tanh(size / 2))
        return max(l, 0) + Glibc.log1p(Glibc.exp(-size)) - l * mean - logC
      }
    })

  /// log C(λ) = log(l / tanh(l / 2)) for the logit l of λ; near λ = ½, where both vanish, by its series
  /// `log 2 + l²/12 − 7 l⁴/1440 + 31 l⁶/90720` (the next term is below 2e-9 at |l| = 0.3, and its slope below 5e-8).
  static func logNormalizer(_ logits: Symbol) throws(ShapeError) -> Symbol {
    let size = Graphs.abs(logits)
    let near = try less(size, logits.graph.constant(0.3))
    let safe = try select(near, logits.graph.constant(1), size)
    let squared = square(logits)
    let fourth = square(squared)
    let series = try (squared * (1.0 / 12) - fourth * (7.0 / 1440)) + fourth * squared * (31.0 / 90720) + 0.693_147_181
    return try select(near, series, Graphs.log(safe / Graphs.tanh(safe * 0.5)))
  }

  /// The logit whose mean is `mean`, kept within [0.001, 0.999]. The mean rises with the logit: halving finds it.
  private static func logitOfMean(_ mean: Double) -> Double {
    let probability = min(max(mean, 0.001), 0.999)
    var (low, high) = (-1000.0, 1000.0)
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if expectation(middle) < probability { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }

  /// `1 / (1 − e^−l) − 1 / l`, by its series where both grow without bound.
  private static func expectation(_ l: Double) -> Double {
    Swift.abs(l) < 1e-3 ? 0.5 + l / 12 : -1 / Glibc.expm1(-l) - 1 / l
  }

  /// The quantile of `u` for logit `l`, in the form that does not overflow on its side of 0.
  private static func quantile(_ l: Double, _ u: Double) -> Double {
    if Swift.abs(l) < 1e-6 { return u }
    return l > 0 ? 1 + Glibc.log(u + (1 - u) * Glibc.exp(-l)) / l : Glibc.log1p(u * Glibc.expm1(l)) / l
  }
}
