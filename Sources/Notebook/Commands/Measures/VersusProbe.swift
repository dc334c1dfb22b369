import SessionCore
import Tensors
import VAEngine

/// What `versus` measures of one model, with the values that each measure is a mean of.
struct VersusProbe {
  let source: DatasetValue
  let n: Int
  let seed: UInt64
  let kind: DecodedKind
  let probes: ProbeSets?
  let execution: Execution
  /// Some of the examples, mixed.
  private let mixed: DatasetValue
  private let images: Tensor
  private let real: [[Float]]
  /// Mean distance of pairs of real examples.
  let realDiversity: Estimate

  struct Measure {
    let what: String
    let value: Double
    let lowerIsBetter: Bool
    let spread: Spread
  }

  /// What the error of a difference is made of.
  enum Spread {
    /// A value for each of the same examples or pairs: their differences.
    case paired([Double])
    /// Of draws of its own.
    case own(Double)
    /// Of halves of the same data.
    case halves(SplitHalves, (SplitHalves.Shares) -> Double, floor: Double)
    /// The distance from the real diversity, on one side of it.
    case offReal(Double, sign: Double)
  }

  struct Result {
    let measures: [Measure]
    let hasGray: Bool
    let neighbors: Int
  }

  /// The number of images on a path between two codes, including both ends.
  static let stops = 9
  /// The number of pairs of codes that are interpolated.
  static let walks = 100

  init(
    source: DatasetValue, n: Int, seed: UInt64, kind: DecodedKind, probes: ProbeSets?, execution: Execution
  ) throws {
    (self.source, self.n, self.seed, self.kind) = (source, n, seed, kind)
    (self.probes, self.execution) = (probes, execution)
    mixed = source.shuffled(seed: seed, first: n)
    images = try mixed.dataset.examples(Array(0..<n))
    real = Self.rows(images)
    realDiversity = try Self.spread(real)
  }

  /// The same examples as another model knows them.
  func matched(to model: ModelValue) throws -> VersusProbe {
    let other = try source.matched(to: model)
    guard
      other.dataset.columns != source.dataset.columns || other.dataset.transforms != source.dataset.transforms
        || other.dataset.classes != source.dataset.classes
    else { return self }
    return try VersusProbe(
      source: other, n: n, seed: seed, kind: kind, probes: probes?.matched(to: model), execution: execution)
  }

  private static func rows(_ tensor: Tensor) -> [[Float]] {
    let size = tensor.shape.droppingFirst.count
    let values = tensor.elements(as: Float.self)
    return (0..<tensor.shape[0]).map { Array(values[$0 * size..<($0 + 1) * size]) }
  }

  private static func distance(_ a: [Float], _ b: [Float]) -> Double {
    var sum: Float = 0
    for i in 0..<min(a.count, b.count) { sum += (a[i] - b[i]) * (a[i] - b[i]) }
    return Double(sum).squareRoot()
  }

  /// Mean distance of all pairs, of the first thousand. A mean over pairs varies twice as much as one over as many single
  /// ones: its error is twice that of the rows' means.
  private static func spread(_ rows: [[Float]]) throws -> Estimate {
    let rows = rows.prefix(1000)
    guard rows.count > 1 else { return Estimate(mean: 0, standardError: 0, count: rows.count) }
    var means = [Double](repeating: 0, count: rows.count)
    for (index, row) in rows.enumerated() {
      try Stopping.check()
      for (place, other) in rows[..<index].enumerated() {
        let length = distance(row, other) / Double(rows.count - 1)
        means[index] += length
        means[place] += length
      }
    }
    let mean = Estimate(means)
    return Estimate(mean: mean.mean, standardError: 2 * mean.standardError, count: rows.count)
  }

  private func toReal(_ images: [[Float]]) throws -> [Double] {
    try images.map { image in
      try Stopping.check()
      return real.reduce(Double.infinity) { min($0, Self.distance(image, $1)) }
    }
  }

  /// Squared error per pixel of every example decoded from its code's mean.
  private func reconstructionErrors(_ live: Model, _ model: ModelValue, _ working: (Double) throws -> Void) throws
    -> [Double]
  {
    let outputs = try live.decode(
      try live.encode(source.source, seed: seed) { try working($0 / 4) }.mean, labels: try source.conditioning(model)
    ) { try working(0.25 + $0 / 4) }
    let pixels = model.configuration.pixels
    let values = outputs.elements(as: Float.self)
    var errors: [Double] = []
    for start in stride(from: 0, to: source.dataset.count, by: 1000) {
      try Stopping.check()
      let rows = start..<min(start + 1000, source.dataset.count)
      let inputs = try source.dataset.examples(Array(rows)).elements(as: Float.self)
      for row in rows {
        var sum = 0.0
        for i in 0..<pixels {
          let delta = Double(inputs[(row - start) * pixels + i] - values[row * pixels + i])
          sum += delta * delta
        }
        errors.append(sum / Double(pixels))
      }
    }
    return errors
  }

