import Figures
import Glibc
import SessionCore
import Text
import VAEngine

/// The trials of a sweep: every one as a line over its settings, the metric by one setting, or the curves of the best.
struct SweepPlot: PlotSubject {
  static let (name, help) = ("sweep", "the trials of a sweep: settings, or by=NAME, or curves")

  enum What: String, Choice {
    case settings, curves

    var help: String {
      switch self {
      case .settings: "every trial as a line over its settings, the best in color"
      case .curves: "validation losses of the best trials"
      }
    }
  }

  @Option(default: .settings, help: "what of the trials to draw") var what: What
  @Option(.text(placeholder: "NAME", suggestions: []), help: "the metric by the values of one setting") var by: String?
  @Option(.integer(1...20), default: 8, help: "how many of the best trials are named") var n: Int

  func draw(_ plot: PlotItems) throws -> Figure {
    let sweeps = plot.values.compactMap { item in
      if case .object(let sweep as SweepValue) = item.value { (name: item.name, sweep: sweep) } else { nil }
    }
    guard let (name, sweep) = sweeps.first else {
      throw plot.fault(.missingArgument, "plot sweep needs a sweep", fix: "Example: plot sweep s")
    }
    let ranking = sweep.ranking
    guard !ranking.isEmpty else {
      throw plot.fault(.emptySelection, "no trial of \(name) is finished", fix: "Continue it: sweep \(name)")
    }
    if let by {
      guard let axis = sweep.plan.axes.firstIndex(where: { $0.name == by }) else {
        throw $by.fault(
          .badOptionValue, "\(name) does not vary '\(by)'",
          fix: "It varies \(sweep.plan.axes.map(\.name).joined(separator: ", ")).")
      }
      return Figure(
        Self.metric(sweep, ranking, axis), title: "\(sweep.plan.metric.label) by \(by)", subtitle: sweep.summary)
    }
    return Self.figure(what, name, sweep, named: n)
  }

  /// The settings and the curves of a sweep with finished trials.
  static func figures(_ name: String, _ sweep: SweepValue) -> [Figure] {
    sweep.ranking.isEmpty ? [] : [What.settings, .curves].map { figure($0, name, sweep, named: 8) }
  }

  private static func figure(_ what: What, _ name: String, _ sweep: SweepValue, named n: Int) -> Figure {
    let ranking = sweep.ranking
    switch what {
    case .curves:
      return Figure(curves(sweep, ranking, n), title: "Best trials of \(name)", subtitle: sweep.summary)
    case .settings:
      return Figure(parallel(sweep, ranking, n), title: "Trials of \(name)", subtitle: sweep.summary)
    }
  }

  private static func label(_ sweep: SweepValue, _ trial: SweepTrial) -> String {
    "\(trial.number): \(sweep.settings(trial))"
  }

  private static func curves(_ sweep: SweepValue, _ ranking: [SweepTrial], _ n: Int) -> Curves {
    Curves(
      lines: ranking.prefix(n).compactMap { trial in
        guard let curve = trial.runs.first?.curve, !curve.isEmpty else { return nil }
        return .init(name: label(sweep, trial), x: (1...curve.count).map(Double.init), y: curve)
      }, xLabel: "epoch", yLabel: "validation loss, \(sweep.base.configuration.lossUnit)", hasIntegerX: true)
  }

