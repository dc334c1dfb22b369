import Glibc
import Graphs

extension Likelihood {
  /// Independent pixels in [0, 1] with logits l; of 0/1 data a log-likelihood, of gray values a cross-entropy:
  ///
  ///     −log p(x | l) = softplus(l) − l · x
  package static let bernoulli = Likelihood(
    "bernoulli", summary: "pixels as probabilities of 1 (white): cross-entropy",
    source: "Kingma & Welling 2014, appendix C.1", support: .unitInterval, measure: .binaryProbability,
    write: { outputs, x throws(ShapeError) in try bceWithLogits(outputs, x).sum([1]) },
    mean: { outputs, _ throws(ShapeError) in sigmoid(outputs) }, output: logit,
    draw: { draw in Double(draw.stream.uniform(draw.index)) < 1 / (1 + Glibc.exp(-Double(draw.outputs.0))) ? 1 : 0 },
    constantLoss: { moments in
      moments.sum { mean, _ in
        let p = min(max(mean, 0), 1)
        return (p > 0 ? -p * Glibc.log(p) : 0) + (p < 1 ? -(1 - p) * Glibc.log1p(-p) : 0)
      }
    })

  /// The logit of a probability, kept within [0.001, 0.999].
  static func logit(_ mean: Double) -> Double {
    let probability = min(max(mean, 0.001), 0.999)
    return Glibc.log(probability / (1 - probability))
  }
}
