import Glibc

/// Scores of single dimensions as predictors of single factors.
package enum RegressionScores {
  /// The share of the variance of a factor that each dimension explains, `[D][F]`: the squared correlation with a quantity, and
  /// with classes in no order that of the means of the classes, η².
  static func explained(_ codes: FactorCodes) -> [[Double]] {
    codes.dimensions.map { code in codes.factors.map { explained(code, $0) } }
  }

  private static func explained(_ code: [Double], _ factor: FactorCodes.Factor) -> Double {
    let n = Double(code.count)
    let mean = code.reduce(0, +) / n
    let variance = code.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    guard variance > 0 else { return 0 }
    guard factor.isOrdered else {
      var (sums, counts) = ([Double](repeating: 0, count: factor.count), [Double](repeating: 0, count: factor.count))
      for (value, own) in zip(code, factor.classes) {
        (sums[own], counts[own]) = (sums[own] + value - mean, counts[own] + 1)
      }
      return zip(sums, counts).reduce(0) { $1.1 > 0 ? $0 + $1.0 * $1.0 / $1.1 : $0 } / variance
    }
    let center = factor.classes.reduce(0.0) { $0 + Double($1) } / n
    var (cross, own) = (0.0, 0.0)
    for (value, other) in zip(code, factor.classes) {
      cross += (value - mean) * (Double(other) - center)
      own += (Double(other) - center) * (Double(other) - center)
    }
    return own > 0 ? cross * cross / (own * variance) : 0
  }

  /// The separated attribute predictability of every factor (Kumar et al. 2018, section 3.3): by how much the dimension that
  /// explains most of it is ahead of the second.
  ///
  /// By explained variance for all factors, which is the paper's score of quantities; of classes without an order the paper
  /// has the accuracy of thresholds, and disentanglement_lib a linear support vector machine for all factors, which separates
  /// few of many values and is not computed here.
  package static func separations(_ codes: FactorCodes) -> [Double] {
    let scores = explained(codes)
    return codes.factors.indices.map { f in
      let sorted = scores.map { $0[f] }.sorted(by: >)
      return (sorted.first ?? 0) - (sorted.count > 1 ? sorted[1] : 0)
    }
  }

  /// Interventional robustness (Suter et al. 2019, section 4): of every dimension by how little its codes move while its factor is
  /// held, compared with how far they reach.
  ///
  ///     IRS_d = max_f 1 − mean over values v of q₉₉ |z_d − E[z_d | f = v]| / max |z_d − E z_d|
  ///
  /// weighted by the reach. Of normal noise it is .38 and not 0: a quantile lies inside of the largest.
  package static func robustness(_ codes: FactorCodes) -> Double {
    var (total, weight) = (0.0, 0.0)
    for code in codes.dimensions {
      let mean = code.reduce(0, +) / Double(code.count)
      let reach = code.reduce(0) { max($0, abs($1 - mean)) }
      guard reach > 0 else { continue }
      let best =
        codes.factors.map { factor -> Double in
          var groups = [[Double]](repeating: [], count: factor.count)
          for (value, own) in zip(code, factor.classes) { groups[own].append(value) }
          let moved = groups.filter { !$0.isEmpty }.map { group -> Double in
            let center = group.reduce(0, +) / Double(group.count)
            return quantile(group.map { abs($0 - center) }.sorted(), 0.99)
          }
          return 1 - moved.reduce(0, +) / Double(moved.count) / reach
        }.max() ?? 0
      total += reach * best
      weight += reach
    }
    return weight > 0 ? total / weight : 0
  }

  /// Between the two nearest in order, as NumPy's `percentile`.
  private static func quantile(_ sorted: [Double], _ share: Double) -> Double {
    let place = share * Double(sorted.count - 1)
    let low = Int(place)
    let high = min(low + 1, sorted.count - 1)
    return sorted[low] + (place - Double(low)) * (sorted[high] - sorted[low])
  }
}
