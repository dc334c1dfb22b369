import Glibc
import Graphs
import Tensors

/// log p(x) by importance sampling (Burda et al. 2016, equation 8): `log (1/k) Σ p(x, zᵢ) / q(zᵢ | x)`, a lower bound in
/// expectation that rises to log p(x) with k.
package struct LogLikelihood: Sendable, Equatable, Codable {
  /// −log p(x), nats per example, with the largest k.
  package var negativeLogLikelihood: Estimate
  /// The values that it is the mean of, in the order of the examples.
  package var negativeLogLikelihoods: [Double]
  /// The same with smaller k, from the same draws: k and mean.
  package var convergence: [Point]
  package var samples: Int

  package struct Point: Sendable, Equatable, Codable {
    package var samples: Int
    package var mean: Double
  }
}

extension Model {
  /// - Parameters:
  ///   - samples: k, rounded up to chunks of one size, at most 50.
  ///   - progress: Called with the fraction done; errors that it throws end the work.
  /// - Throws: `ModelError.notAProbability` for models without a likelihood.
  package func logLikelihood(
    _ source: any BatchSource, samples: Int, seed: UInt64 = 0, progress: (Double) throws -> Void = { _ in }
  ) throws -> LogLikelihood {
    guard configuration.family.isProbabilistic, configuration.likelihood.hasSamples else {
      throw ModelError.notAProbability("this model")
    }
    guard samples > 0 else { throw ModelError.sampleCount(samples) }
    try check(source)
    let rows = min(20, source.count)
    let chunks = (samples + 49) / 50
    let chunk = (samples + chunks - 1) / chunks
    let encoder = try encodeProgram(rows: rows)
    let importance = try importanceProgram(rows: rows, samples: chunk)
    if let components = try priorComponents() {
      components.mean.withElements(of: Float.self) { _ = importance.input("components.mean").update(from: $0) }
      components.logVariance.withElements(of: Float.self) {
        _ = importance.input("components.logVariance").update(from: $0)
      }
    }
    // Where convergence is noted: 1 chunk, 2, 4 … and all.
    let marks = Set((0..<20).map { 1 << $0 }.filter { $0 < chunks } + [chunks])
    var sums = [Int: Double](uniqueKeysWithValues: marks.map { ($0, 0.0) })
    var values: [Double] = []
    let order = marks.sorted()
    let batches = MeasuredBatch.count(source, rows: rows)
    let stream = RandomStream.evaluatedData(seed: seed)
    try measureBatches(of: source, rows: rows, numbers: marks.count * rows) { batch, numbers in
      var drawn = stream
      drawn.step = batch.step
      source.fill(encoder.input("x"), batch.indices, stream: drawn, threads: options.threads)
      if encoder.hasInput("labels") {
        fillLabels(of: encoder, from: source, batch.indices)
        _ = importance.input("labels").update(from: encoder.input("labels"))
      }
      encoder.run()
      _ = importance.input("x").update(from: encoder.input("x"))
      _ = importance.input("mean").update(from: encoder.output("mean"))
      _ = importance.input("logVariance").update(from: encoder.output("logVariance"))
      var accumulators = [LogSumExp](repeating: LogSumExp(), count: rows)
      for index in 0..<chunks {
        try Stopping.check()
        run(importance, draw: batch.step &* UInt64(chunks) &+ UInt64(index), seed: seed)
        let weights = importance.output("logWeights")
        for row in 0..<batch.valid { for s in 0..<chunk { accumulators[row].add(Double(weights[s * rows + row])) } }
        if let place = order.firstIndex(of: index + 1) {
          let constant = log(Double((index + 1) * chunk))
          for row in 0..<batch.valid { numbers[place * rows + row] = constant - accumulators[row].value }
        }
        // A batch with thousands of samples takes seconds; a stop request waits for one chunk at most.
        try progress((Double(batch.step) + Double(index + 1) / Double(chunks)) / Double(batches))
      }
    } consume: { batch, numbers in
      for (place, mark) in order.enumerated() {
        for row in 0..<batch.valid { sums[mark, default: 0] += numbers[place * rows + row] }
      }
      values += numbers[((order.count - 1) * rows)...].prefix(batch.valid)
    }
    return LogLikelihood(
      negativeLogLikelihood: Estimate(values), negativeLogLikelihoods: values,
      convergence: sums.sorted { $0.key < $1.key }.map {
        .init(samples: $0.key * chunk, mean: $0.value / Double(source.count))
      }, samples: chunks * chunk)
  }
}

/// log Σ exp of values that are added one by one, in Double.
struct LogSumExp {
  private var largest = -Double.infinity
  private var sum = 0.0

  mutating func add(_ x: Double) {
    if x == largest {
      // The difference of two equal infinities would be NaN. exp(−∞) is 0.
      sum += x == -.infinity ? 0 : 1
    } else if x < largest {
      sum += exp(x - largest)
    } else {
      sum = sum * exp(largest - x) + 1
      largest = x
    }
  }

  var value: Double { largest + log(sum) }
}
