import Graphs
import Tensors

/// The evaluation of a model on a set of examples. Losses are summed over dimensions and averaged over examples.
package struct Evaluation: Sendable, Equatable, Codable {
  package struct Options: Sendable, Equatable {
    /// Of the posterior draws (one per example) and of random transforms of the data.
    package var seed: UInt64
    package init(seed: UInt64 = 0) { self.seed = seed }
  }

  /// −ELBO = reconstruction + KL, nats per example; for a plain autoencoder its reconstruction alone.
  package var negativeElbo: Estimate
  /// The values that it is the mean of, in the order of the examples: what two models of the same examples differ by is
  /// known from their differences.
  package var negativeElbos: [Double]
  /// −log p(x | z) by the model's likelihood, nats per example.
  package var reconstruction: Estimate
  /// The values that it is the mean of, in the order of the examples.
  package var reconstructions: [Double]
  /// KL(q(z | x) ‖ p(z)), nats per example; of a prior that is a mixture log q(z | x) − log p(z) of one draw.
  package var kl: Estimate
  /// Whether it is that of a draw; nil for no.
  package var drawsRate: Bool?
  /// Σ (x − x̂)², and divided by the number of pixels.
  package var squaredError: Estimate
  package var meanSquaredErrorPerPixel: Estimate
  /// Bernoulli cross-entropy of x̂, nats per example; nil of data outside [0, 1] and of tables' columns, which have none.
  package var binaryCrossEntropy: Estimate?
  /// Mean KL of each dimension from N(0, 1), nats.
  package var klPerDimension: [Double]
  /// Standard errors of those means; NaN of a single example.
  package var klStandardErrors: [Double]
  /// Var over examples of the posterior mean of each dimension.
  package var meanVariance: [Double]
  /// Dimensions whose posterior mean varies by more than 0.01 (Burda et al. 2016, section 5).
  package var activeUnits: Int
  /// −ELBO / (D · ln 2) where the likelihood is of discrete data.
  package var bitsPerDimension: Estimate?
  package var count: Int
  /// Whether a value of the examples lies between 0 and 1.
  package var hasGrayValues: Bool
  /// The first example with a term that is not finite.
  package var firstNonFinite: Int?

  /// Of `meanSquaredErrorPerPixel`.
  package var meanSquaredError: Double { meanSquaredErrorPerPixel.mean }
}

/// Sums for a variance around a value among them: squares of large numbers have no digits left for their differences.
private struct Spread {
  let origin: Double
  private var sum = 0.0
  private var squares = 0.0

  init(around origin: Double) { self.origin = origin }

  mutating func add(_ value: Double) {
    let difference = value - origin
    sum += difference
    squares += difference * difference
  }

  /// Σ (x − x̄)² / n.
  func variance(of n: Double) -> Double { max(0, squares / n - (sum / n) * (sum / n)) }
}

extension Model {
  static let evaluationRows = MeasuringBatches.rows

  /// Runs `body` on batches of a fixed size; rows beyond the last example repeat it and must be ignored.
  ///
  /// - Throws: What `body` throws; `Stopped`, between two batches.
  func forEachBatch(
    of source: any BatchSource, rows: Int, seed: UInt64,
    _ body: (_ indices: [Int32], _ valid: Int, _ step: UInt64) throws -> Void
  ) throws {
    for step in 0..<MeasuredBatch.count(source, rows: rows) {
      try Stopping.check()
      let batch = MeasuredBatch(step, of: source, rows: rows)
      try body(batch.indices, batch.valid, UInt64(step))
    }
  }

  /// Runs a program of measures with the `draw`-th draws of `seed`.
  ///
  /// Its streams are keyed by the model's seed; `draw`, below 2³², is the low half of the step, the low half of `seed` the
  /// high one. What a seed has beyond goes into the key: other seeds are other draws, whatever their size.
  func run(_ program: Program, draw: UInt64, seed: UInt64) {
    program.seed = configuration.seed &+ (seed >> 32) &* 0x9E37_79B9_7F4A_7C15
    program.run(step: draw &+ seed &* 0x1_0000_0000)
  }