  /// Mean over the trials with a value, and each trial as a point; words in their order.
  private static func metric(_ sweep: SweepValue, _ ranking: [SweepTrial], _ axis: Int) -> Curves {
    let setting = sweep.plan.axes[axis]
    let x = positions(ranking, axis)
    let points = ranking.compactMap { trial in trial.value.map { (x: x[trial.settings[axis]] ?? 0, y: $0) } }
    let values = Set(points.map(\.x)).sorted()
    let best = values.map { value in points.filter { $0.x == value }.map(\.y).min() ?? .nan }
    let worst = values.map { value in points.filter { $0.x == value }.map(\.y).max() ?? .nan }
    let mean = values.map { value in
      let own = points.filter { $0.x == value }.map(\.y)
      return own.reduce(0, +) / Double(own.count)
    }
    var isLogarithmic = values.allSatisfy { $0 > 0 } && (values.last ?? 1) / (values.first ?? 1) > 20
    if case .range(_, _, let isLog, _) = setting.values { isLogarithmic = isLog }
    var lines = [Curves.Line(name: "best", x: values, y: best)]
    if values.count < points.count {
      lines += [
        .init(name: "mean", x: values, y: mean, dashed: true), .init(name: "worst", x: values, y: worst, dashed: true),
      ]
    }
    return Curves(
      lines: lines, xLabel: setting.name, yLabel: "\(sweep.plan.metric.label), \(sweep.unit)", logX: isLogarithmic)
  }

  /// Numbers by themselves, words by their place.
  private static func positions(_ ranking: [SweepTrial], _ axis: Int) -> [String: Double] {
    let texts = Set(ranking.map { $0.settings[axis] })
    if texts.allSatisfy({ Double($0) != nil }) {
      return Dictionary(texts.map { ($0, Double($0) ?? 0) }, uniquingKeysWith: { first, _ in first })
    }
    return Dictionary(
      texts.sorted().enumerated().map { ($1, Double($0)) }, uniquingKeysWith: { first, _ in first })
  }

  /// Parallel coordinates (Inselberg 1985): every axis from its least to its greatest value, the metric the last. The
  /// best trials have names and colors.
  private static func parallel(_ sweep: SweepValue, _ ranking: [SweepTrial], _ n: Int) -> Curves {
    let axes = sweep.plan.axes
    func scaled(_ value: Double, _ all: [Double], _ isLogarithmic: Bool) -> Double {
      func f(_ x: Double) -> Double { isLogarithmic ? log(x) : x }
      guard let low = all.min(), let high = all.max(), high > low else { return 0.5 }
      return (f(value) - f(low)) / (f(high) - f(low))
    }
    var heights: [[Double]] = Array(repeating: [], count: ranking.count)
    var ranges: [String] = []
    for axis in axes.indices {
      let places = positions(ranking, axis)
      let all = ranking.map { places[$0.settings[axis]] ?? 0 }
      let isLogarithmic = all.allSatisfy { $0 > 0 } && (all.max() ?? 1) / (all.min() ?? 1) > 20
      for (row, value) in all.enumerated() { heights[row].append(scaled(value, all, isLogarithmic)) }
      let texts = Set(ranking.map { $0.settings[axis] }).sorted { (places[$0] ?? 0) < (places[$1] ?? 0) }
      ranges.append(range(texts.first ?? "", texts.last ?? ""))
    }
    let metric = ranking.map { $0.value ?? .nan }
    for (row, value) in metric.enumerated() { heights[row].append(scaled(value, metric, false)) }
    let ends = [metric.min(), metric.max()].map { NumberText.fixed($0 ?? .nan, decimals: 2) }
    ranges.append(range(ends[0], ends[1]))
    let x = (0...axes.count).map(Double.init)
    // Those without a name beneath the others.
    let lines = ranking.enumerated().map { row, trial in
      var line = Curves.Line(name: label(sweep, trial), x: x, y: heights[row])
      (line.isFaint, line.isThin) = (row >= n, row > 0)
      return line
    }
    var curves = Curves(
      lines: lines.filter(\.isFaint) + lines.filter { !$0.isFaint },
      marks: zip(x, ranges).map { .init(x: $0, text: $1) },
      xLabel: "settings and what came of them", yLabel: "from the least to the greatest value")
    curves.xNames = axes.map(\.name) + [sweep.plan.metric.label]
    return curves
  }

  private static func range(_ low: String, _ high: String) -> String { low == high ? low : "\(low)…\(high)" }
}
