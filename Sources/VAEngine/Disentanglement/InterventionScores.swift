import Glibc
import Graphs
import Tensors

/// Scores of groups of examples that share the value of one factor, drawn from the examples that there are: what a generator
/// would make on request is looked up among them.
package struct InterventionScores {
  private let codes: FactorCodes
  private let seed: UInt64
  /// Examples of each value of each factor.
  private let pools: [[[Int]]]
  /// Examples that share a value.
  private static let groupSize = 64

  package init(_ codes: FactorCodes, seed: UInt64) {
    (self.codes, self.seed) = (codes, seed)
    pools = codes.factors.map { factor in
      var rows = [[Int]](repeating: [], count: factor.count)
      for (row, own) in factor.classes.enumerated() { rows[own].append(row) }
      return rows
    }
  }

  /// A factor, and a group of examples that share its value: that of an example drawn at random.
  private func group(_ index: Int, size: Int, purpose: String) -> (factor: Int, rows: [Int]) {
    let stream = RandomStream(seed: seed, purpose: purpose, step: UInt64(index))
    func draw(_ place: Int, _ count: Int) -> Int { min(count - 1, Int(Double(stream.uniform(place)) * Double(count))) }
    let factor = draw(0, codes.factors.count)
    let pool = pools[factor][codes.factors[factor].classes[draw(1, codes.count)]]
    return (factor, (0..<size).map { pool[draw(2 + $0, pool.count)] })
  }

  /// The FactorVAE score (Kim & Mnih 2018, section 4): in groups of 64 examples that share a factor, the dimension that varies
  /// least, by its variance in the group over that in all, votes for the factor; the accuracy of the majority vote.
  ///
  /// Dimensions whose deviation is below 0.05 are left out, as in disentanglement_lib's study. Chance is 1/F.
  ///
  /// - Returns: nil where no dimension is left.
  package func factorVAE(votes: Int = 10_000, tests: Int = 5_000) -> Double? {
    let spread = codes.dimensions.map(Self.variance)
    let active = spread.indices.filter { spread[$0].squareRoot() >= 0.05 }
    guard !active.isEmpty else { return nil }
    func count(_ n: Int, _ purpose: String) -> [[Double]] {
      var counts = [[Double]](
        repeating: [Double](repeating: 0, count: codes.factors.count), count: codes.dimensions.count)
      for index in 0..<n {
        let (factor, rows) = group(index, size: Self.groupSize, purpose: purpose)
        var (least, best) = (Double.infinity, active[0])
        for j in active {
          let own = Self.variance(rows.map { codes.dimensions[j][$0] }) / spread[j]
          if own < least { (least, best) = (own, j) }
        }
        counts[best][factor] += 1
      }
      return counts
    }
    let learned = count(votes, "disentangle.votes").map { row in row.indices.max { row[$0] < row[$1] } ?? 0 }
    let asked = count(tests, "disentangle.tests")
    return zip(asked, learned).reduce(0) { $0 + $1.0[$1.1] } / Double(tests)
  }

  /// The β-VAE score (Higgins et al. 2017, section 3): pairs of examples that share a factor differ least in its dimension; the
  /// accuracy of a linear classifier that is given the mean |z − z′| of 64 pairs and says which factor it is. Chance is 1/F.
  package func betaVAE(points: Int = 10_000, tests: Int = 5_000, options: CompilerOptions = CompilerOptions()) throws
    -> Double
  {
    let d = codes.dimensions.count
    func features(_ n: Int, _ purpose: String) throws -> (Tensor, [Int]) {
      var (values, labels): ([Float], [Int]) = ([], [])
      values.reserveCapacity(n * d)
      for index in 0..<n {
        let (factor, rows) = group(index, size: 2 * Self.groupSize, purpose: purpose)
        for code in codes.dimensions {
          let sum = (0..<Self.groupSize).reduce(0.0) { $0 + abs(code[rows[2 * $1]] - code[rows[2 * $1 + 1]]) }
          values.append(Float(sum / Double(Self.groupSize)))
        }
        labels.append(factor)
      }
      return (try Tensor(values, shape: [n, d]), labels)
    }
    let (train, labels) = try features(points, "disentangle.pairs")
    let (test, asked) = try features(tests, "disentangle.test-pairs")
    return try Probe.linear(train: train, labels: labels, test: test, testLabels: asked, options: options).mean
  }

  private static func variance(_ values: [Double]) -> Double {
    let n = Double(values.count)
    let mean = values.reduce(0, +) / n
    return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / max(n - 1, 1)
  }
}
