import Glibc
import Text

/// The data of a figure as lines that session files contain and compare: axes and, of every series, how many numbers
/// there are and where they lie. Pixels differ from one gnuplot to the next; these do not.
///
///     figure: loss of m · digits.train (loss, kl)
///       axes  epoch; nats per example
///       loss  3 points, x 1 to 3, y 177.2 to 280.1, mean 212.4
package struct FigureData {
  private let figure: Figure

  package init(_ figure: Figure) { self.figure = figure }

  /// The summary and the lines beneath it.
  package var text: String {
    let rows = rows
    let width = rows.map(\.0.count).max() ?? 0
    let lines = rows.map { label, text in
      "  " + label + String(repeating: " ", count: width + 2 - label.count) + text
    }
    return ([figure.summary] + lines).joined(separator: "\n")
  }

  private var rows: [(String, String)] {
    switch figure.kind {
    case .curves(let curves):
      let scale = (curves.logX ? ", x logarithmic" : "") + (curves.logY ? ", y logarithmic" : "")
      let lines = curves.lines.filter { !$0.isFaint }.map { line in
        (line.name, "\(count(line.y.count, "point")), x \(range(line.x)), y \(spread(line.y))")
      }
      return [("axes", "\(curves.xLabel); \(curves.yLabel)\(scale)")] + lines
        + curves.marks.map { ("mark", "\(number($0.x)): \($0.text)") }
    case .scatter(let scatter):
      var rows = [
        (scatter.xLabel, spread(scatter.x.map(Double.init))), (scatter.yLabel, spread(scatter.y.map(Double.init))),
      ]
      if let classes = scatter.classes {
        // The positions of the classes are more informative than the positions of all points.
        for value in scatter.classesPresent {
          let places = classes.indices.filter { classes[$0] == value }
          let x = mean(places.map { Double(scatter.x[$0]) })
          let y = mean(places.map { Double(scatter.y[$0]) })
          rows.append(
            (scatter.name(ofClass: value), "\(count(places.count, "point")) around \(number(x)), \(number(y))"))
        }
      }
      return rows
    case .images(let grid):
      let size = max(1, grid.pixels.count / max(1, grid.count))
      let means = (0..<min(grid.count, 8)).map { index in
        number(mean(grid.pixels[(index * size)..<((index + 1) * size)].map(Double.init)))
      }
      return [
        ("pixels", spread(grid.pixels.map(Double.init))),
        ("mean of each", means.joined(separator: ", ") + (grid.count > 8 ? " …" : "")),
      ]
    case .bars(let bars):
      let all = [("axes", "\(bars.xLabel); \(bars.yLabel)"), ("bars", spread(bars.values))]
      guard let kinds = bars.kinds else { return all }
      return all + [
        (kinds.activeName, count(bars.values.count - kinds.inactive.count, "bar")),
        (kinds.inactiveName, count(kinds.inactive.count, "bar")),
      ]
    case .histogram(let histogram):
      return histogram.series.map { ($0.name, spread($0.values.map(Double.init))) }
    case .matrix(let map): return [(map.valueLabel, spread(map.values))]
    }
  }

  private func count(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

  private func mean(_ values: [Double]) -> Double {
    values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
  }

  private func range(_ all: [Double]) -> String {
    let values = all.filter(\.isFinite)
    guard let low = values.min(), let high = values.max() else { return "none" }
    return low == high ? number(low) : "\(number(low)) to \(number(high))"
  }

  private func spread(_ all: [Double]) -> String {
    let values = all.filter(\.isFinite)
    guard values.count == all.count else {
      let rest = "\(all.count - values.count) not finite"
      return values.isEmpty ? rest : "\(spread(values)), \(rest)"
    }
    let middle = mean(values)
    // The rest of a sum that cancels is rounding error, which differs between machines.
    let isNegligible = middle.magnitude < 1e-6 * (values.map(\.magnitude).max() ?? 0)
    return "\(range(values)), mean \(number(isNegligible ? 0 : middle))"
  }

  /// Four digits. Measured values keep their decimal point, so that session files compare them with tolerance; integers
  /// (epochs, indices) have none and are compared exactly.
  private func number(_ value: Double) -> String {
    if value == value.rounded(), value.magnitude < 1e9 { return String(Int(value)) }
    let isLarge = value.magnitude >= 1000 && value.magnitude < 1e9
    return NumberText.format(isLarge ? "%.1f" : "%#.4g", value)
  }
}
