import Figures

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
      Curves(
        lines: [raw, smooth, held, kl], marks: [.init(x: 2, text: "beta=2")], xLabel: "epoch", yLabel: "nats/image",
        lowerLabel: "KL, nats", hasIntegerX: true), title: "Training of m", subtitle: "digits.train · epoch 4")
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
      Scatter(
        x: x, y: y, classes: classes, classNames: ["zero", "one", "two"], xLabel: "PC1 (60 % of variance)",
        yLabel: "PC2", hasMarginals: true), title: "Latent space of m", subtitle: "\(count) points")
  }

  static let values: Figure = {
    guard var scatter = scatter.kind as? Scatter else { return scatter }
    scatter.values = scatter.x
    (scatter.classes, scatter.valueLabel) = (nil, "norm")
    return Figure(scatter, title: "Latent space of m")
  }()

  static let bars = Figure(
    Bars(
      values: [2, 1, 0.5, 0.001], names: ["3", "1", "0", "2"],
      kinds: .init(inactive: [3], activeName: "active", inactiveName: "inactive"), xLabel: "latent dimension",
      yLabel: "KL, nats"), title: "KL per dimension of m")

  static let histogram = Figure(
    Histogram(
      series: [.init(name: "z[0]", values: (0..<200).map { Float($0 % 20) / 10 - 1 })], xLabel: "z",
      showsNormal: true), title: "Distribution of z")

  static let matrix = Figure(
    MatrixMap(
      values: [8, 2, 1, 9], rowNames: ["a", "b"], columnNames: ["a", "b"], rowLabel: "true class",
      columnLabel: "class found", valueLabel: "examples"), title: "Confusion")

  /// A strip of five images of 4 × 3, from black to white, its ends framed.
  static let strip: Figure = {
    var grid = ImageGrid(
      pixels: (0..<5).flatMap { step in (0..<12).map { Float($0) / 11 * Float(step) / 4 } }, count: 5, channels: 1,
      height: 4, width: 3, columns: 5, framed: [0, 4])
    grid.isSequence = true
    grid.columnLabels = ["3", "", "", "", "8"]
    return Figure(grid, title: "From 3 to 8 by m", subtitle: "digits.test · epoch 4")
  }()

  /// Inputs, outputs and where they differ: two pairs of 2 × 2 pixels.
  static let comparison = Figure(
    ImageGrid.comparison(
      inputs: [1, 0, 0, 1, 0, 1, 1, 0], outputs: [0.75, 0.25, 0, 1, 0, 0.5, 1, 0.25], count: 2, channels: 1,
      height: 2,
      width: 2, columns: 2, errors: true), title: "Reconstructions by m", subtitle: "digits.test, 2 examples")

  /// Four corners framed and named.
  static let corners: Figure = {
    var grid = ImageGrid(
      pixels: (0..<36).map { Float($0 % 9) / 8 }, count: 9, channels: 1, height: 2, width: 2, columns: 3,
      framed: [0, 2, 6, 8])
    (grid.columnLabels, grid.rowLabels) = (["3", "", "8"], ["", "", "0 → 6"])
    return Figure(grid, title: "Between 3, 8, 0 and 6 by m")
  }()

  /// Two models on a logarithmic axis that spans less than a decade.
  static let logarithmic: Figure = {
    let lines = [("a", 90.0), ("b", 120.0)].map { name, end in
      Curves.Line(name: name, x: [0, 1, 2, 3], y: [end * 2, end * 1.4, end * 1.1, end])
    }
    return Figure(
      Curves(lines: lines, xLabel: "epoch", yLabel: "nats/image", logY: true, hasIntegerX: true),
      title: "Training of a, b", subtitle: "digits.train · epoch 3")
  }()

  /// Terms on top of each other.
  static let stacked: Figure = {
    var (upper, lower) = (
      Curves.Line(name: "KL", x: [0, 1, 2], y: [9, 6, 5]),
      Curves.Line(name: "reconstruction", x: [0, 1, 2], y: [8, 4, 2])
    )
    (upper.isFilled, upper.color, lower.isFilled, lower.color) = (true, 2, true, 1)
    return Figure(
      Curves(lines: [upper, lower], xLabel: "epoch", yLabel: "nats/image", hasIntegerX: true),
      title: "Training of m", subtitle: "epoch 2")
  }()

  /// Named points with standard errors, as rate against distortion.
  static let rates: Figure = {
    var line = Curves.Line(name: "", x: [7.5, 14, 21], y: [128, 106, 95], errors: [0.5, 0.5, 0.25])
    line.notes = ["b4, β = 4", "b2, β = 2", "b1, β = 1"]
    return Figure(
      Curves(lines: [line], xLabel: "rate: KL, nats/image", yLabel: "distortion: reconstruction, nats/image"),
      title: "Rate and distortion of b1, b2, b4", subtitle: "digits.test, 2000 examples · ± standard error")
  }()

  /// Vectors of a table on a path from one to another, with names below.
  static let path: Figure = {
    let lines = (0..<4).map { row -> Curves.Line in
      var line = Curves.Line(
        name: row == 0 ? "setosa" : row == 3 ? "virginica" : "", x: [0, 1, 2],
        y: [Double(row) - 1.5, 1 - Double(row) / 2, 0.5])
      line.shade = Double(row) / 3
      return line
    }
    var curves = Curves(
      lines: lines, xLabel: "", yLabel: "deviations from the mean of these rows", hasIntegerX: true)
    curves.xNames = ["sepal length", "sepal width", "petal length"]
    return Figure(curves, title: "From setosa to virginica by m")
  }()

  /// Convergence on a logarithmic horizontal axis, with an error at the end.
  static let likelihood: Figure = {
    let line = Curves.Line(
      name: "m: 90.5 nats", x: [1, 10, 100, 1000], y: [96, 92, 91, 90.5], errors: [0, 0, 0, 1.5])
    return Figure(
      Curves(lines: [line], xLabel: "importance samples k", yLabel: "−log p(x), nats/image", logX: true),
      title: "Convergence of the likelihood of m", subtitle: "digits.test, 200 examples")
  }()

  static let all = [
    curves, scatter, values, bars, histogram, matrix, strip, comparison, corners, logarithmic, stacked, rates,
    likelihood, path,
  ]

  /// Each with the name of its file; the scatter is one of few points.
  static let named: [String: Figure] = {
    var dark = curves
    dark.theme = .dark
    return [
      "loss": curves, "loss-dark": dark, "loss-stacked": stacked, "loss-logarithmic": logarithmic, "latent": points(30),
      "bars": bars, "histogram": histogram, "confusion": matrix, "strip": strip, "matrix": corners,
      "reconstruction": comparison, "rate-distortion": rates, "likelihood": likelihood,
      "path": path,
    ]
  }()
}
