import Glibc
import Tensors

/// The baseline of a model that ignores its input: the likelihood's best single prediction for every example. What a code
/// gains over it does not depend on the unit of the data.
extension Model {
  /// −log p(x) of the best constant prediction for `source`, nats per example (Σ variance for a plain autoencoder): of
  /// the likelihood's parameters, each element's mean and, where σ is learned, one σ. A conditional model knows the
  /// class, and so does what it is compared with: one prediction for each.
  ///
  ///     Bernoulli              Σ H(p_j), p_j the mean of element j
  ///     continuous Bernoulli   Σ −log C(λ_j) + softplus(l_j) − l_j p_j, the mean of λ_j being p_j
  ///     Gaussian, σ given      Σ (v_j / 2σ² + log σ + ½ log 2π), v_j the variance of element j
  ///     Gaussian, σ learned    D/2 · (log 2πv + 1), v the mean of v_j
  ///
  /// - Returns: nil where there is no closed form (logistic256), or none that is finite.
  package func lossOfConstantPrediction(_ source: any BatchSource) throws -> Double? {
    let values = try source.values()
    let size = configuration.pixels
    let labels = configuration.family == .conditional ? source.labels : [Int](repeating: 0, count: source.count)
    let groups = Dictionary(grouping: labels.indices) { labels[$0] }
    let moments = values.withElements(of: Float.self) { elements in
      groups.values.map { rows in (rows.count, Self.moments(elements, rows, size)) }
    }
    let total = Double(source.count)
    let variance = moments.reduce(0.0) { $0 + $1.1.variances.reduce(0, +) * Double($1.0) } / total
    let loss: Double
    switch configuration.likelihood {
    case .logistic256: return nil
    case .squaredError: loss = variance
    case .gaussian(let sigma):
      let sigma = Double(sigma)
      loss = variance / (2 * sigma * sigma) + Double(size) * (log(sigma) + 0.5 * log(2 * Double.pi))
    case .gaussianLearned: loss = Double(size) / 2 * (log(2 * Double.pi * variance / Double(size)) + 1)
    case .bernoulli, .continuousBernoulli:
      loss = moments.reduce(0) { sum, group in
        sum + Double(group.0) / total * group.1.means.reduce(0) { $0 + configuration.likelihood.entropy(ofMean: $1) }
      }
    }
    return loss.isFinite ? loss : nil
  }

  /// Mean and variance of every element over these rows.
  private static func moments(
    _ elements: UnsafeBufferPointer<Float>, _ rows: [Int], _ size: Int
  ) -> (means: [Double], variances: [Double]) {
    let n = Double(rows.count)
    var means = [Double](repeating: 0, count: size)
    var variances = means
    for row in rows { for j in 0..<size { means[j] += Double(elements[row * size + j]) / n } }
    for row in rows {
      for j in 0..<size {
        let delta = Double(elements[row * size + j]) - means[j]
        variances[j] += delta * delta / n
      }
    }
    return (means, variances)
  }
}

extension Likelihood {
  /// −log p of an element whose mean over the examples is `mean`, by the best constant, averaged over them.
  fileprivate func entropy(ofMean mean: Double) -> Double {
    if self == .continuousBernoulli {
      let l = output(ofMean: mean)
      let size = abs(l)
      let logC = size < 1e-3 ? log(2) + l * l / 12 : log(size / tanh(size / 2))
      return max(l, 0) + log1p(exp(-size)) - l * mean - logC
    }
    let p = min(max(mean, 0), 1)
    return (p > 0 ? -p * log(p) : 0) + (p < 1 ? -(1 - p) * log1p(-p) : 0)
  }
}

extension Model {
  /// What training on held-out examples is judged by, nats per example: −ELBO, or the bound of k samples that an
  /// importance-weighted model is trained on; the reconstruction of a plain autoencoder. The same draws every time.
  package func heldOutLoss(_ source: any BatchSource) throws -> Estimate {
    if configuration.family == .importanceWeighted {
      return try logLikelihood(source, samples: configuration.importanceSamples).negativeLogLikelihood
    }
    return try evaluate(source).negativeElbo
  }
}
