import Figures

extension GnuplotScript {
  mutating func draw(_ bars: Bars) {
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
    if medium != .characters { say("set grid y lc rgb '\(palette.grid)' lw 1 lt 1") }
    // Names get the room they need; where all of them do not fit, some stand for the rest.
    let limit = medium == .characters ? 24 : 16
    let widest = bars.names.map { min($0.count, limit) }.max() ?? 1
    let fitting = medium == .characters ? 16 : max(1, min(30, (size.width - left - 28) / (11 * widest + 8)))
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

  /// Margins that fit labels in every size, and a legend above if there is one.
  mutating func sides(legend: [String]) {
    guard medium != .characters else { return }
    if !legend.isEmpty {
      say("set tmargin at screen \(px(size.height - head(legend)))")
      keyAbove(legend)
    }
    say("set lmargin at screen \(px(left, across: true))")
    say("set rmargin at screen \(px(size.width - 28, across: true))")
    say("set bmargin at screen \(px(66))")
  }

  mutating func draw(_ histogram: Histogram) {
    let bins = histogram.bins()
    left = Self.left(forNumbersFrom: 0, to: bins.densities.flatMap { $0 }.max() ?? 1)
    labels(histogram.xLabel, "density")
    let isAlone = histogram.series.count == 1
    sides(legend: isAlone && !histogram.showsNormal ? [] : histogram.series.map(\.name) + ["N(0, 1)"])
    var parts: [String] = []
    say("set yrange [0:*]")
    let high = bins.low + Double(bins.densities.first?.count ?? 1) * bins.width
    say("set xrange [\(bins.low - bins.width):\(high + bins.width)]")
    horizontalTics(from: bins.low - bins.width, to: high + bins.width, pixels: size.width - left - 28)
    let colors = palette.lines
    for (index, series) in histogram.series.enumerated() {
      // The outline: up and down at the edges of bins.
      var (x, y): ([Float], [Float]) = ([Float(bins.low)], [0])
      for (bin, density) in bins.densities[index].enumerated() {
        x += [Float(bins.low + Double(bin) * bins.width), Float(bins.low + Double(bin + 1) * bins.width)]
        y += [Float(density), Float(density)]
      }
      x.append(Float(bins.low + Double(bins.densities[index].count) * bins.width))
      y.append(0)
      let data = source([x, y])
      let color = colors[index % colors.count]
      if isAlone, medium != .characters {
        parts.append("\(data) using 1:2 with filledcurves y1=0 fs solid 0.35 noborder lc rgb '\(color)' notitle")
      }
      let title = isAlone && !histogram.showsNormal ? "notitle" : "title \(Self.quoted(series.name, limit: 30))"
      parts.append("\(data) using 1:2 with lines lw 2 lc rgb '\(color)' \(title)")
    }
    if histogram.showsNormal {
      parts.append(
        "exp(-x*x/2)/sqrt(2*pi) with lines lw 2 dt (8,5) lc rgb '\(palette.foreground)' title 'N(0, 1)'"
      )
    }
    say("set samples 400")
    plot(parts)
  }

  mutating func draw(_ map: MatrixMap) {
    let (rows, columns) = (map.rowNames.count, map.columnNames.count)
    labels(map.columnLabel, map.rowLabel)
    say("unset grid")
    say("unset key")
    say("set border 0")
    say("set xrange [-0.5:\(Double(max(columns, 1)) - 0.5)]")
    say("set yrange [\(Double(max(rows, 1)) - 0.5):-0.5]")
    func tics(_ names: [String], font: Int) -> String {
      "(" + names.enumerated().map { "\(Self.ticName($0.element, limit: 12)) \($0.offset)" }.joined(separator: ", ")
        + ")" + (font < 14 && medium != .characters ? " font ',\(font)'" : "")
    }
    // Names get the room they need: smaller letters in many rows, upright where columns are narrower than their names.
    func longest(_ names: [String]) -> Int { names.map { min($0.count, 12) }.max() ?? 0 }
    let rowFont = max(6, min(14, (size.height - 140) * 6 / 10 / max(rows, 1)))
    let left = max(Self.usualLeft, 64 + longest(map.rowNames) * rowFont * 78 / 100)
    let most = map.values.filter(\.isFinite).max() ?? 1
    let bar = Self.barRoom(0...(most > 0 ? most : 1)) + 16
    let room = (size.width - left - bar) / max(columns, 1)
    let isUpright = longest(map.columnNames) * 10 > room && longest(map.columnNames) > 1
    let columnFont = max(6, min(14, room * 6 / 10))
    let bottom = isUpright ? max(66, 62 + longest(map.columnNames) * columnFont * 78 / 100) : 66
    let turn = isUpright && medium != .characters ? "rotate by 90 right " : ""
    if columns > 0 { say("set xtics noenhanced scale 0 \(turn)\(tics(map.columnNames, font: columnFont))") }
    if rows > 0 { say("set ytics noenhanced scale 0 \(tics(map.rowNames, font: rowFont))") }
    guard rows > 0, columns > 0, map.values.count == rows * columns else { return plot([]) }
    let letters = max(rows, columns) <= 12 ? 13 : 9
    let numbers = Self.cellNumbers(map.values, letters: medium == .characters ? 8 : max(1, room * 10 / (letters * 9)))
    if medium == .characters {
      for (index, text) in numbers.enumerated() {
        say("set label '\(text)' at \(index % columns),\(index / columns) center")
      }
      return plot(["NaN notitle"])
    }
    say("set lmargin at screen \(px(left, across: true))")
    say("set rmargin at screen \(px(size.width - bar, across: true))")
    say("set bmargin at screen \(px(bottom))")
    say(ColorScale.gnuplot)
    say("set cbrange [0:\(most > 0 ? most : 1)]")
    colorBar(map.valueLabel, 0...(most > 0 ? most : 1), bottom: bottom, top: size.height - 74)
    for (index, text) in numbers.enumerated() where max(rows, columns) <= 25 && !text.isEmpty {
      let color = map.values[index] > most * 0.6 ? "#111111" : "#f4f4f4"
      say(
        "set label '\(text)' at \(index % columns),\(index / columns) center front font ',\(letters)' tc rgb '\(color)'"
      )
    }
    let data = source([
      map.values.indices.map { Float($0 % columns) }, map.values.indices.map { Float($0 / columns) },
      map.values.map(Float.init),
    ])
    plot(["\(data) using 1:2:3 with image notitle"])
  }

  /// Numbers of a matrix with as many digits as fit in so many letters; empty where not even one digit of each does.
  static func cellNumbers(_ values: [Double], letters: Int) -> [String] {
    for unit in [100_000, 1000, 100, 10, 1.0] {
      let texts = values.map { value -> String in
        guard value.isFinite else { return "" }
        if value == value.rounded(), abs(value) < 1e6 { return "\(Int(value))" }
        if abs(value) >= 1e6 || (value != 0 && abs(value) < 0.5 / unit) { return String(repeating: "0", count: 99) }
        let rounded = (value * unit).rounded() / unit
        return unit == 1 ? "\(Int(rounded))" : "\(rounded)"
      }
      if texts.allSatisfy({ $0.count <= letters }) { return texts }
    }
    return values.map { _ in "" }
  }
}
