extension GnuplotScript {
  mutating func draw(_ curves: Curves) {
    if curves.hasLowerPanel { say("set multiplot") }
    // Both panels have one.
    left =
      [0, 1].compactMap { curves.frame(panel: $0) }.map { Self.left(forNumbersFrom: $0.low, to: $0.high) }.max() ?? left
    say("set lmargin at screen \(px(left, across: true))")
    say("set rmargin at screen \(px(size.width - 28, across: true))")
    say("set tmargin at screen \(px(size.height - head(curves.namesInLegend)))")
    if curves.hasLowerPanel {
      // The panel beneath first: its labels are the picture's.
      let share = px(72 + (size.height - 176) * 3 / 10)
      say("set bmargin at screen \(px(66))")
      say("set tmargin at screen \(share)")
      panel(curves, 1)
      say("unset label; unset arrow; set ytics autofreq")
      say("set bmargin at screen \(px(72 + (size.height - 176) * 3 / 10 + 18))")
      say("set tmargin at screen \(px(size.height - head(curves.namesInLegend)))")
      say("set format x ''")
      panel(curves, 0)
      say("unset multiplot")
    } else {
      // Numbers above, the name of the axis below them.
      say("set bmargin at screen \(px(turnsNames(curves) ? 140 : 66))")
      panel(curves, 0)
    }
  }

  private mutating func panel(_ curves: Curves, _ number: Int) {
    let isOnly = !curves.hasLowerPanel
    labels(isOnly || number == 1 ? curves.xLabel : "", number == 1 ? curves.lowerLabel : curves.yLabel)
    if curves.logX { say("set logscale x") }
    if curves.logY { say("set logscale y") }
    axes(curves, number)
    if number == 0 { marks(curves) }
    if number == 1 || curves.namesInLegend.isEmpty {
      say("unset key")
    } else {
      keyAbove(curves.namesInLegend)
    }
    var parts: [String] = []
    var next = 0
    for line in curves.lines {
      let color = line.shade.map(shade) ?? palette.lines[(line.color ?? next) % palette.lines.count]
      if !line.isFaint { next += 1 }
      guard line.panel == number, !line.x.isEmpty else { continue }
      parts += drawn(line, color)
    }
    plot(parts)
  }

  /// Whether the names below are too long to stand beside each other.
  private func turnsNames(_ curves: Curves) -> Bool {
    let width = size.width - left - 28
    return (curves.xNames ?? []).reduce(0) { $0 + min($1.count, 16) + 2 } * 7 > width
  }

