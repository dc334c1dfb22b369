import Glibc
import Graphs

/// How log q(z), the density of the aggregate posterior, is estimated from a batch of B of N examples.
enum AggregateEstimator: Int {
  /// Minibatch-stratified sampling, unbiased for q(z) (Chen et al. 2018, appendix C.2).
  case stratified
  /// Minibatch-weighted sampling (Chen et al. 2018, equation 8): too low where codes are far from each other.
  case weighted

  /// log W of the posterior of example j in q(z) at the code of example i, `[own rows, B]`. Stratified, with M = B − 1: 1/N on
  /// the diagonal, the code's own posterior; (N − M)/(NM) for one other, the next row; 1/M for the rest. Weighted: 1/(NB).
  ///
  /// - Parameters:
  ///   - own: The rows of this process in the batch of `rows`: all of them in one process.
  ///   - examples: N, a scalar.
  func logWeights(_ graph: Graph, own: Range<Int>, rows: Int, examples: Symbol) throws(ShapeError) -> Symbol {
    switch self {
    case .weighted: return try -Graphs.log(examples * Float(rows)).broadcast(to: [own.count, rows])
    case .stratified:
      let m = Float(rows - 1)
      func mask(_ holds: (_ i: Int, _ j: Int) -> Bool) throws(ShapeError) -> Symbol {
        var values = [Float](repeating: 0, count: own.count * rows)
        for i in own { for j in 0..<rows where holds(i, j) { values[(i - own.lowerBound) * rows + j] = 1 } }
        return try graph.array(values, [own.count, rows])
      }
      let same = try mask { $0 == $1 }
      let next = try mask { ($0 + 1) % rows == $1 }
      let rest = try mask { $0 != $1 && ($0 + 1) % rows != $1 }
      let ofNext = try Graphs.log((examples - m) / examples) - logOf(m)
      return try same * -Graphs.log(examples) + next * ofNext + rest * -logOf(m)
    }
  }
}

/// The KL of the ELBO in three parts, by one code of each posterior (Chen et al. 2018, equation 2), means over the batch:
///
///     mutual information   log q(z | x) − log q(z)
///     total correlation    log q(z) − Σ_d log q(z_d)
///     dimension-wise KL    Σ_d log q(z_d) − log p(z)
///
/// They add up to log q(z | x) − log p(z), whatever the estimates of q(z) are.
struct KLParts {
  let mutualInformation: Symbol
  let totalCorrelation: Symbol
  let dimensionwise: Symbol
}

extension ObjectiveGraph {
  /// - Parameters:
  ///   - z: One code of each posterior, `[B, D]`.
  ///   - examples: N, of the training data.
  ///
  /// Arrays of `[B, D, B]` are what the marginals are summed from; they stay inside the reductions. Of several processes each
  /// takes its own codes against the posteriors of all: `[own rows, D, B]`.
  func klParts(
    _ q: DiagonalGaussian, _ z: Symbol, estimator: AggregateEstimator, examples: Symbol
  ) throws(ShapeError) -> KLParts {
    let (own, d) = (z.shape[0], z.shape[1])
    let b = graph.globalRowCount ?? own
    let first = graph.globalRows?.first ?? 0
    func ofPosterior(_ x: Symbol) throws(ShapeError) -> Symbol {
      try x.ofGlobalBatch().transposed([1, 0]).reshaped([1, d, b])
    }
    let difference = try z.reshaped([own, d, 1]) - ofPosterior(q.mean)
    let logVariance = try ofPosterior(q.logVariance)
    let density = try (square(difference) * exp(-logVariance) + logVariance + Self.log2Pi) * -0.5
    let logWeights = try estimator.logWeights(graph, own: first..<first + own, rows: b, examples: examples)
    let joint = try (density.sum([1]) + logWeights).logSumExp([1])
    let marginals = try (density + logWeights.reshaped([own, 1, b])).logSumExp([2]).sum([1])
    let conditional = try (square(z - q.mean) * exp(-q.logVariance) + q.logVariance + Self.log2Pi).sum([1]) * -0.5
    let prior = try (square(z) + Self.log2Pi).sum([1]) * -0.5
    return KLParts(
      mutualInformation: try (conditional - joint).mean(), totalCorrelation: try (joint - marginals).mean(),
      dimensionwise: try (marginals - prior).mean())
  }
}
