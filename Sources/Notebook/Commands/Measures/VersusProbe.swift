import Tensors
import VAEngine

/// What `versus` measures of one model.
struct VersusProbe {
  let source: DatasetValue
  /// Some of its examples, mixed.
  private let mixed: DatasetValue
  let n: Int
  let seed: UInt64
  let execution: Execution
  private let images: Tensor
  private let real: [[Float]]
  /// Mean distance of pairs of real examples.
  let realDiversity: Double

  struct Measure {
    let what: String
    let value: Double
    let lowerIsBetter: Bool
  }

  /// Images on the way between two codes, both ends included.
  static let stops = 9
  /// Pairs of codes that are walked between.
  static let walks = 100
  /// Examples that labels are read of.
  static let probed = 2000

  init(source: DatasetValue, n: Int, seed: UInt64, execution: Execution) throws {
    (self.source, self.n, self.seed, self.execution) = (source, n, seed, execution)
    mixed = source.shuffled(seed: seed, first: max(n, min(Self.probed, source.dataset.count)))
    images = try mixed.dataset.examples(Array(0..<n))
    real = Self.rows(images)
    realDiversity = try Self.spread(real)
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

  /// Mean distance of all pairs, of the first thousand.
  private static func spread(_ rows: [[Float]]) throws -> Double {
    let rows = rows.prefix(1000)
    guard rows.count > 1 else { return 0 }
    var sum = 0.0
    for (index, row) in rows.enumerated() {
      try Stopping.check()
      for other in rows[..<index] { sum += distance(row, other) }
    }
    return sum / Double(rows.count * (rows.count - 1) / 2)
  }

  private func toReal(_ images: [[Float]]) throws -> Double {
    var sum = 0.0
    for image in images {
      try Stopping.check()
      sum += real.reduce(Double.infinity) { min($0, Self.distance(image, $1)) }
    }
    return sum / Double(max(images.count, 1))
  }

  func measure(_ model: ModelValue, name: String) throws -> [Measure] {
    let live = try model.model(threads: execution.state.settings.threads)
    func working(_ share: Double) throws { try execution.working("versus \(name)", share) }
    let evaluation = try live.evaluate(source.source, options: .init(seed: seed)) { try working($0 / 2) }
    let labels = try mixed.conditioning(model).map { Array($0[0..<n]) }
    let drawn = try live.decode(try live.prior(count: n, seed: seed), labels: labels)
    let samples = Self.rows(drawn)
    try working(0.6)
    let pixels = model.configuration.pixels
    let quality = try SampleQuality(
      samples: drawn.reshaped(to: [n, pixels]), data: images.reshaped(to: [n, pixels]), features: .pixels,
      options: live.options)
    try working(0.7)
    let known = min(Self.probed, mixed.dataset.count)
    let codes = try live.encode(mixed.source).mean
    let walk = try walks(between: Self.rows(codes[0..<n]), live, labels: labels)
    try working(0.8)
    return [
      Measure(what: "reconstruction, squared error per pixel", value: evaluation.meanSquaredError, lowerIsBetter: true),
      Measure(what: "samples, distance to the nearest real", value: try toReal(samples), lowerIsBetter: true),
      Measure(what: "samples, share that look real (precision)", value: quality.precision.mean, lowerIsBetter: false),
      Measure(what: "samples, share of the real covered (recall)", value: quality.recall.mean, lowerIsBetter: false),
      Measure(
        what: "samples, diversity off the real one", value: abs(try Self.spread(samples) - realDiversity),
        lowerIsBetter: true),
      Measure(
        what: "halfway images, distance to the nearest real", value: try toReal(walk.middles), lowerIsBetter: true),
      Measure(what: "interpolation, largest step over the mean one", value: walk.unevenness, lowerIsBetter: true),
    ] + (try probes(codes[0..<known]))
  }

  /// Straight ways between neighbours in the list: the images halfway, and how uneven the steps are (1 is even).
  private func walks(
    between points: [[Float]], _ live: Model, labels: [Int]?
  ) throws -> (middles: [[Float]], unevenness: Double) {
    let pairs = min(n, Self.walks)
    var latents: [Float] = []
    for i in 0..<pairs {
      latents += try LatentPath.between(points[i], points[(i + 1) % n], steps: Self.stops, kind: .lerp)
        .elements(as: Float.self)
    }
    let conditions = labels.map { labels in (0..<pairs).flatMap { Array(repeating: labels[$0], count: Self.stops) } }
    let size = points.first?.count ?? 0
    let images = Self.rows(try live.decode(try Tensor(latents, shape: [pairs * Self.stops, size]), labels: conditions))
    var (middles, unevenness) = ([[Float]](), 0.0)
    for i in 0..<pairs {
      let way = Array(images[i * Self.stops..<(i + 1) * Self.stops])
      middles.append(way[Self.stops / 2])
      let steps = zip(way, way.dropFirst()).map { Self.distance($0, $1) }
      let length = steps.reduce(0, +)
      unevenness += length > 0 ? (steps.max() ?? 0) * Double(steps.count) / length : 1
    }
    return (middles, unevenness / Double(max(pairs, 1)))
  }

  /// What codes know of labels: read from the second half by those of the first.
  private func probes(_ codes: Tensor) throws -> [Measure] {
    let count = codes.shape[0]
    guard let labels = try mixed.rowLabels()?.prefix(count).map(Int.init), count >= 40 else { return [] }
    let half = count / 2
    let (train, test) = (codes[0..<half], codes[half..<count])
    let (known, asked) = (Array(labels[..<half]), Array(labels[half...]))
    let linear = try Probe.linear(train: train, labels: known, test: test, testLabels: asked)
    let nearest = try Probe.nearestNeighbors(train: train, labels: known, test: test, testLabels: asked)
    return [
      Measure(what: "labels by a linear probe, share right", value: linear.mean, lowerIsBetter: false),
      Measure(what: "labels by the nearest codes, share right", value: nearest.mean, lowerIsBetter: false),
    ]
  }
}
