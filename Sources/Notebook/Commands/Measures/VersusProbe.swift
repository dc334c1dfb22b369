import Tensors
import VAEngine

/// What `versus` measures of one model.
struct VersusProbe {
  let source: DatasetValue
  let n: Int
  let seed: UInt64
  let execution: Execution
  private let real: [[Float]]
  let realDiversity: Double

  struct Measure {
    let what: String
    let value: Double
    let lowerIsBetter: Bool
  }

  init(source: DatasetValue, n: Int, seed: UInt64, execution: Execution) {
    (self.source, self.n, self.seed, self.execution) = (source, n, seed, execution)
    let images = try? source.dataset.examples(Array(0..<n))
    real = images.map { Self.rows($0) } ?? []
    realDiversity = Self.spread(real)
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

  /// Mean distance of neighbours in the list: of independent draws, the mean distance of pairs.
  private static func spread(_ rows: [[Float]]) -> Double {
    guard rows.count > 1 else { return 0 }
    return zip(rows, rows.dropFirst()).reduce(0) { $0 + distance($1.0, $1.1) } / Double(rows.count - 1)
  }

  private func toReal(_ images: [[Float]]) throws -> Double {
    var sum = 0.0
    for image in images {
      if execution.interruption.isRequested { throw Interrupted() }
      sum += real.reduce(Double.infinity) { min($0, Self.distance(image, $1)) }
    }
    return sum / Double(max(images.count, 1))
  }

  func measure(_ model: ModelValue) throws -> [Measure] {
    let live = try model.model(threads: execution.state.settings.threads)
    let evaluation = try live.evaluate(source.source, options: .init(seed: seed))
    let labels = try source.conditioning(model).map { Array($0[0..<n]) }
    let samples = Self.rows(try live.decode(try live.prior(count: n, seed: seed), labels: labels))
    let codes = try live.encode(source.subset(Array(0..<n)).source).mean
    let points = Self.rows(codes)
    var middles: [Float] = []
    for i in 0..<n { middles += LatentPath.point(points[i], points[(i + 1) % n], at: 0.5, kind: .lerp) }
    let between = Self.rows(try live.decode(try Tensor(middles, shape: codes.shape), labels: labels))
    return [
      Measure(what: "reconstruction, squared error per pixel", value: evaluation.meanSquaredError, lowerIsBetter: true),
      Measure(what: "samples, distance to the nearest real", value: try toReal(samples), lowerIsBetter: true),
      Measure(
        what: "samples, diversity off the real one", value: abs(Self.spread(samples) - realDiversity),
        lowerIsBetter: true),
      Measure(what: "halfway images, distance to the nearest real", value: try toReal(between), lowerIsBetter: true),
      Measure(what: "classes by the nearest latent, share right", value: try probe(points), lowerIsBetter: false),
    ]
  }

  /// Share of examples whose nearest neighbour in latent space has their label.
  private func probe(_ points: [[Float]]) throws -> Double {
    guard let labels = try source.rowLabels() else { return .nan }
    var right = 0
    for i in points.indices {
      var best = (distance: Double.infinity, label: Int32(-1))
      for j in points.indices where j != i {
        let d = Self.distance(points[i], points[j])
        if d < best.distance { best = (d, labels[j]) }
      }
      if best.label == labels[i] { right += 1 }
    }
    return Double(right) / Double(max(points.count, 1))
  }
}
