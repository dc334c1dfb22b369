import Graphs
import Tensors

/// What a look at the data found: nothing that stops training, but worth saying once.
package enum DataWarning: Equatable, Sendable, CustomStringConvertible {
  /// Values between 0 and 1 under a Bernoulli likelihood.
  case grayValues

  package var description: String {
    "gray values under a Bernoulli: the loss is a cross-entropy, no log-likelihood; "
      + "binarize=dynamic or likelihood=continuous-bernoulli make it one"
  }
}

/// What a pass over values found.
private struct ValueRange {
  var low: Float = 0
  var high: Float = 1
  /// Whether any lies between 0 and 1.
  var hasGray = false
  var isFinite = true

  /// One pass that branches on nothing: NaN fails every comparison.
  init(_ values: UnsafeBufferPointer<Float>) {
    var (low, high, between, sum): (Float, Float, Int32, Float) = (0, 1, 0, 0)
    for x in values {
      low = x < low ? x : low
      high = x > high ? x : high
      between |= x > 0 && x < 1 ? 1 : 0
      sum += x - x
    }
    (self.low, self.high, hasGray, isFinite) = (low, high, between != 0, sum == 0)
  }

  /// The first value below 0 or above 1. What scaling and resizing round to just outside is inside.
  var outside: Float? { low < -1e-5 ? low : high > 1 + 1e-5 ? high : nil }
}

extension Model {
  /// Looks whether the examples are of the model's shape, finite, and inside the likelihood's support: every one of them,
  /// shared out to the threads.
  ///
  /// - Throws: what `check` throws, `ModelError.notFinite`, `.outsideSupport`, of the first example that is wrong;
  ///   `Stopped`.
  package func checkValues(_ source: any BatchSource) throws -> [DataWarning] {
    try check(source)
    let size = source.exampleShape.count
    let threads = options.threads
    // A thread's part of a block stays in its second-level cache.
    let rows = max(1, (64 << 10) / size) * threads
    var buffer = try Tensor(zeros: [rows, size])
    var ranges = [ValueRange?](repeating: nil, count: threads)
    var hasGray = false
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
              ranges[thread] = ValueRange(UnsafeBufferPointer(start: base + mine.lowerBound * size, count: mine.count * size))
            }
          }
        }
        for range in ranges.compactMap({ $0 }) {
          try check(range, UnsafeBufferPointer(start: base, count: indices.count * size)) { Int(indices[$0 / size]) }
          hasGray = hasGray || range.hasGray
        }
      }
    }
    return hasGray && configuration.likelihood == .bernoulli ? [.grayValues] : []
  }

  /// As `checkValues`, of examples that were read to be measured.
  ///
  /// - Parameter indices: Where they are in their source.
  func checkSupport(_ values: UnsafeMutableBufferPointer<Float>, _ indices: [Int32]) throws(ModelError) {
    let size = configuration.pixels
    let values = UnsafeBufferPointer(values)
    try check(ValueRange(values), values) { Int(indices[$0 / size]) }
  }

  private func check(
    _ range: ValueRange, _ values: UnsafeBufferPointer<Float>, example: (_ element: Int) -> Int
  ) throws(ModelError) {
    guard range.isFinite else {
      throw ModelError.notFinite(example: example(values.firstIndex { !$0.isFinite } ?? 0))
    }
    if configuration.likelihood.isBounded, let value = range.outside {
      throw ModelError.outsideSupport(value, likelihood: configuration.likelihood.name)
    }
  }
}

extension Likelihood {
  /// Whether it is of values in [0, 1] only.
  var isBounded: Bool {
    switch self {
    case .bernoulli, .continuousBernoulli, .logistic256: true
    case .gaussian, .gaussianLearned, .squaredError: false
    }
  }
}
