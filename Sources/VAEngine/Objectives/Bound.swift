import Graphs
import Tensors

/// What is maximized in place of log p(x), and what a model is judged by on examples it was not trained on.
package struct Bound: Sendable, Equatable {
  package let name: String
  /// Minus the bound on held-out examples, nats per example, with the same draws every time.
  let heldOut: @Sendable (Model, any BatchSource) throws -> Estimate

  package static func == (a: Bound, b: Bound) -> Bool { a.name == b.name }

  /// No bound: the reconstruction is all there is.
  package static let none = Bound(name: "none") { try $0.evaluate($1).negativeElbo }

  /// The evidence lower bound (Kingma & Welling 2014, equation 3).
  package static let elbo = Bound(name: "elbo") { try $0.evaluate($1).negativeElbo }

  /// The bound of k importance samples (Burda et al. 2016, equation 8).
  package static let importanceWeighted = Bound(name: "importance-weighted") { model, source in
    try model.logLikelihood(source, samples: model.configuration.importanceSamples).negativeLogLikelihood
  }
}

extension ObjectiveGraph {
  /// E_q[−log p(x | z)] + β · penalty, by one draw of the posterior; of a prior that is a mixture the KL, too, is that of the
  /// draw.
  ///
  /// - Parameters:
  ///   - penalty: Of the KL, a mean over the batch: of each dimension, `[D]`, and in all.
  ///   - own: Terms of the family beside it, with the settings that weigh them.
  package func evidence(
    _ q: DiagonalGaussian, _ target: Symbol, penalty: (_ perDimension: Symbol, _ kl: Symbol) throws -> Symbol = { $1 },
    own: [(term: TermName, value: Symbol)] = []
  ) throws -> Objective {
    let z = try draw(q)
    let reconstruction = try self.reconstruction(z, target).mean()
    let perDimension = try q.klPerDimension().mean([0])
    let kl = try priorComponents().map { try drawnRate(q, z, $0).mean() } ?? perDimension.sum()
    let beta = try scalar("beta")
    var loss = try reconstruction + beta * penalty(perDimension, kl)
    var terms: [TermName: Symbol] = [.reconstruction: reconstruction, .kl: kl]
    for (term, value) in own {
      loss = try loss + (term.weight.map { word throws(ShapeError) in try scalar(word) * value } ?? value)
      terms[term] = value
    }
    return Objective(loss: loss, terms)
  }

  /// Minus the bound L_k = E log (1/k) Σ w.
  func importanceBound(_ q: DiagonalGaussian, _ target: Symbol, samples k: Int) throws -> Objective {
    let components = try priorComponents()
    let (logWeights, reconstruction) = try importanceWeights(
      q, target, samples: k, components, purpose: StreamPurpose.posterior)
    let bound = try logWeights.logSumExp([0]).mean() - logOf(Float(k))
    // log w = log p(x | z) − rate.
    let kl = try components.map { _ in try -(logWeights + reconstruction).mean() } ?? q.klPerDimension().sum([1]).mean()
    return Objective(loss: -bound, [.reconstruction: try reconstruction.mean(), .kl: kl])
  }

  /// log p(x, z) − log q(z | x) for `k` samples per example, `[k, B]`, and −log p(x | z) `[k, B]`.
  ///
  /// `purpose` names the stream of the draws; `components` are those of the prior, nil for N(0, I).
  func importanceWeights(
    _ q: DiagonalGaussian, _ target: Symbol, samples k: Int, _ components: DiagonalGaussian?, purpose: String
  ) throws -> (logWeights: Symbol, reconstruction: Symbol) {
    let d = q.mean.shape[1]
    let noise = try graph.random(.normal, purpose, [k, rows, d], rowAxis: 1)
    let z = try q.mean + exp(q.logVariance * 0.5) * noise
    let reconstruction = try negativeLogLikelihoods(z, target)
    return (try ratio(q, z, noise, components) - reconstruction, reconstruction)
  }

  /// log p(z) − log q(z | x) of draws z = mean + σ · noise, `[k, B]`. Of N(0, I) the constants of the two Gaussians cancel:
  /// ½ Σ (ε² + log σ² − z²).
  func ratio(
    _ q: DiagonalGaussian, _ z: Symbol, _ noise: Symbol, _ components: DiagonalGaussian?
  ) throws(ShapeError) -> Symbol {
    guard let components else { return try ((square(noise) + q.logVariance) - square(z)).sum([2]) * 0.5 }
    return try (square(noise) + q.logVariance + Self.log2Pi).sum([2]) * 0.5 + logPriors(z, components)
  }

  /// log p(z) of draws `[k, B, D]`, `[k, B]`.
  func logPriors(_ z: Symbol, _ components: DiagonalGaussian) throws(ShapeError) -> Symbol {
    let s = z.shape
    return try logPrior(z.reshaped([s[0] * s[1], s[2]]), components).reshaped([s[0], s[1]])
  }

  /// −log p(x | z) of draws `[k, B, D]` for every example, `[k, B]`.
  func negativeLogLikelihoods(_ z: Symbol, _ target: Symbol) throws -> Symbol {
    let (k, d) = (z.shape[0], z.shape[2])
    var condition: Symbol?
    if let labels = try labels() {
      condition = try labels.broadcast(to: [k, rows, labels.shape[1]]).reshaped([k * rows, -1])
    }
    let outputs = try decode(z.reshaped([k * rows, d]), labels: condition)
    let repeated = try target.broadcast(to: [k, rows, configuration.pixels]).reshaped([k * rows, -1])
    return try self.negativeLogLikelihood(outputs, repeated).reshaped([k, rows])
  }
}
