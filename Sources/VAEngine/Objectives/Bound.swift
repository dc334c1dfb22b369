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
  /// E_q[−log p(x | z)] + β · penalty, by one draw of the posterior.
  ///
  /// - Parameters:
  ///   - penalty: Of the KL, a mean over the batch: of each dimension, `[D]`, and in all.
  ///   - own: Terms of the family beside it, with the settings that weigh them.
  package func evidence(
    _ q: DiagonalGaussian, _ target: Symbol, penalty: (_ perDimension: Symbol, _ kl: Symbol) throws -> Symbol = { $1 },
    own: [(term: TermName, value: Symbol)] = []
  ) throws -> Objective {
    let reconstruction = try self.reconstruction(draw(q), target).mean()
    let perDimension = try q.klPerDimension().mean([0])
    let kl = try perDimension.sum()
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
    let (logWeights, reconstruction) = try importanceWeights(
      q, target, samples: k, purpose: StreamPurpose.posterior)
    let bound = try logWeights.logSumExp([0]).mean() - logOf(Float(k))
    return Objective(
      loss: -bound, [.reconstruction: try reconstruction.mean(), .kl: try q.klPerDimension().sum([1]).mean()])
  }

  /// log p(x, z) − log q(z | x) for `k` samples per example, `[k, B]`, and −log p(x | z) `[k, B]`.
  ///
  /// `purpose` names the stream of the draws. The constants of the two Gaussians cancel:
  /// log p(z) − log q(z | x) = ½ Σ (ε² + log σ² − z²).
  func importanceWeights(
    _ q: DiagonalGaussian, _ target: Symbol, samples k: Int, purpose: String
  ) throws -> (logWeights: Symbol, reconstruction: Symbol) {
    let d = q.mean.shape[1]
    let noise = try graph.random(.normal, purpose, [k, rows, d], rowAxis: 1)
    let z = try q.mean + exp(q.logVariance * 0.5) * noise
    var condition: Symbol?
    if let labels = try labels() {
      condition = try labels.broadcast(to: [k, rows, labels.shape[1]]).reshaped([k * rows, -1])
    }
    let outputs = try decode(z.reshaped([k * rows, d]), labels: condition)
    let repeated = try target.broadcast(to: [k, rows, configuration.pixels]).reshaped([k * rows, -1])
    let reconstruction = try self.negativeLogLikelihood(outputs, repeated).reshaped([k, rows])
    let ratio = try ((square(noise) + q.logVariance) - square(z)).sum([2]) * 0.5
    return (try ratio - reconstruction, reconstruction)
  }
}
