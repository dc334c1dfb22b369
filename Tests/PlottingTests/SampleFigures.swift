import Plotting

/// One figure of each kind, small and fixed.
enum SampleFigures {
  static let curves: Figure = {
    var raw = Curves.Line(name: "loss", x: [0, 1, 2, 3, 4], y: [9, 7, 3, 3.5, 2.5])
    (raw.isFaint, raw.color) = (true, 0)
    var smooth = Curves.Line(name: "loss", x: [0, 1, 2, 3, 4], y: [9, 6, 4, 3, 2.5])
    smooth.color = 0
    let held = Curves.Line(name: "validation", x: [1, 2, 3, 4], y: [7, 4.5, 3.5, 3], dashed: true)
    var kl = Curves.Line(name: "KL", x: [0, 1, 2, 3, 4], y: [0, 1, 2, 2, 2])
    kl.panel = 1
    return Figure(
      .curves(
        Curves(
          lines: [raw, smooth, held, kl], marks: [.init(x: 2, text: "beta=2")], xLabel: "epoch", yLabel: "nats/image",
          lowerLabel: "KL, nats", wholeX: true)), title: "Training of m", subtitle: "digits.train · epoch 4")
  }()

  static let scatter = points(300)

  /// Three round clouds, in classes 0, 1 and 2.
  static func points(_ count: Int) -> Figure {
    var (x, y, classes): ([Float], [Float], [Int]) = ([], [], [])
    var state: UInt32 = 1
    func next() -> Float {
      state = state &* 1_664_525 &+ 1_013_904_223
      return Float(state >> 8) / Float(1 << 24)
    }
    for index in 0..<count {
      let spread = (0..<4).reduce((Float(0), Float(0))) { sum, _ in (sum.0 + next() - 0.5, sum.1 + next() - 0.5) }
      x.append(spread.0 + Float(index % 3) * 3)
      y.append(spread.1)
      classes.append(index % 3)
    }
    return Figure(
      .scatter(
        Scatter(
          x: x, y: y, classes: classes, classNames: ["zero", "one", "two"], xLabel: "PC1 (60 % of variance)",
          yLabel: "PC2", hasMarginals: true)), title: "Latent space of m", subtitle: "\(count) points")
  }

  static let values: Figure = {
    guard case .scatter(var scatter) = scatter.kind else { return scatter }
    scatter.values = scatter.x
    (scatter.classes, scatter.valueLabel) = (nil, "norm")
    return Figure(.scatter(scatter), title: "Latent space of m")
  }()

  static let bars = Figure(
    .bars(
      Bars(
        values: [2, 1, 0.5, 0.001], names: ["3", "1", "0", "2"], threshold: 0.01, thresholdName: "active",
        xLabel: "latent dimension", yLabel: "KL, nats")), title: "KL per dimension of m")

  static let histogram = Figure(
    .histogram(
      Histogram(
        series: [.init(name: "z[0]", values: (0..<200).map { Float($0 % 20) / 10 - 1 })], xLabel: "z",
        showsNormal: true)), title: "Distribution of z")

  static let matrix = Figure(
    .matrix(
      MatrixMap(
        values: [8, 2, 1, 9], rowNames: ["a", "b"], columnNames: ["a", "b"], rowLabel: "true class",
        columnLabel: "class found", valueLabel: "examples")), title: "Confusion")

  /// A strip of five images of 4 × 3, from black to white, its ends framed.
  static let strip: Figure = {
    var grid = ImageGrid(
      pixels: (0..<5).flatMap { step in (0..<12).map { Float($0) / 11 * Float(step) / 4 } }, count: 5, channels: 1,
      height: 4, width: 3, columns: 5, framed: [0, 4])
    grid.isSequence = true
    grid.columnLabels = ["3", "", "", "", "8"]
    return Figure(.images(grid), title: "From 3 to 8 by m", subtitle: "digits.test · epoch 4")
  }()

  static let all = [curves, scatter, values, bars, histogram, matrix, strip]
}
