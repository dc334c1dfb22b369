import Glibc
import Graphs
import Tensors

/// Disentanglement, completeness and informativeness (Eastwood & Williams 2018, section 2), by the importances P of the
/// dimensions in boosted trees that predict every factor from the code.
package struct DCI: Sendable, Equatable {
  /// Σ_d ρ_d (1 − H_F(P_d)): whether a dimension matters to one factor alone, weighted by how much it matters.
  package let disentanglement: Double
  /// The same over dimensions: whether a factor is in one dimension alone.
  package let completeness: Double
  /// Mean test accuracy of the trees, and that of every factor.
  package let informativeness: Double
  package let accuracies: [Double]
  /// P, `[D][F]`; a column adds up to 1.
  package let importances: [[Double]]

  /// - Parameter progress: Called with the fraction done.
  package init(
    train: FactorCodes, test: FactorCodes, threads: Int = 1, progress: (Double) throws -> Void = { _ in }
  ) throws {
    let d = train.dimensions.count
    var fits: [BoostedTrees] = []
    for (place, factor) in train.factors.enumerated() {
      fits.append(
        try BoostedTrees(
          train: train.dimensions, classes: factor.classes, count: factor.count, test: test.dimensions,
          testClasses: test.factors[place].classes))
      try progress(Double(place + 1) / Double(train.factors.count))
    }
    let importances = (0..<d).map { j in fits.map { $0.importances[j] } }
    self.importances = importances
    accuracies = fits.map(\.accuracy)
    informativeness = accuracies.reduce(0, +) / Double(accuracies.count)
    disentanglement = Self.concentration(importances)
    completeness = Self.concentration(fits.indices.map { f in importances.map { $0[f] } })
  }

  /// Σ over rows of their share of all times one minus the entropy of the row, in units of that of an even one.
  static func concentration(_ rows: [[Double]]) -> Double {
    let total = rows.reduce(0) { $0 + $1.reduce(0, +) }
    guard total > 0, let width = rows.first?.count, width > 1 else { return 0 }
    return rows.reduce(0) { result, row in
      let sum = row.reduce(0, +)
      guard sum > 0 else { return result }
      let entropy = row.reduce(0.0) { $1 > 0 ? $0 - $1 / sum * log($1 / sum) : $0 } / log(Double(width))
      return result + sum / total * (1 - entropy)
    }
  }
}

/// Explicitness (Ridgeway & Mozer 2018, section 3.3): for every value of every factor the area under the ROC curve of a
/// logistic regression on the code that tells it from all others, a mean over values and then over factors. Chance is .5.
package enum Explicitness {
  package static func scores(
    train: FactorCodes, test: FactorCodes, options: CompilerOptions = CompilerOptions()
  ) throws -> [Double] {
    let (x, asked) = (try train.rows(), try test.rows())
    return try zip(train.factors, test.factors).map { factor, testFactor in
      let logits = try Probe.linearScores(train: x, labels: factor.classes, test: asked, options: options)
      let k = logits.count / max(testFactor.classes.count, 1)
      let areas = (0..<factor.count).compactMap { value -> Double? in
        let chances = testFactor.classes.indices.map { row -> Double in
          let own = logits[row * k..<(row + 1) * k]
          let peak = Double(own.max() ?? 0)
          return exp(Double(own[own.startIndex + value]) - peak) / own.reduce(0.0) { $0 + exp(Double($1) - peak) }
        }
        return area(chances, testFactor.classes.map { $0 == value })
      }
      return areas.reduce(0, +) / Double(max(areas.count, 1))
    }
  }

  /// The chance that one that is has a higher score than one that is not, ties counted half; nil where there is none of either.
  package static func area(_ scores: [Double], _ isPositive: [Bool]) -> Double? {
    let positives = Double(isPositive.count { $0 })
    let negatives = Double(isPositive.count) - positives
    guard positives > 0, negatives > 0 else { return nil }
    let order = scores.indices.sorted { scores[$0] < scores[$1] }
    var (ranks, start) = (0.0, 0)
    while start < order.count {
      var end = start
      while end < order.count, scores[order[end]] == scores[order[start]] { end += 1 }
      let rank = Double(start + end + 1) / 2
      for place in start..<end where isPositive[order[place]] { ranks += rank }
      start = end
    }
    return (ranks - positives * (positives + 1) / 2) / (positives * negatives)
  }
}
