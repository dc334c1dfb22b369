import Tensors

/// The baseline of a model that ignores its input: the likelihood's best single prediction for every example. What a code
/// gains over it does not depend on the unit of the data.
extension Model {
  /// −log p(x) of the best constant prediction for `source`, nats per example (Σ variance for a plain autoencoder): of
  /// the likelihood's parameters, each element's mean and, where σ is learned, one σ. A conditional model knows the
  /// class, and so does what it is compared with: one prediction for each.
  ///
  /// - Returns: nil where there is no closed form (logistic256), or none that is finite.
  package func lossOfConstantPrediction(_ source: any BatchSource) throws -> Double? {
    guard let constantLoss = configuration.likelihood.constantLoss else { return nil }
    let labels = configuration.family.isConditional ? source.labels : [Int](repeating: 0, count: source.count)
    let groups = Dictionary(grouping: labels.indices) { labels[$0] }
    let moments = try source.values().withElements(of: Float.self) { elements in
      groups.sorted { $0.key < $1.key }.map { _, rows in
        let (means, variances) = Self.moments(elements, rows, configuration.pixels)
        return (share: Double(rows.count) / Double(source.count), means: means, variances: variances)
      }
    }
    let loss = constantLoss(.init(groups: moments))
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

extension Model {
  /// What training on held-out examples is judged by, nats per example: −ELBO, or the bound of k samples that an
  /// importance-weighted model is trained on; the reconstruction of a plain autoencoder. The same draws every time.
  package func heldOutLoss(_ source: any BatchSource) throws -> Estimate {
    try configuration.family.bound.heldOut(self, source)
  }
}