  /// A color of the scale that stands out from the background at both of its ends.
  private func shade(_ place: Double) -> String {
    let rgb = ColorScale.color(Float(0.05 + 0.8 * place), ColorScale.viridis)
    return "#" + rgb.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  private mutating func drawn(_ line: Curves.Line, _ color: String) -> [String] {
    let (x, y) = (line.x.map(Float.init), line.y.map(Float.init))
    let data = source([x, y])
    let title = "title \(Self.quoted(line.name, limit: 60))"
    if line.isFaint { return ["\(data) using 1:2 with lines lw 1 lc rgb '#c0\(color.dropFirst())' notitle"] }
    if line.isFilled {
      return ["\(data) using 1:2 with filledcurves x1 fs solid 0.85 noborder lc rgb '\(color)' \(title)"]
    }
    let isThin = line.isThin == true
    let dots = x.count <= 40 && !isThin && line.shade == nil ? "linespoints pt 7 ps 0.7" : "lines"
    var parts: [String] = []
    if let errors = line.errors, errors.count == x.count, errors.contains(where: { $0 > 0 }) {
      let bars = source([x, y, errors.map(Float.init)])
      parts.append("\(bars) using 1:2:3 with yerrorbars lw 1.5 lc rgb '\(color)' pt 0 notitle")
    }
    // Over the bars of errors, whose middles are blank.
    parts.append(
      "\(data) using 1:2 with \(dots) lw \(isThin ? "1.2" : line.shade == nil ? "2.5" : "1.8") lc rgb '\(color)'\(line.dashed ? " dt (8,5)" : "") \(title)"
    )
    let middle = ((line.x.filter(\.isFinite).min() ?? 0) + (line.x.filter(\.isFinite).max() ?? 0)) / 2
    for (index, note) in (line.notes ?? []).enumerated() where index < x.count && !note.isEmpty {
      // Towards the middle, where there is room, and not on a line that falls.
      let side = line.x[index] > middle ? "right offset -0.9,-0.8" : "left offset 0.9,0.7"
      say(
        "set label \(Self.quoted(note, limit: 40)) at \(line.x[index]),\(line.y[index]) \(side) noenhanced "
          + "font ',12' \(textColor(palette.foreground))")
    }
    return parts
  }

  /// Ranges from the data; integers where x is a count.
  private mutating func axes(_ curves: Curves, _ number: Int) {
    if let (low, high) = curves.frame(panel: number) {
      if curves.logY {
        say("set yrange [\(low):\(high)]")
        if let tics = Self.logTics(low, high) {
          say("set ytics (\(tics.map(Self.number).joined(separator: ", ")))")
        }
      } else {
        say("set yrange [\(low):\(high)]")
        let lower = (size.height - 176) * 3 / 10
        let own = size.height - 66 - head(curves.namesInLegend)
        verticalTics(span: high - low, pixels: number == 1 ? lower : own - (curves.hasLowerPanel ? lower + 24 : 0))
      }
    }
    let xs = curves.lines.flatMap(\.x).filter(\.isFinite)
    guard let first = xs.min(), let last = xs.max(), first < last else {
      if let only = xs.first { say("set xrange [\(only - 1):\(only + 1)]") }
      return
    }
    // Points on the frame are drawn whole.
    let margin = curves.logX ? 0 : (last - first) * 0.02
    say("set xrange [\(curves.logX ? first * 0.9 : first - margin):\(curves.logX ? last * 1.15 : last + margin)]")
    let width = size.width - left - 28
    if let names = curves.xNames {
      let turned = turnsNames(curves) ? " rotate by 35 right" : ""
      let tics = names.enumerated().map { "\(Self.quoted($1, limit: 16)) \($0)" }
      say("set xtics noenhanced\(turned) (\(tics.joined(separator: ", ")))")
      return
    }
    guard curves.hasIntegerX else {
      if !curves.logX { horizontalTics(from: first - margin, to: last + margin, pixels: width) }
      return
    }
    let steps = [1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 5000, 10_000, 100_000, 1_000_000]
    let room = width / (TextMetrics.width(ofNumber: last) + 24)
    let wide = Double(max(1, min(12, room)))
    let step = steps.first { (last - first) / Double($0) <= wide } ?? 10_000_000
    let start = Int((first / Double(step)).rounded(.down)) * step
    say("set xtics \(start),\(step)")
  }

  private mutating func marks(_ curves: Curves) {
    let xs = curves.lines.flatMap(\.x).filter(\.isFinite)
    let (first, last) = (xs.min() ?? 0, xs.max() ?? 1)
    for (index, mark) in curves.marks.prefix(20).enumerated() {
      say(
        "set arrow from first \(mark.x), graph 0 to first \(mark.x), graph 1 nohead dt (2,4) lw 1.5 lc rgb '\(palette.faded)'"
      )
      let height = 0.965 - Double(index % 3) * 0.055
      // What is written right of a line must not leave the picture.
      let isLate = mark.x > first + 0.8 * (last - first)
      say(
        "set label \(Self.quoted(mark.text, limit: 40)) at first \(mark.x), graph \(Self.number(height)) "
          + "\(isLate ? "right" : "left") offset \(isLate ? -1 : 1),0 "
          + "noenhanced font ',11' \(textColor(palette.faded))")
    }
  }
}

extension Curves {
  /// Names of the lines that the legend above the main panel explains; the panel beneath has its name on its axis.
  fileprivate var namesInLegend: [String] {
    lines.filter { !$0.isFaint && $0.panel == 0 && !$0.name.isEmpty }.map(\.name)
  }
}
