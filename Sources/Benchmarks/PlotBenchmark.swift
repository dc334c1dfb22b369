import Figures
import Glibc
import Rendering

/// The time of figures: the first of a session, which starts gnuplot, and later ones of every kind.
package enum PlotBenchmark {
  package struct Result: Sendable, Codable {
    package var name: String
    /// Median and extremes of the runs.
    package var milliseconds: Double
    package var fastest: Double
    package var slowest: Double
    /// The target on the two cores of the development machine; nil without a target.
    package var limit: Double?
    package var bytes: Int
  }

  /// - Parameters:
  ///   - runs: Figures of each kind; the median is reported.
  ///   - each: Called with every result as soon as it is measured.
  /// - Throws: `PlotError` when gnuplot is missing or fails.
  package static func run(runs: Int = 15, each: (Result) throws -> Void) throws {
    try each(
      measure("first figure of a session, loss curves", runs: min(runs, 7), limit: 250) {
        try FigureRenderer().bytes(curves, .png)
      })
    let renderer = FigureRenderer()
    let cases: [(String, Figure, FigureRenderer.Format, Double?)] = [
      ("loss curves, 4,000 steps, png", curves, .png, nil), ("loss curves, 4,000 steps, svg", curves, .svg, nil),
      ("scatter, 5,000 points, png", scatter(5000), .png, 80), ("scatter, 5,000 points, svg", scatter(5000), .svg, nil),
      ("scatter, 100,000 points, png", scatter(100_000), .png, 400),
      ("grid, 10 × 20 images of 28×28, png", grid(rows: 10, columns: 20), .png, 60),
      ("strip, 12 images of 28×28, png", grid(rows: 1, columns: 12), .png, nil),
      ("strip, 12 images of 28×28, moving gif", grid(rows: 1, columns: 12), .gif, nil),
      ("bars, 20, png", bars, .png, nil), ("confusion, 10 × 10, png", confusion, .png, nil),
    ]
    for (name, figure, format, limit) in cases {
      _ = try renderer.bytes(figure, format)
      try each(measure(name, runs: runs, limit: limit) { try renderer.bytes(figure, format) })
    }
    try each(
      measure("loss curves in 80×18 characters", runs: runs, limit: nil) {
        Array(curves.kind.text(curves, on: TextScreen(columns: 80, rows: 18, color: .palette)).utf8)
      })
  }

  private static func measure(
    _ name: String, runs: Int, limit: Double?, _ draw: () throws -> [UInt8]
  ) throws -> Result {
    var times: [Double] = []
    var bytes = 0
    for _ in 0..<max(runs, 1) {
      let start = ContinuousClock.now
      bytes = try draw().count
      let (seconds, fraction) = (ContinuousClock.now - start).components
      times.append(Double(seconds) * 1000 + Double(fraction) * 1e-15)
    }
    times.sort()
    return Result(
      name: name, milliseconds: times[times.count / 2], fastest: times[0], slowest: times[times.count - 1],
      limit: limit, bytes: bytes)
  }

  // MARK: Test figures, with shapes like those of a trained model.

  private static var curves: Figure {
    let x = (0..<4000).map { Double($0) / 400 }
    func falling(_ end: Double, _ noise: Double) -> [Double] {
      x.enumerated().map { end + 400 * exp(-$1 * 4) + noise * sin(Double($0 * $0 % 997)) }
    }
    var raw = Curves.Line(name: "loss", x: x, y: falling(100, 8)).thinned(to: 1500)
    (raw.isFaint, raw.color) = (true, 0)
    var smooth = Curves.Line(name: "loss", x: x, y: falling(100, 8)).smoothed(window: 66).thinned(to: 500)
    smooth.color = 0
    let held = Curves.Line(name: "validation", x: (1...10).map(Double.init), y: (1...10).map { 102 - Double($0) / 5 })
    return Figure(
      Curves(lines: [raw, smooth, held], marks: [.init(x: 5, text: "beta=2")], xLabel: "epoch", yLabel: "nats/image"),
      title: "Training of m", subtitle: "mnist.train · epoch 10")
  }

  private static func scatter(_ count: Int) -> Figure {
    var state: UInt32 = 1
    func next() -> Float {
      state = state &* 1_664_525 &+ 1_013_904_223
      return Float(state >> 8) / Float(1 << 24)
    }
    func normal() -> Float { (0..<6).reduce(Float(0)) { sum, _ in sum + next() } - 3 }
    let classes = (0..<count).map { $0 % 10 }
    return Figure(
      Scatter(
        x: classes.map { normal() + 3 * cosf(Float($0) * 0.628) },
        y: classes.map { normal() + 3 * sinf(Float($0) * 0.628) }, classes: classes, xLabel: "z[0]", yLabel: "z[1]",
        hasMarginals: true), title: "Latent space of m", subtitle: "\(count) points")
  }

  private static func grid(rows: Int, columns: Int) -> Figure {
    let count = rows * columns
    var grid = ImageGrid(
      pixels: (0..<count * 784).map { index in
        let (image, y, x) = (index / 784, Float(index % 784 / 28) - 14, Float(index % 28) - 14)
        return max(0, 1 - abs((x * x + y * y).squareRoot() - 4 - Float(image % 7)) / 3)
      }, count: count, channels: 1, height: 28, width: 28, columns: columns)
    grid.isSequence = true
    return Figure(grid, title: "Samples of m", subtitle: "\(count) images")
  }

  private static var bars: Figure {
    Figure(
      Bars(
        values: (0..<20).map { exp(-Double($0) / 4) }, names: (0..<20).map(String.init),
        kinds: .init(inactive: Set(16..<20), activeName: "active", inactiveName: "inactive"),
        xLabel: "latent dimension",
        yLabel: "KL, nats"), title: "KL per dimension of m")
  }

  private static var confusion: Figure {
    let names = (0..<10).map(String.init)
    return Figure(
      MatrixMap(
        values: (0..<100).map { $0 % 11 == 0 ? 190 : Double($0 % 7) }, rowNames: names, columnNames: names,
        rowLabel: "true class", columnLabel: "class found", valueLabel: "examples"), title: "Confusion")
  }
}
