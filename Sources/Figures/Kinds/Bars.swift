import Text

/// A bar for each of some names; those that are inactive are gray.
package struct Bars {
  /// Two kinds of bars.
  package struct Kinds: Sendable, Equatable, Codable {
    /// Positions of the gray ones.
    package var inactive: Set<Int>
    package var activeName: String
    package var inactiveName: String

    /// As workspaces have them.
    private enum CodingKeys: String, CodingKey {
      case inactive = "idle"
      case inactiveName = "idleName"
      case activeName
    }

    package init(inactive: Set<Int>, activeName: String, inactiveName: String) {
      (self.inactive, self.activeName, self.inactiveName) = (inactive, activeName, inactiveName)
    }
  }
  package var values: [Double]
  package var names: [String]
  /// nil where all are alike.
  package var kinds: Kinds?
  package var xLabel: String
  package var yLabel: String

  package init(values: [Double], names: [String], kinds: Kinds? = nil, xLabel: String, yLabel: String) {
    (self.values, self.names, self.kinds) = (values, names, kinds)
    (self.xLabel, self.yLabel) = (xLabel, yLabel)
  }
}

extension Bars: FigureKind {
  package static let name = "bars"

  package var contents: String { FigureNumbers.count(values.count, "bar") }

  package var fault: String? {
    guard !values.isEmpty, values.count == names.count else { return "\(values.count) bars and \(names.count) names" }
    return (kinds?.inactive ?? []).allSatisfy(values.indices.contains) ? nil : "its inactive bars"
  }

  package var csv: String {
    "name,value\n" + zip(names, values).map { "\(CSVText.field($0)),\($1)\n" }.joined()
  }

  package var record: [(name: String, numbers: String)] {
    let all = [("axes", "\(xLabel); \(yLabel)"), ("bars", FigureNumbers.spread(values))]
    guard let kinds else { return all }
    return all + [
      (kinds.activeName, FigureNumbers.count(values.count - kinds.inactive.count, "bar")),
      (kinds.inactiveName, FigureNumbers.count(kinds.inactive.count, "bar")),
    ]
  }

  package func draw(in script: inout GnuplotScript, theme: Figure.Theme) { script.draw(self) }
}

extension GnuplotScript {
  fileprivate mutating func draw(_ bars: Bars) {
    let top = bars.values.filter(\.isFinite).max() ?? 1
    let high = top > 0 ? top * 1.06 : 1
    left = Self.left(forNumbersFrom: 0, to: high)
    labels(bars.xLabel, bars.yLabel)
    sides(legend: bars.kinds.map { [$0.activeName, $0.inactiveName] } ?? [])
    say("set style fill solid 1 noborder")
    say("set boxwidth 0.8")
    say("set yrange [0:\(high)]")
    verticalTics(span: high, pixels: size.height - 170)
    say("set xrange [-0.7:\(Double(max(bars.values.count, 1)) - 0.3)]")
    say("unset grid")
    say("set grid y lc rgb '\(palette.grid)' lw 1 lt 1")
    // Names get the room they need; where all of them do not fit, some stand for the rest.
    let limit = 16
    let widest = bars.names.map { min($0.count, limit) }.max() ?? 1
    let fitting = max(1, min(30, (size.width - left - 28) / (11 * widest + 8)))
    let every = max(1, (bars.names.count + fitting - 1) / fitting)
    let tics = bars.names.enumerated().filter { $0.offset % every == 0 }
      .map { "\(Self.ticName($0.element, limit: limit)) \($0.offset)" }
    if !tics.isEmpty { say("set xtics noenhanced scale 0 (\(tics.joined(separator: ", ")))") }
    let inactive = bars.kinds?.inactive ?? []
    let active = (bars.values.indices.filter { !inactive.contains($0) }, palette.lines[0], bars.kinds?.activeName)
    let others = (bars.values.indices.filter(inactive.contains), palette.inactive, bars.kinds?.inactiveName)
    var parts: [String] = []
    for (members, color, name) in [active, others] where !members.isEmpty {
      let data = source([members.map(Float.init), members.map { Float(bars.values[$0]) }])
      let title = name.map { "title \(Self.quoted($0, limit: 60))" } ?? "notitle"
      parts.append("\(data) using 1:2 with boxes lc rgb '\(color)' \(title)")
    }
    plot(parts)
  }
}