  /// - Parameter progress: Called after every batch with the fraction done; errors that it throws end the evaluation.
  /// - Throws: `ModelError` when the data are incompatible with the model.
  package func evaluate(
    _ source: any BatchSource, options: Evaluation.Options = .init(), progress: (Double) throws -> Void = { _ in }
  ) throws -> Evaluation {
    try check(source)
    let rows = min(Self.evaluationRows, source.count)
    let program = try termsProgram(rows: rows)
    let d = latentDimensions
    var reconstruction: [Double] = []
    var kl: [Double] = []
    var squared: [Double] = []
    var bce: [Double] = []
    var perDimension = [Double](repeating: 0, count: d)
    var (klSpread, meanSpread) = ([Spread](), [Spread]())
    var (isWithinUnit, hasGray) = (true, false)
    let drawsRate = configuration.drawsRate
    let stream = RandomStream.evaluatedData(seed: options.seed)
    let perExample = ["reconstruction", "squaredError", "bce"] + (drawsRate ? ["rate"] : [])
    let terms = perExample + ["klPerDimension", "mean"]
    // One behind the other, then whether values lie outside [0, 1], and whether any lies between.
    let size = rows * (perExample.count + 2 * d) + 2
    try measureBatches(of: source, rows: rows, numbers: size) { batch, numbers in
      var drawn = stream
      drawn.step = batch.step
      source.fill(program.input("x"), batch.indices, stream: drawn, threads: self.options.threads)
      let range = ValueRange(UnsafeBufferPointer(program.input("x")))
      fillLabels(of: program, from: source, batch.indices)
      run(program, draw: batch.step, seed: options.seed)
      var place = 0
      for term in terms {
        for value in program.output(term) {
          numbers[place] = Double(value)
          place += 1
        }
      }
      numbers[place] = range.outside == nil ? 0 : 1
      numbers[place + 1] = range.hasGray ? 1 : 0
    } consume: { batch, numbers in
      let valid = batch.valid
      reconstruction += numbers.prefix(valid)
      squared += numbers[rows..<rows + valid]
      bce += numbers[2 * rows..<2 * rows + valid]
      let klValues = numbers[(perExample.count * rows)...].prefix(rows * d)
      let means = numbers[(perExample.count * rows + rows * d)...].prefix(rows * d)
      isWithinUnit = isWithinUnit && numbers[size - 2] == 0
      hasGray = hasGray || numbers[size - 1] == 1
      if klSpread.isEmpty {
        klSpread = (0..<d).map { Spread(around: klValues[klValues.startIndex + $0]) }
        meanSpread = (0..<d).map { Spread(around: means[means.startIndex + $0]) }
      }
      for row in 0..<valid {
        var total = 0.0
        for j in 0..<d {
          let value = klValues[klValues.startIndex + row * d + j]
          if !drawsRate { total += value }
          perDimension[j] += value
          klSpread[j].add(value)
          meanSpread[j].add(means[means.startIndex + row * d + j])
        }
        kl.append(drawsRate ? numbers[3 * rows + row] : total)
      }
      try progress(Double(kl.count) / Double(source.count))
    }
    let n = Double(source.count)
    let isAutoencoder = !configuration.family.isProbabilistic
    if isAutoencoder { kl = kl.map { _ in 0 } }
    let variance = meanSpread.map { $0.variance(of: n) }
    let totals = zip(reconstruction, kl).map { $0 + $1 }
    let elbo = Estimate(totals)
    return Evaluation(
      negativeElbo: elbo, negativeElbos: totals, reconstruction: Estimate(reconstruction),
      reconstructions: reconstruction, kl: Estimate(kl),
      drawsRate: drawsRate ? true : nil,
      squaredError: Estimate(squared),
      meanSquaredErrorPerPixel: Estimate(squared).scaled(by: 1 / Double(configuration.pixels)),
      binaryCrossEntropy: isWithinUnit && configuration.likelihood.columns == nil ? Estimate(bce) : nil,
      klPerDimension: perDimension.map { isAutoencoder ? 0 : $0 / n },
      klStandardErrors: klSpread.map { isAutoencoder ? 0 : ($0.variance(of: n) / (n - 1)).squareRoot() },
      meanVariance: variance,
      activeUnits: variance.filter { $0 > 0.01 }.count,
      bitsPerDimension: configuration.likelihood.isDiscrete && !isAutoencoder
        ? elbo.scaled(by: 1 / (Double(configuration.pixels) * 0.693_147_180_559_945_3)) : nil,
      count: source.count, hasGrayValues: hasGray, firstNonFinite: totals.firstIndex { !$0.isFinite })
  }
}
