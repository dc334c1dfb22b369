import Glibc
import Tensors

/// Gradient-boosted trees that classify vectors (Friedman 2001, algorithm 6): 100 rounds of one tree of depth 3 for each class on
/// the slopes of the cross-entropy, at a learning rate of 0.1, as scikit-learn's `GradientBoostingClassifier` does by default.
///
/// Splits are looked for between 64 quantiles of each dimension, not between all values; leaves take one Newton step.
struct BoostedTrees {
  private static let (rounds, depth, rate) = (100, 3, 0.1)
  private static let bins = 64

  /// How much each dimension's splits lowered the squared error, of all in all 1; zeros where nothing was split.
  let importances: [Double]
  /// The share of test examples whose class is right.
  let accuracy: Double

  /// - Parameters:
  ///   - train: A column for each dimension.
  ///   - classes: Of 0 ..< `count`.
  init(
    train: [[Double]], classes: [Int], count: Int, test: [[Double]], testClasses: [Int]
  ) throws {
    let (n, m, d) = (classes.count, testClasses.count, train.count)
    let edges = train.map(Self.edges)
    func binned(_ columns: [[Double]]) -> [[UInt8]] {
      zip(columns, edges).map { column, edges in column.map { Self.bin($0, edges) } }
    }
    let (x, asked) = (binned(train), binned(test))
    var importances = [Double](repeating: 0, count: d)
    // Scores begin at the logarithms of the classes' shares.
    var shares = [Double](repeating: 0, count: count)
    for own in classes { shares[own] += 1 / Double(n) }
    let start = shares.map { log(max($0, 1e-12)) }
    var scores = start.map { [Double](repeating: $0, count: n) }
    var testScores = start.map { [Double](repeating: $0, count: m) }
    var probabilities = scores
    for _ in 0..<Self.rounds {
      try Stopping.check()
      for row in 0..<n {
        var peak = -Double.infinity
        for k in 0..<count { peak = max(peak, scores[k][row]) }
        var total = 0.0
        for k in 0..<count {
          let weight = exp(scores[k][row] - peak)
          probabilities[k][row] = weight
          total += weight
        }
        for k in 0..<count { probabilities[k][row] /= total }
      }
      for k in 0..<count {
        let tree = Tree(x, probabilities[k], classes, k, of: count, depth: Self.depth, bins: Self.bins)
        for (dimension, gain) in tree.gains { importances[dimension] += gain }
        tree.add(to: &scores[k], x, rate: Self.rate)
        tree.add(to: &testScores[k], asked, rate: Self.rate)
      }
    }
    let sum = importances.reduce(0, +)
    self.importances = sum > 0 ? importances.map { $0 / sum } : importances
    let right = (0..<m).count { row in
      (0..<count).allSatisfy { $0 == testClasses[row] || testScores[$0][row] < testScores[testClasses[row]][row] }
    }
    accuracy = Double(right) / Double(max(m, 1))
  }

  /// Upper ends of all bins but the last: quantiles, each once.
  private static func edges(_ column: [Double]) -> [Double] {
    let sorted = column.sorted()
    let known = Set(sorted)
    // Few values: between each and the next.
    if known.count <= bins {
      let values = known.sorted()
      return zip(values, values.dropFirst()).map { ($0 + $1) / 2 }
    }
    return Set((1..<bins).map { sorted[$0 * sorted.count / bins] }).sorted()
  }

  private static func bin(_ value: Double, _ edges: [Double]) -> UInt8 {
    var (low, high) = (0, edges.count)
    while low < high {
      let middle = (low + high) / 2
      if value > edges[middle] { low = middle + 1 } else { high = middle }
    }
    return UInt8(low)
  }

  /// A tree on the slopes of one class: nodes in levels, the children of node i at 2i + 1 and 2i + 2.
  private struct Tree {
    private var splits: [(dimension: Int, bin: UInt8)?]
    private var values: [Double]
    private(set) var gains: [(dimension: Int, gain: Double)] = []

    init(
      _ x: [[UInt8]], _ probabilities: [Double], _ classes: [Int], _ own: Int, of count: Int, depth: Int, bins: Int
    ) {
      let n = classes.count
      let size = (1 << (depth + 1)) - 1
      splits = Array(repeating: nil, count: size)
      values = [Double](repeating: 0, count: size)
      var slopes = [Double](repeating: 0, count: n)
      for row in 0..<n { slopes[row] = (classes[row] == own ? 1 : 0) - probabilities[row] }
      var (sums, counts) = ([Double](repeating: 0, count: bins), [Double](repeating: 0, count: bins))
      var members: [[Int32]] = [Array(0..<Int32(n))]
      for level in 0..<depth {
        var next: [[Int32]] = []
        for (place, rows) in members.enumerated() {
          let index = (1 << level) - 1 + place
          var best = (gain: 1e-12, dimension: -1, bin: UInt8(0))
          let total = rows.reduce(0.0) { $0 + slopes[Int($1)] }
          let all = Double(rows.count)
          if rows.count >= 2 {
            for (dimension, column) in x.enumerated() {
              for bin in 0..<bins { (sums[bin], counts[bin]) = (0, 0) }
              column.withUnsafeBufferPointer { column in
                for row in rows {
                  let bin = Int(column[Int(row)])
                  sums[bin] += slopes[Int(row)]
                  counts[bin] += 1
                }
              }
              var (left, size) = (0.0, 0.0)
              for bin in 0..<bins - 1 where counts[bin] > 0 {
                left += sums[bin]
                size += counts[bin]
                guard size < all else { break }
                let right = total - left
                let gain = left * left / size + right * right / (all - size) - total * total / all
                if gain > best.gain { best = (gain, dimension, UInt8(bin)) }
              }
            }
          }
          guard best.dimension >= 0 else {
            next += [rows, []]
            continue
          }
          splits[index] = (best.dimension, best.bin)
          gains.append((best.dimension, best.gain / Double(n)))
          let column = x[best.dimension]
          next += [rows.filter { column[Int($0)] <= best.bin }, rows.filter { column[Int($0)] > best.bin }]
        }
        members = next
      }
      for (place, rows) in members.enumerated() {
        let index = (1 << depth) - 1 + place
        var (top, bottom) = (0.0, 0.0)
        for row in rows {
          let r = slopes[Int(row)]
          top += r
          bottom += abs(r) * (1 - abs(r))
        }
        // A Newton step of the multinomial deviance.
        values[index] = bottom > 1e-150 ? top / bottom * Double(count - 1) / Double(count) : 0
      }
    }

    /// Adds the tree's values of every row.
    func add(to scores: inout [Double], _ x: [[UInt8]], rate: Double) {
      for row in scores.indices {
        var index = 0
        while 2 * index + 1 < splits.count {
          // A node that is not split sends all to the left.
          if let split = splits[index], x[split.dimension][row] > split.bin {
            index = 2 * index + 2
          } else {
            index = 2 * index + 1
          }
        }
        scores[row] += rate * values[index]
      }
    }
  }
}