  func measure(_ model: ModelValue, name: String) throws -> Result {
    let live = try model.model(threads: execution.state.settings.threads)
    func working(_ share: Double) throws { try execution.working("versus \(name)", share) }
    let warnings = try live.checkValues(source.source)
    let errors = try reconstructionErrors(live, model, working)
    let labels = try mixed.conditioning(model)
    let drawn = try live.decode(try live.prior(count: n, seed: seed), labels: labels, as: kind, seed: seed)
    let samples = Self.rows(drawn)
    try working(0.6)
    let pixels = model.configuration.pixels
    let quality = try SampleQuality(
      samples: drawn.reshaped(to: [n, pixels]), data: images.reshaped(to: [n, pixels]), features: .pixels,
      options: live.options)
    try working(0.7)
    let walk = try walks(between: Self.rows(try live.encode(mixed.source).mean), live, labels: labels)
    try working(0.8)
    let (near, halfway) = (try toReal(samples), try toReal(walk.middles))
    let diversity = try Self.spread(samples)
    let off = diversity.mean - realDiversity.mean
    func mean(_ what: String, _ values: [Double], paired: Bool = true, lower: Bool = true) -> Measure {
      let estimate = Estimate(values)
      return Measure(
        what: what, value: estimate.mean, lowerIsBetter: lower,
        spread: paired ? .paired(values) : .own(estimate.standardError))
    }
    let measures = [
      mean("reconstruction, MSE", errors),
      mean("samples, nearest real", near, paired: false),
      Measure(
        what: "samples, precision", value: quality.precision.mean, lowerIsBetter: false,
        spread: .halves(quality.halves, \.precision, floor: quality.precision.standardError)),
      Measure(
        what: "samples, recall", value: quality.recall.mean, lowerIsBetter: false,
        spread: .halves(quality.halves, \.recall, floor: quality.recall.standardError)),
      Measure(
        what: "samples, diversity gap", value: abs(off), lowerIsBetter: true,
        spread: .offReal(diversity.standardError, sign: off < 0 ? -1 : 1)),
      mean("halfway, nearest real", halfway),
      mean("largest step / mean step", walk.unevenness),
    ]
    let hasGray = warnings.contains(.grayValues)
    guard let probes else { return Result(measures: measures, hasGray: hasGray, neighbors: quality.neighbors) }
    let codes = try probes.codes(live) { _ in try working(0.9) }
    let read = [
      mean("linear probe, share", probes.right(try probes.linear(codes)), lower: false),
      mean("nearest codes, share", probes.right(try probes.nearest(codes)), lower: false),
    ]
    return Result(measures: measures + read, hasGray: hasGray, neighbors: quality.neighbors)
  }

  /// One model's measure less another's, with its standard error.
  func difference(_ x: Measure, _ y: Measure) -> Estimate {
    let gap = x.value - y.value
    let error: Double =
      switch (x.spread, y.spread) {
      case (.paired(let a), .paired(let b)) where a.count == b.count:
        Estimate(zip(a, b).map { $0 - $1 }).standardError
      case (.own(let a), .own(let b)): (a * a + b * b).squareRoot()
      case (.halves(let a, let share, let low), .halves(let b, _, let high)):
        // Of two shares at 0 or 1 the halves say nothing.
        max(a.error(of: share, less: b), gap == 0 ? min(low, high) : 0)
      case (.offReal(let a, let sign), .offReal(let b, let other)):
        // What the real diversity is uncertain by counts where the two lie on different sides of it.
        (a * a + b * b
          + (sign == other ? 0 : 4 * realDiversity.standardError * realDiversity.standardError)).squareRoot()
      default: .nan
      }
    return Estimate(mean: gap, standardError: error.isFinite ? error : 0, count: n)
  }

  /// Linear interpolations between consecutive codes: the images halfway, and the ratio of the largest to the mean
  /// step.
  private func walks(
    between points: [[Float]], _ live: Model, labels: [Int]?
  ) throws -> (middles: [[Float]], unevenness: [Double]) {
    let pairs = min(n, Self.walks)
    var latents: [Float] = []
    for i in 0..<pairs {
      latents += try LatentPath.between(points[i], points[(i + 1) % n], steps: Self.stops, kind: .lerp)
        .elements(as: Float.self)
    }
    let conditions = labels.map { labels in (0..<pairs).flatMap { Array(repeating: labels[$0], count: Self.stops) } }
    let size = points.first?.count ?? 0
    let images = Self.rows(try live.decode(try Tensor(latents, shape: [pairs * Self.stops, size]), labels: conditions))
    var (middles, unevenness) = ([[Float]](), [Double]())
    for i in 0..<pairs {
      let way = Array(images[i * Self.stops..<(i + 1) * Self.stops])
      middles.append(way[Self.stops / 2])
      let steps = zip(way, way.dropFirst()).map { Self.distance($0, $1) }
      let length = steps.reduce(0, +)
      unevenness.append(length > 0 ? (steps.max() ?? 0) * Double(steps.count) / length : 1)
    }
    return (middles, unevenness)
  }
}
