import Graphs
import Networks
import Tensors

/// Writes a model's parts into one graph for a batch of `rows`: encoder, posterior, decoder, and the loss of its family.
///
/// Inputs: `x` `[B, …]`, `labels` `[B, classes]` one-hot for conditional models, and the scalars `beta` and `capacity`.
package struct ObjectiveGraph {
  package let graph: Graph
  let configuration: ModelConfiguration
  let rows: Int
  /// The builder of layers and their parameters.
  package let builder: LayerBuilder

  package init(_ configuration: ModelConfiguration, rows: Int, training: Bool) {
    self.configuration = configuration
    self.rows = rows
    graph = Graph(rows: rows)
    builder = LayerBuilder(graph, activation: configuration.architecture.activation, training: training)
  }

  /// Terms of a training step.
  package struct Terms {
    /// The objective, nats per example.
    package let loss: Symbol
    /// −log p(x | z), mean over the batch (of all samples).
    package let reconstruction: Symbol
    /// KL, mean over the batch.
    package let kl: Symbol
  }

  func input() throws(ShapeError) -> Symbol {
    try graph.input("x", Shape([rows] + configuration.exampleShape.dimensions))
  }

  func labels() throws(ShapeError) -> Symbol? {
    guard configuration.family == .conditional, let classes = configuration.classCount else { return nil }
    return try graph.input("labels", [rows, classes])
  }

  func posterior(_ x: Symbol) throws(ShapeError) -> DiagonalGaussian {
    try graph.scope("encoder") { () throws(ShapeError) -> DiagonalGaussian in
      var h = try builder.apply(configuration.architecture.encoder, to: x, activatesLast: true).flattened()
      if let labels = try labels() { h = try concat([h, labels], axis: 1) }
      let mean = try graph.scope("mean") { () throws(ShapeError) -> Symbol in
        try builder.dense(h, configuration.latentDimensions)
      }
      if configuration.family == .autoencoder {
        return DiagonalGaussian(mean: mean, logVariance: graph.constant(0, mean.shape))
      }
      let free = try graph.scope("logVariance") { () throws(ShapeError) -> Symbol in
        try builder.dense(h, configuration.latentDimensions)
      }
      let bounds = configuration.architecture.logVarianceBounds
      return DiagonalGaussian(
        mean: mean, logVariance: bounds.map { hardtanh(free, $0.lowerBound, $0.upperBound) } ?? free)
    }
  }

  /// The likelihood's parameters for latents `[n, D]`, flattened.
  ///
  /// - Parameter labels: One-hot `[n, classes]`.
  func decode(_ z: Symbol, labels: Symbol?) throws -> Symbol {
    let y = try graph.scope("decoder") { () throws(ShapeError) -> Symbol in
      let code = try labels.map { labels throws(ShapeError) -> Symbol in try concat([z, labels], axis: 1) } ?? z
      return try builder.apply(outputLayers(), to: code, activatesLast: false)
    }
    return try cropped(y)
  }

  /// The decoder with the number of outputs per pixel that the likelihood needs.
  private func outputLayers() -> [Layer] {
    let factor = configuration.likelihood.outputsPerPixel
    guard factor > 1, let last = configuration.architecture.decoder.last else {
      return configuration.architecture.decoder
    }
    let wide: Layer =
      switch last {
      case .dense(let n, let a): .dense(min(n, .max / factor) * factor, a)
      case .convolution(let c, let k, let s, let p, let a):
        .convolution(channels: c * factor, kernel: k, stride: s, padding: p, a)
      case .transposedConvolution(let c, let k, let s, let p, let a):
        .transposedConvolution(channels: c * factor, kernel: k, stride: s, padding: p, a)
      default: last
      }
    return configuration.architecture.decoder.dropLast() + [wide]
  }

  /// `[n, outputsPerPixel · D]`, images that came out larger than the data cut at the center.
  private func cropped(_ y: Symbol) throws -> Symbol {
    let example = configuration.exampleShape
    let wanted = configuration.pixels * configuration.likelihood.outputsPerPixel
    if y.shape.droppingFirst.count == wanted { return try y.flattened() }
    guard y.shape.rank == 4, example.rank == 3, y.shape[1] * example[1] * example[2] == wanted,
      y.shape[2] >= example[1], y.shape[3] >= example[2]
    else { throw ModelError.decoderShape(y.shape.droppingFirst, wanted: example) }
    let (top, left) = ((y.shape[2] - example[1]) / 2, (y.shape[3] - example[2]) / 2)
    return try y.slice(axis: 2, top..<top + example[1]).slice(axis: 3, left..<left + example[2]).flattened()
  }

  func corrupted(_ x: Symbol) throws(ShapeError) -> Symbol { try configuration.noise?.applied(to: x) ?? x }

  /// −log p(x | z) per example. A learned Gaussian scale begins at σ = 1.
  private func reconstruction(_ outputs: Symbol, _ target: Symbol) throws(ShapeError) -> Symbol {
    if configuration.likelihood == .gaussianLearned { _ = try builder.parameter("logSigma", [], .constant(0)) }
    return try configuration.likelihood.negativeLogLikelihood(outputs, target)
  }

  /// The family's loss.
  package func terms() throws -> Terms {
    let x = try input()
    let target = try x.flattened()
    let q = try posterior(configuration.family == .denoising ? corrupted(x) : x)
    let labels = try labels()
    if configuration.family == .importanceWeighted { return try importanceWeighted(q, target) }
    let noise = try graph.random(.normal, StreamPurpose.posterior, q.mean.shape)
    let z = configuration.family == .autoencoder ? q.mean : try q.sample(noise)
    let reconstruction = try self.reconstruction(decode(z, labels: labels), target).mean()
    if configuration.family == .autoencoder {
      return Terms(loss: reconstruction, reconstruction: reconstruction, kl: graph.constant(0))
    }
    let perDimension = try q.klPerDimension().mean([0])
    let kl = try perDimension.sum()
    let beta = try graph.input("beta", [])
    let penalizedKL: Symbol
    if configuration.family == .capacity {
      penalizedKL = abs(try kl - graph.input("capacity", []))
    } else if configuration.freeBits > 0 {
      penalizedKL = try maximum(perDimension, graph.constant(configuration.freeBits)).sum()
    } else {
      penalizedKL = kl
    }
    return Terms(loss: try reconstruction + beta * penalizedKL, reconstruction: reconstruction, kl: kl)
  }

  /// log p(x, z) − log q(z | x) for `k` samples per example, `[k, B]`, and −log p(x | z) `[k, B]`.
  ///
  /// `purpose` names the stream of the draws. The constants of the two Gaussians cancel: log p(z) − log q(z | x) = ½ Σ (ε² + log σ² − z²).
  func importanceWeights(
    _ q: DiagonalGaussian, _ target: Symbol, samples k: Int, purpose: String
  ) throws -> (logWeights: Symbol, reconstruction: Symbol) {
    let d = configuration.latentDimensions
    let noise = try graph.random(.normal, purpose, [k, rows, d], rowAxis: 1)
    let z = try q.mean + exp(q.logVariance * 0.5) * noise
    var condition: Symbol?
    if let labels = try labels() {
      condition = try labels.broadcast(to: [k, rows, labels.shape[1]]).reshaped([k * rows, -1])
    }
    let outputs = try decode(z.reshaped([k * rows, d]), labels: condition)
    let repeated = try target.broadcast(to: [k, rows, configuration.pixels]).reshaped([k * rows, -1])
    let reconstruction = try self.reconstruction(outputs, repeated).reshaped([k, rows])
    let ratio = try ((square(noise) + q.logVariance) - square(z)).sum([2]) * 0.5
    return (try ratio - reconstruction, reconstruction)
  }

  /// Minus the bound L_k = E log (1/k) Σ w (Burda et al. 2016, equation 8).
  private func importanceWeighted(_ q: DiagonalGaussian, _ target: Symbol) throws -> Terms {
    let k = configuration.importanceSamples
    let (logWeights, reconstruction) = try importanceWeights(
      q, target, samples: k, purpose: StreamPurpose.posterior)
    let bound = try logWeights.logSumExp([0]).mean() - logOf(Float(k))
    return Terms(loss: -bound, reconstruction: try reconstruction.mean(), kl: try q.klPerDimension().sum([1]).mean())
  }
}
