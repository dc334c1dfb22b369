import Glibc
import Tensors

/// Squared distances among samples, among data and between them, of the first 2,000 of each.
struct PairDistances {
  var samples: Block
  var data: Block
  var across: Block

  struct Block {
    static let limit = 2000
    let rows: Int
    let columns: Int
    private(set) var values: [Float]

    init(_ rows: Int, _ columns: Int) {
      (self.rows, self.columns) = (min(rows, Self.limit), min(columns, Self.limit))
      values = [Float](repeating: 0, count: self.rows * self.columns)
    }

    mutating func keep(_ row: Int, _ distances: UnsafeBufferPointer<Float>) {
      guard row < rows else { return }
      for column in 0..<columns { values[row * columns + column] = distances[column] }
    }

    /// The mean square of exp(scale · distance) less its row's and its column's mean, plus the mean of all.
    func residual(_ scale: Float, rows means: [Double], columns others: [Double], skipsDiagonal: Bool) -> Double {
      let all = means.reduce(0, +) / Double(means.count)
      var (sum, count) = (0.0, 0)
      for row in 0..<rows {
        for column in 0..<columns where !skipsDiagonal || row != column {
          let delta = Double(expf(values[row * columns + column] * scale)) - means[row] - others[column] + all
          sum += delta * delta
          count += 1
        }
      }
      return sum / Double(max(count, 1))
    }
  }

  init(samples n: Int, data m: Int) { (samples, data, across) = (Block(n, n), Block(m, m), Block(n, m)) }
}

/// Precision and recall of disjoint halves of both sets, each with manifolds of its own.
///
/// Whether a sample is covered depends on where the balls around all the data lie, so that the shares are no means of
/// independent zeros and ones; deleting single points overstates their spread (by half and more), because radii are order
/// statistics. Two disjoint halves are independent: half their squared difference, in the mean over some divisions, is
/// the variance at half the size, and half of that the variance at the whole, for it falls with 1/n.
package struct SplitHalves: Sendable, Equatable, Codable {
  package struct Shares: Sendable, Equatable, Codable {
    package var precision: Double
    package var recall: Double
  }

  /// Two for each division.
  package let shares: [Shares]
  /// Of errors, where the divisions are of the first rows alone.
  private let scale: Double
  private static let divisions = 16

  /// - Parameter count: Rows of each set, of which the distances may be of the first alone.
  init(_ pairs: PairDistances, neighbors: Int, count: Int) throws {
    let (n, m) = (pairs.across.rows, pairs.across.columns)
    scale = (Double(min(n, m)) / Double(max(count, 1))).squareRoot()
    guard min(n, m) / 2 > neighbors + 1 else {
      shares = []
      return
    }
    var shares: [Shares] = []
    for division in 0..<Self.divisions {
      try Stopping.check()
      let stream = RandomStream(seed: 0, purpose: "halves", step: UInt64(division))
      let order = (stream.permutation(n), stream.permutation(m))
      for half in 0..<2 {
        let own = order.0[half * (n / 2)..<(half + 1) * (n / 2)].map(Int.init)
        let other = order.1[half * (m / 2)..<(half + 1) * (m / 2)].map(Int.init)
        shares.append(Self.shares(pairs, own, other, neighbors))
      }
    }
    self.shares = shares
  }

  private static func shares(_ pairs: PairDistances, _ samples: [Int], _ data: [Int], _ k: Int) -> Shares {
    func radii(_ block: PairDistances.Block, _ chosen: [Int]) -> [Float] {
      block.values.withUnsafeBufferPointer { values in
        chosen.map { row in
          var nearest = [Float](repeating: .infinity, count: k)
          for column in chosen where column != row {
            var distance = values[row * block.columns + column]
            guard distance < nearest[k - 1] else { continue }
            for place in 0..<k where distance < nearest[place] { swap(&distance, &nearest[place]) }
          }
          return nearest[k - 1]
        }
      }
    }
    let (ofSamples, ofData) = (radii(pairs.samples, samples), radii(pairs.data, data))
    let (reached, covered) = pairs.across.values.withUnsafeBufferPointer { values in
      let columns = pairs.across.columns
      let reached = samples.reduce(0) { sum, row in
        sum + (data.indices.contains { values[row * columns + data[$0]] <= ofData[$0] } ? 1 : 0)
      }
      let covered = data.reduce(0) { sum, column in
        sum + (samples.indices.contains { values[samples[$0] * columns + column] <= ofSamples[$0] } ? 1 : 0)
      }
      return (reached, covered)
    }
    return Shares(
      precision: Double(reached) / Double(samples.count), recall: Double(covered) / Double(data.count))
  }

  /// Standard error of a share at the whole size; 0 of sets too small to halve.
  package func error(of share: (Shares) -> Double) -> Double { error(shares.map(share)) }

  /// That of the difference to another model's share, on the same data.
  package func error(of share: (Shares) -> Double, less other: SplitHalves) -> Double {
    guard shares.count == other.shares.count else {
      let (a, b) = (error(of: share), other.error(of: share))
      return (a * a + b * b).squareRoot()
    }
    return error(zip(shares, other.shares).map { share($0) - share($1) })
  }

  private func error(_ values: [Double]) -> Double {
    guard values.count > 1 else { return 0 }
    var squares = 0.0
    for first in stride(from: 0, to: values.count - 1, by: 2) {
      let difference = values[first] - values[first + 1]
      squares += difference * difference
    }
    return (squares / Double(values.count / 2)).squareRoot() / 2 * scale
  }
}
