/// The commands that draw a figure, and the binary data they read.
///
/// Data are little-endian float32 in one block; commands refer to parts of it by offset. Text from people appears only
/// inside single quotes with `noenhanced`, where gnuplot evaluates nothing.
package struct GnuplotScript: Equatable, Sendable {
  package private(set) var commands = ""
  package private(set) var data: [Float] = []

  private static let file = "/proc/self/fd/3"

  package init(_ figure: Figure) {
    let palette = Palette(figure.theme)
    // Between two figures everything is forgotten.
    say("reset")
    say("set encoding utf8")
    for element in ["border 3 lw 1", "tics nomirror", "xtics", "ytics"] {
      say("set \(element) textcolor rgb '\(palette.foreground)'".replacingBorder(palette.foreground))
    }
    say("set grid lc rgb '\(palette.grid)' lw 0.5")
    say("set title \(Self.quoted(figure.title)) noenhanced tc rgb '\(palette.foreground)'")
    say("set key noenhanced textcolor rgb '\(palette.foreground)' samplen 2 spacing 1.1")
    switch figure.kind {
    case .curves(let curves): draw(curves, palette)
    case .scatter(let scatter): draw(scatter, palette)
    case .bars(let bars): draw(bars, palette)
    case .images: break
    }
  }

  private mutating func say(_ line: String) { commands += line + "\n" }

  /// In single quotes, on one line.
  static func quoted(_ text: String) -> String {
    let line = text.map { $0.isNewline || $0 == "\t" ? " " : $0 }
    return "'" + String(line).split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
  }

  private mutating func labels(_ x: String, _ y: String, _ palette: Palette) {
    say("set xlabel \(Self.quoted(x)) noenhanced tc rgb '\(palette.foreground)'")
    say("set ylabel \(Self.quoted(y)) noenhanced tc rgb '\(palette.foreground)'")
  }

  /// Appends records of some columns; the clause that reads them back.
  private mutating func records(_ columns: [[Float]]) -> String {
    let offset = data.count * 4
    let count = columns[0].count
    for index in 0..<count { for column in columns { data.append(column[index]) } }
    let format = Array(repeating: "%float32", count: columns.count).joined()
    return "'\(Self.file)' binary skip=\(offset) record=\(count) format='\(format)' endian=little"
  }

  private mutating func draw(_ curves: Curves, _ palette: Palette) {
    labels(curves.xLabel, curves.yLabel, palette)
    if curves.logX { say("set logscale x") }
    if curves.logY { say("set logscale y") }
    for mark in curves.marks {
      say(
        "set arrow from first \(mark.x), graph 0 to first \(mark.x), graph 1 nohead dt 3 lc rgb '\(palette.foreground)'"
      )
      say(
        "set label \(Self.quoted(mark.text)) at first \(mark.x), graph 0.97 offset 0.5,0 noenhanced tc rgb '\(palette.foreground)' font ',9'"
      )
    }
    var parts: [String] = []
    for (index, line) in curves.lines.enumerated() where !line.x.isEmpty {
      let color = palette.lines[index % palette.lines.count]
      let style = "lw 2 lc rgb '\(color)'\(line.dashed ? " dt 2" : "")"
      let points = line.x.count <= 40 ? "linespoints pt 7 ps 0.5" : "lines"
      let source = records([line.x.map(Float.init), line.y.map(Float.init)])
      parts.append("\(source) using 1:2 with \(points) \(style) title \(Self.quoted(line.name))")
      if let errors = line.errors, errors.contains(where: { $0 > 0 }) {
        let bars = records([line.x.map(Float.init), line.y.map(Float.init), errors.map(Float.init)])
        parts.append("\(bars) using 1:2:3 with yerrorbars lc rgb '\(color)' pt 0 notitle")
      }
    }
    say(parts.isEmpty ? "plot NaN notitle" : "plot " + parts.joined(separator: ", "))
  }

  private mutating func draw(_ scatter: Scatter, _ palette: Palette) {
    labels(scatter.xLabel, scatter.yLabel, palette)
    say("set key outside right top")
    let size = scatter.x.count > 20_000 ? 0.15 : scatter.x.count > 3_000 ? 0.3 : 0.6
    var parts: [String] = []
    let classes = scatter.classes ?? Array(repeating: 0, count: scatter.x.count)
    for value in Set(classes).sorted() {
      let members = classes.indices.filter { classes[$0] == value }
      let source = records([members.map { scatter.x[$0] }, members.map { scatter.y[$0] }])
      let name = scatter.classNames.indices.contains(value) ? scatter.classNames[value] : "\(value)"
      let title = scatter.classes == nil ? "notitle" : "notitle"
      let color = palette.classes[((value % 10) + 10) % 10]
      parts.append("\(source) using 1:2 with points pt 7 ps \(size) lc rgb '\(color)' \(title)")
      if scatter.classes != nil {
        // The legend has a symbol that can be seen, whatever the points' size.
        parts.append("NaN with points pt 7 ps 1.2 lc rgb '\(color)' title \(Self.quoted(name))")
      }
    }
    say(parts.isEmpty ? "plot NaN notitle" : "plot " + parts.joined(separator: ", "))
  }

  private mutating func draw(_ bars: Bars, _ palette: Palette) {
    labels(bars.xLabel, bars.yLabel, palette)
    say("set style fill solid 0.9 noborder")
    say("set boxwidth 0.8")
    say("set yrange [0:*]")
    say("set xrange [-0.7:\(Double(bars.values.count) - 0.3)]")
    let every = max(1, (bars.names.count + 39) / 40)
    let tics = bars.names.enumerated().filter { $0.offset % every == 0 }
      .map { "\(Self.quoted($0.element)) \($0.offset)" }
    say("set xtics noenhanced (\(tics.joined(separator: ", ")))")
    let threshold = bars.threshold ?? -.infinity
    let on = bars.values.indices.filter { bars.values[$0] >= threshold }
    let off = bars.values.indices.filter { bars.values[$0] < threshold }
    var parts: [String] = []
    for (members, color) in [(on, palette.lines[0]), (off, "#aaaaaa")] where !members.isEmpty {
      let source = records([members.map(Float.init), members.map { Float(bars.values[$0]) }])
      parts.append("\(source) using 1:2 with boxes lc rgb '\(color)' notitle")
    }
    if let threshold = bars.threshold {
      parts.append("\(threshold) with lines dt 2 lc rgb '\(palette.lines[1])' title 'active above \(threshold)'")
    }
    say(parts.isEmpty ? "plot NaN notitle" : "plot " + parts.joined(separator: ", "))
  }
}

extension String {
  /// `set border` and tics name their colours differently.
  fileprivate func replacingBorder(_ color: String) -> String {
    hasPrefix("set border")
      ? "set border 3 lw 1 lc rgb '\(color)'" : hasPrefix("set tics") ? "set tics nomirror tc rgb '\(color)'" : self
  }
}
