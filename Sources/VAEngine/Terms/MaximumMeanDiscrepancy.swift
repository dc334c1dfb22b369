import Graphs

/// The maximum mean discrepancy of codes `[B, D]` from as many draws of N(0, I), unbiased (Gretton et al. 2012, equation 3;
/// Tolstikhin et al. 2018, algorithm 2):
///
///     MMD² = Σ_{i≠j} (k(zᵢ, zⱼ) + k(pᵢ, pⱼ)) / (B(B − 1)) − 2/B² · Σ_ij k(zᵢ, pⱼ)
///
/// with a sum of inverse multiquadratic kernels `k(a, b) = Σ_s sC / (sC + ‖a − b‖²)`, C = 2D, s = 0.1 … 10, whose tails reach
/// codes that are far off. 0 in expectation where the codes are of N(0, I), and below 0 by chance.
///
/// Of several processes each sums over its own i and the j of all: the mean of these over the batch is the sum over all pairs.
package enum MaximumMeanDiscrepancy {
  private static let scales: [Float] = [0.1, 0.2, 0.5, 1, 2, 5, 10]

  package static func squared(_ z: Symbol, _ prior: Symbol) throws(ShapeError) -> Symbol {
    let own = Float(z.shape[0])
    let b = Float(z.graph.globalCount(of: z.shape[0]))
    let (codes, draws) = (try z.ofGlobalBatch(), try prior.ofGlobalBatch())
    let kernelsOfPairs = try kernels(z, codes) + kernels(prior, draws)
    // A code's kernel with itself is 1 at every scale.
    let pairs = kernelsOfPairs - 2 * Float(scales.count) * own
    return try pairs * (1 / (own * (b - 1))) - kernels(z, draws) * (2 / (own * b))
  }

  /// Σ over all pairs of k.
  private static func kernels(_ a: Symbol, _ b: Symbol) throws(ShapeError) -> Symbol {
    let (n, d) = (a.shape[0], a.shape[1])
    let difference = try a.reshaped([n, 1, d]) - b.reshaped([1, b.shape[0], d])
    let distance = try square(difference).sum([2])
    var total: Symbol?
    for scale in scales {
      let c = scale * 2 * Float(d)
      let kernel = reciprocal(distance * (1 / c) + 1)
      total = try total.map { sum throws(ShapeError) in try sum + kernel } ?? kernel
    }
    return try (total ?? distance).sum()
  }
}

extension ObjectiveGraph {
  /// MMD² of the batch's codes from draws of the prior N(0, I), new at every step.
  func discrepancy(_ z: Symbol) throws(ShapeError) -> Symbol {
    try MaximumMeanDiscrepancy.squared(z, graph.random(.normal, StreamPurpose.prior, z.shape))
  }
}
