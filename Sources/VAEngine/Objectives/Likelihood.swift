import Graphs
import Tensors

/// p(x | z), parameterized by the decoder's outputs.
package enum Likelihood: Hashable, Sendable, Codable {
  /// Independent pixels in [0, 1] with logits; the cross-entropy is a log-likelihood only for 0/1 data.
  case bernoulli
  /// Loaiza-Ganem & Cunningham 2019: a density on [0, 1], so gray pixels have a proper likelihood.
  case continuousBernoulli
  /// N(mean, σ²) with σ given.
  case gaussian(sigma: Float)
  /// N(mean, σ²) with one σ for all pixels, learned (Rybkin et al. 2021).
  case gaussianLearned
  /// 256 bins of a logistic density, mean and scale per pixel (Kingma et al. 2016; Tomczak & Welling 2018).
  case logistic256
  /// Σ (x − mean)²: no density; what plain autoencoders minimize.
  case squaredError

  package var name: String {
    switch self {
    case .bernoulli: "bernoulli"
    case .continuousBernoulli: "continuous-bernoulli"
    case .gaussian: "gaussian"
    case .gaussianLearned: "gaussian-learned"
    case .logistic256: "logistic256"
    case .squaredError: "mse"
    }
  }

  /// Decoder outputs per pixel.
  package var outputsPerPixel: Int { self == .logistic256 ? 2 : 1 }

  /// Whether −log p is of discrete data, so that it can be converted to bits per dimension.
  package var isDiscrete: Bool { self == .logistic256 }

  /// Whether it is of data in [0, 1] alone.
  package var isBounded: Bool {
    switch self {
    case .bernoulli, .continuousBernoulli, .logistic256: true
    case .gaussian, .gaussianLearned, .squaredError: false
    }
  }

  /// Whether −log p is one of a density over real numbers, so that it depends on the unit of the data.
  package var isDensity: Bool {
    switch self {
    case .continuousBernoulli, .gaussian, .gaussianLearned: true
    case .bernoulli, .logistic256, .squaredError: false
    }
  }

  /// −log p(x | outputs) in nats, one per example: summed over pixels, `[B]`.
  ///
  /// - Parameters:
  ///   - outputs: `[B, outputsPerPixel · D]`.
  ///   - x: `[B, D]`, in [0, 1] for all but the Gaussian and the squared error.
  package func negativeLogLikelihood(_ outputs: Symbol, _ x: Symbol) throws(ShapeError) -> Symbol {
    switch self {
    case .bernoulli: return try bceWithLogits(outputs, x).sum([1])
    case .continuousBernoulli:
      return try (bceWithLogits(outputs, x) - Self.logNormalizer(outputs)).sum([1])
    case .gaussian(let sigma):
      let constant = logOf(sigma) + 0.918_938_533
      return try (square((x - outputs) * (1 / sigma)) * 0.5 + constant).sum([1])
    case .gaussianLearned:
      let logSigma = try outputs.graph.parameter("logSigma", [])
      return try (square((x - outputs) * exp(-logSigma)) * 0.5 + (logSigma + 0.918_938_533)).sum([1])
    case .logistic256: return try Self.logistic(outputs, x).sum([1])
    case .squaredError: return try square(x - outputs).sum([1])
    }
  }

  /// log C(λ) = log(l / tanh(l / 2)) for the logit l of λ; near λ = ½, where both vanish, by its series
  /// `log 2 + l²/12 − 7 l⁴/1440 + 31 l⁶/90720` (the next term is below 2e-9 at |l| = 0.3, and its slope below 5e-8).
  static func logNormalizer(_ logits: Symbol) throws(ShapeError) -> Symbol {
    let size = abs(logits)
    let near = try less(size, logits.graph.constant(0.3))
    let safe = try select(near, logits.graph.constant(1), size)
    let squared = square(logits)
    let fourth = square(squared)
    let series = try (squared * (1.0 / 12) - fourth * (7.0 / 1440)) + fourth * squared * (31.0 / 90720) + 0.693_147_181
    return try select(near, series, log(safe / tanh(safe * 0.5)))
  }

  /// Mass of the bin of x = v/255, v = 0 … 255, with edges v/256 and (v + 1)/256, the outer ones open:
  ///
  ///     log(σ(a) − σ(b)) = log(−expm1(−(a − b))) − softplus(−a) − softplus(b)
  ///
  /// for a = (upper − mean) / scale and b = (lower − mean) / scale, which loses no digits anywhere.
  private static func logistic(_ outputs: Symbol, _ x: Symbol) throws(ShapeError) -> Symbol {
    let pixels = x.shape[1]
    let mean = sigmoid(try outputs.slice(axis: 1, 0..<pixels))
    let logScale = hardtanh(try outputs.slice(axis: 1, pixels..<2 * pixels), -4.5, 0)
    let inverse = exp(-logScale)
    let level = round(x * 255)
    let a = try ((level + 1) * (1.0 / 256) - mean) * inverse
    let b = try (level * (1.0 / 256) - mean) * inverse
    let inside = try log(-expm1(-(inverse * (1.0 / 256)))) - softplus(-a) - softplus(b)
    let graph = x.graph
    let upper = try select(less(graph.constant(254.5), level), -softplus(b), inside)
    return try -select(less(level, graph.constant(0.5)), -softplus(-a), upper)
  }

  /// E[x | outputs], `[B, D]`.
  func mean(_ outputs: Symbol, pixels: Int) throws(ShapeError) -> Symbol {
    switch self {
    case .bernoulli: return sigmoid(outputs)
    case .continuousBernoulli:
      let near = try less(abs(outputs), outputs.graph.constant(0.05))
      let safe = try select(near, outputs.graph.constant(1), outputs)
      let exact = try reciprocal(-expm1(-safe)) - reciprocal(safe)
      return try select(near, outputs * (1.0 / 12) + 0.5, exact)
    case .logistic256: return sigmoid(try outputs.slice(axis: 1, 0..<pixels))
    case .gaussian, .gaussianLearned, .squaredError: return outputs
    }
  }
}
