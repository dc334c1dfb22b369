import Graphs
import Tensors

/// Findings of a check of the data that do not prevent training but are reported once.
package enum DataWarning: Equatable, Sendable, CustomStringConvertible {
  /// Values between 0 and 1 under a Bernoulli likelihood.
  case grayValues
  /// Values that fill almost nothing of the range from 0 to 1 that the likelihood is of.
  case smallValues(highest: Float)

  /// Below this largest value, two steps of 8 bits, data of [0, 1] are most likely in another unit.
  static let smallest: Float = 0.01

  package var description: String {
    switch self {
    case .grayValues:
      "gray values with a Bernoulli likelihood: the loss is a cross-entropy, not a log-likelihood; "
        + "use binarize=dynamic or likelihood=continuous-bernoulli for one"
    case .smallValues(let highest):
      "the largest value of the data is \(highest), of a range from 0 to 1: all of it is almost black to this likelihood; "
        + "transform d scale=\(Int(min(1e15, 1 / Double(highest)))) brings it to 1"
    }
  }
}

/// The result of a pass over values.
struct ValueRange {
  var low: Float = 0
  var high: Float = 0
  /// Whether any lies between 0 and 1.
  var hasGray = false
  var isFinite = true
  /// The first that is no count; nil where none was looked for.
  var firstNonCount: Int?

  /// One branch-free pass; NaN fails every comparison.
  init(_ values: UnsafeBufferPointer<Float>) {
    var (low, high, between, sum): (Float, Float, Int32, Float) = (0, 0, 0, 0)
    for x in values {
      low = x < low ? x : low
      high = x > high ? x : high
      between |= x > 0 && x < 1 ? 1 : 0
      sum += x - x
    }
    (self.low, self.high, hasGray, isFinite) = (low, high, between != 0, sum == 0)
  }

  /// The first value below 0 or above 1. Values just outside by rounding of scaling and resizing count as inside.
  var outside: Float? { low < -1e-5 ? low : high > 1 + 1e-5 ? high : nil }
}

extension Model {
  /// Checks that the examples are of the model's shape, finite, and inside the likelihood's support: every one of them,
  /// divided among the threads.
  ///
  /// - Throws: what `check` throws, `ModelError.notFinite`, `.outsideSupport`, for the first invalid example;
  ///   `Stopped`.
  package func checkValues(_ source: any BatchSource) throws -> [DataWarning] {
    try check(source)
    if let columns = configuration.likelihood.columns {
      try checkColumns(columns, source)
      return []
    }
    let size = source.exampleShape.count
    let threads = options.threads
    // A thread's part of a block stays in its second-level cache.
    let rows = max(1, (64 << 10) / size) * threads
    var buffer = try Tensor(zeros: [rows, size])
    var ranges = [ValueRange?](repeating: nil, count: threads)
    var hasGray = false
    var highest: Float = 0
    let isOfCounts = configuration.likelihood.support == .counts
    try buffer.withMutableElements(of: Float.self) { values in
      guard let base = values.baseAddress else { return }
      for begin in stride(from: 0, to: source.count, by: rows) {
        try Stopping.check()
        let indices = (begin..<min(begin + rows, source.count)).map(Int32.init)
        let stream = RandomStream(seed: 0, purpose: StreamPurpose.checkedData, step: UInt64(begin))
        indices.withUnsafeBufferPointer { indices in
          ranges.withUnsafeMutableBufferPointer { ranges in
            nonisolated(unsafe) let ranges = ranges
            onTeam(threads) { thread in
              let mine = share(indices.count, thread, of: threads)
              if mine.isEmpty { return ranges[thread] = nil }
              source.read(indices, rows: mine, into: base, stream: stream)
              let read = UnsafeBufferPointer(start: base + mine.lowerBound * size, count: mine.count * size)
              var range = ValueRange(read)
              if isOfCounts {
                range.firstNonCount = read.firstIndex { $0 < 0 || $0 != $0.rounded() }
                  .map { $0 + mine.lowerBound * size }
              }
              ranges[thread] = range
            }
          }
        }
        for range in ranges.compactMap({ $0 }) {
          try check(range, UnsafeBufferPointer(start: base, count: indices.count * size)) { Int(indices[$0 / size]) }
          hasGray = hasGray || range.hasGray
          highest = max(highest, range.high)
        }
      }
    }
    let isSmall = configuration.likelihood.isBounded && highest > 0 && highest < DataWarning.smallest
    return (isSmall ? [.smallValues(highest: highest)] : []) + warnings(hasGray: hasGray)
  }

  /// What is to be said of data that were read.
  package func warnings(hasGray: Bool) -> [DataWarning] {
    hasGray && configuration.likelihood.measure == .binaryProbability ? [.grayValues] : []
  }

  private func check(
    _ range: ValueRange, _ values: UnsafeBufferPointer<Float>, example: (_ element: Int) -> Int
  ) throws(ModelError) {
    guard range.isFinite else {
      throw ModelError.notFinite(example: example(values.firstIndex { !$0.isFinite } ?? 0))
    }
    if let element = range.firstNonCount {
      throw ModelError.notACount(
        values[element], example: example(element), likelihood: configuration.likelihood.name)
    }
    if configuration.likelihood.isBounded, let value = range.outside {
      throw ModelError.outsideSupport(value, likelihood: configuration.likelihood.name)
    }
  }
}
