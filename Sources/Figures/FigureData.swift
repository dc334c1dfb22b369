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
    let rows = figure.kind.record
    let width = rows.map(\.name.count).max() ?? 0
    let lines = rows.map { name, numbers in
      "  " + name + String(repeating: " ", count: width + 2 - name.count) + numbers
    }
    return ([figure.summary] + lines).joined(separator: "\n")
  }
}

/// Numbers as the rows of a figure have them.
package enum FigureNumbers {
  package static func count(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

  package static func mean(_ values: [Double]) -> Double {
    values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
  }

  package static func range(_ all: [Double]) -> String {
    let values = all.filter(\.isFinite)
    guard let low = values.min(), let high = values.max() else { return "none" }
    return low == high ? number(low) : "\(number(low)) to \(number(high))"
  }

  package static func spread(_ all: [Double]) -> String {
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
  package static func number(_ value: Double) -> String {
    if value == value.rounded(), value.magnitude < 1e9 { return String(Int(value)) }
    let isLarge = value.magnitude >= 1000 && value.magnitude < 1e9
    return NumberText.format(isLarge ? "%.1f" : "%#.4g", value)
  }
}
