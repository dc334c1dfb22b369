import Datasets
import SessionCore
import Tensors

/// Mean, deviation and range over all elements, transforms applied: in two passes in Double, the mean first, for the mean
/// square less the squared mean has no digits left where the mean is large. Random transforms show one draw in both.
struct DataStatistics {
  var mean = 0.0
  /// Divided by n. Exactly 0 where all elements are equal.
  var deviation = 0.0
  var low = Double.infinity
  var high = -Double.infinity
  var zeroShare = 0.0
  /// Elements of vectors that are NaN: missing values, which are in none of the others.
  var missing = 0

  /// - Throws: `FileError` that names the first example with a value that is not finite.
  init(_ data: Dataset, progress: (Double) throws -> Void) throws {
    let dataset = data.drawnOnce(seed: 0)
    let size = max(dataset.exampleShape.count, 1)
    var sums = Moments(count: 1)
    var zeros = 0
    try dataset.forEachBlock { rows, values in
      for (position, x) in values.enumerated() {
        if x.isNaN, dataset.exampleShape.rank == 1 {
          missing += 1
          continue
        }
        guard x.isFinite else {
          throw FileError(
            path: dataset.name,
            reason: "example \(rows.lowerBound + position / size) contains a value that is not finite",
            fix: "Replace it in the source data.")
        }
        sums.add(x, to: 0)
        if x == 0 { zeros += 1 }
      }
      try progress(0.5 * Double(rows.upperBound) / Double(dataset.count))
    }
    guard dataset.count > 0 else { return }
    sums.centre()
    try dataset.forEachBlock { rows, values in
      for x in values where !x.isNaN { sums.addSquare(x, to: 0) }
      try progress(0.5 + 0.5 * Double(rows.upperBound) / Double(dataset.count))
    }
    (mean, deviation) = (sums.means[0], sums.deviation(of: 0))
    (low, high) = (sums.lows[0], sums.highs[0])
    zeroShare = Double(zeros) / Double(max(dataset.count * size - missing, 1))
  }
}

/// Mean and deviation for each channel of images or each column of tables, transforms applied, in two passes as above.
struct GroupStatistics {
  let means: [Double]
  /// Divided by n. Exactly 0 for a column that never changes.
  let deviations: [Double]
  /// Missing values, NaN, which are in neither.
  private(set) var missing: [Int]

  init(_ data: Dataset) throws {
    let dataset = data.drawnOnce(seed: 0)
    let shape = dataset.exampleShape
    let groups = shape.rank == 3 ? shape[0] : shape.count
    let width = max(shape.count / max(groups, 1), 1)
    var sums = Moments(count: groups)
    var missing = [Int](repeating: 0, count: groups)
    try dataset.forEachBlock { _, values in
      try Stopping.check()
      for (position, x) in values.enumerated() {
        let group = position % shape.count / width
        if x.isNaN { missing[group] += 1 } else { sums.add(x, to: group) }
      }
    }
    self.missing = missing
    sums.centre()
    try dataset.forEachBlock { _, values in
      try Stopping.check()
      for (position, x) in values.enumerated() where !x.isNaN { sums.addSquare(x, to: position % shape.count / width) }
    }
    let done = sums
    (means, deviations) = (done.means, (0..<groups).map { done.deviation(of: $0) })
  }
}

/// Sums of one pass for the means and of a second for the squares around them, for each of some groups.
private struct Moments {
  private(set) var means: [Double]
  private(set) var lows: [Double]
  private(set) var highs: [Double]
  private var counts: [Int]
  /// Σ (x − mean)², and Σ (x − mean), which takes away what rounding left in the mean.
  private var squares: [Double]
  private var rests: [Double]

  init(count: Int) {
    means = [Double](repeating: 0, count: count)
    (squares, rests) = (means, means)
    lows = [Double](repeating: .infinity, count: count)
    highs = [Double](repeating: -.infinity, count: count)
    counts = [Int](repeating: 0, count: count)
  }

  mutating func add(_ x: Double, to group: Int) {
    means[group] += x
    counts[group] += 1
    lows[group] = min(lows[group], x)
    highs[group] = max(highs[group], x)
  }

  /// Ends the first pass.
  mutating func centre() {
    for group in means.indices {
      // The mean of equal numbers is that number, whatever the sum was rounded to.
      means[group] = min(max(means[group] / Double(max(counts[group], 1)), lows[group]), highs[group])
    }
  }

  mutating func addSquare(_ x: Double, to group: Int) {
    let delta = x - means[group]
    squares[group] += delta * delta
    rests[group] += delta
  }

  func deviation(of group: Int) -> Double {
    guard lows[group] < highs[group] else { return 0 }
    let n = Double(counts[group])
    return max(0, (squares[group] - rests[group] * rests[group] / n) / n).squareRoot()
  }
}

extension Dataset {
  /// Calls `body` with some megabytes of examples at a time, in Double.
  fileprivate func forEachBlock(_ body: (Range<Int>, [Double]) throws -> Void) throws {
    let rows = min(1000, max(1, (1 << 20) / max(exampleShape.count, 1)))
    for start in stride(from: 0, to: count, by: rows) {
      let block = start..<min(start + rows, count)
      try body(block, try doubles(block))
    }
  }
}
