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

extension Model {
  /// At most this many examples are looked at, evenly spread.
  private static let checkedExamples = 4096

  /// Looks whether the examples are of the model's shape, finite, and inside the likelihood's support.
  ///
  /// - Throws: what `check` throws, `ModelError.notFinite`, `.outsideSupport`.
  package func checkValues(_ source: any BatchSource) throws -> [DataWarning] {
    try check(source)
    let count = min(source.count, Self.checkedExamples)
    let size = source.exampleShape.count
    let rows = 64
    var buffer = [Float](repeating: 0, count: rows * size)
    var gray = false
    let isBounded =
      switch configuration.likelihood {
      case .bernoulli, .continuousBernoulli, .logistic256: true
      case .gaussian, .gaussianLearned, .squaredError: false
      }
    for begin in stride(from: 0, to: count, by: rows) {
      let indices = (begin..<min(begin + rows, count)).map { Int32($0 * source.count / count) }
      let stream = RandomStream(seed: 0, purpose: "check", step: UInt64(begin))
      let valid = indices.count * size
      source.read(indices, into: &buffer, stream: stream)
      // One pass that branches on nothing: NaN fails both comparisons.
      var (low, high, between, sum): (Float, Float, Int32, Float) = (0, 1, 0, 0)
      for i in 0..<valid {
        let x = buffer[i]
        low = x < low ? x : low
        high = x > high ? x : high
        between |= x > 0 && x < 1 ? 1 : 0
        sum += x - x
      }
      guard sum == 0 else {
        let bad = (0..<valid).first { !buffer[$0].isFinite } ?? 0
        throw ModelError.notFinite(example: Int(indices[bad / size]))
      }
      // What scaling and resizing round to just outside is inside.
      if isBounded, low < -1e-5 || high > 1 + 1e-5 {
        throw ModelError.outsideSupport(low < 0 ? low : high, likelihood: configuration.likelihood.name)
      }
      gray = gray || between != 0
    }
    return gray && configuration.likelihood == .bernoulli ? [.grayValues] : []
  }
}
