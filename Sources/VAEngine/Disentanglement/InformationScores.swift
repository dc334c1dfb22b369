import Glibc

/// Mutual information of every dimension and factor, in nats, by a histogram of the codes, and what follows from it.
package struct InformationScores: Sendable, Equatable {
  /// `[D][F]`.
  package let information: [[Double]]
  /// Entropy of every factor, nats.
  package let entropies: [Double]
  /// What the mutual information gap of a factor can reach with so many bins: codes that are the factor itself.
  package let ceilings: [Double]

  /// - Parameter bins: Of equal width, from a dimension's least code to its largest, as disentanglement_lib has them.
  package init(_ codes: FactorCodes, bins: Int) {
    let binned = codes.dimensions.map { Self.binned($0, bins) }
    information = binned.map { bins in codes.factors.map { Self.information(bins, $0.classes) } }
    entropies = codes.factors.map { Self.information($0.classes, $0.classes) }
    ceilings = codes.factors.map { factor in
      let own = Self.information(Self.binned(factor.classes.map(Double.init), bins), factor.classes)
      return own / Self.information(factor.classes, factor.classes)
    }
  }

  /// The mutual information gap of every factor (Chen et al. 2018, equation 6): by how much the dimension that knows most of it
  /// is ahead of the second, as a share of the factor's entropy.
  ///
  ///     MIG_f = (I(z₁; f) − I(z₂; f)) / H(f)
  package var gaps: [Double] {
    entropies.indices.map { f in
      let sorted = information.map { $0[f] }.sorted(by: >)
      return ((sorted.first ?? 0) - (sorted.count > 1 ? sorted[1] : 0)) / entropies[f]
    }
  }

  /// The share of each factor's entropy that each dimension knows, `[D][F]`.
  package var shares: [[Double]] { information.map { row in zip(row, entropies).map { $0 / $1 } } }

  /// Modularity (Ridgeway & Mozer 2018, equation 2): of every dimension how little it knows of all factors but the one that it
  /// knows most of, a mean over dimensions; one that knows of none counts 0.
  ///
  ///     1 − Σ_{f ≠ f*} I(z_d; f)² / (I(z_d; f*)² · (F − 1))
  ///
  /// Codes of pure noise are not at 0: their estimated informations are all alike by chance, and of five factors .67.
  package var modularity: Double {
    let others = Double(max(entropies.count - 1, 1))
    let values = information.map { row -> Double in
      let squares = row.map { $0 * $0 }
      guard let most = squares.max(), most > 0 else { return 0 }
      return 1 - (squares.reduce(0, +) - most) / (most * others)
    }
    return values.reduce(0, +) / Double(max(values.count, 1))
  }

  /// The bin of every value.
  static func binned(_ values: [Double], _ bins: Int) -> [Int] {
    guard let low = values.min(), let high = values.max(), high > low else { return values.map { _ in 0 } }
    let width = (high - low) / Double(bins)
    return values.map { min(bins - 1, max(0, Int(($0 - low) / width))) }
  }

  /// I(a; b) of two classes of the same examples, nats.
  static func information(_ a: [Int], _ b: [Int]) -> Double {
    let (rows, columns) = ((a.max() ?? 0) + 1, (b.max() ?? 0) + 1)
    var joint = [Double](repeating: 0, count: rows * columns)
    for (x, y) in zip(a, b) { joint[x * columns + y] += 1 }
    let n = Double(a.count)
    var (left, right) = ([Double](repeating: 0, count: rows), [Double](repeating: 0, count: columns))
    for x in 0..<rows {
      for y in 0..<columns {
        (left[x], right[y]) = (left[x] + joint[x * columns + y], right[y] + joint[x * columns + y])
      }
    }
    var total = 0.0
    for x in 0..<rows {
      for y in 0..<columns where joint[x * columns + y] > 0 {
        total += joint[x * columns + y] / n * log(joint[x * columns + y] * n / (left[x] * right[y]))
      }
    }
    return max(0, total)
  }
}
