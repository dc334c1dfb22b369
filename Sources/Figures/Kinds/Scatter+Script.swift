import Text

extension GnuplotScript {
  /// Where the points of a scatter lie in the picture, in pixels from the left and the bottom.
  struct ScatterLayout: Equatable {
    let left: Int
    let right: Int
    let bottom: Int
    let top: Int
    /// Height of the histograms along the edges.
    let margin: Int

    init(_ scatter: Scatter, size: Figure.Size) {
      margin = scatter.showsMarginals ? min(70, size.height / 9) : 0
      left = max(96, GnuplotScript.left(forNumbersFrom: scatter.bounds.y.lowerBound, to: scatter.bounds.y.upperBound))
      let present = scatter.classesPresent
      let names = present.map { min(TextWidth.columns(scatter.name(ofClass: $0)), 16) }.max() ?? 0
      let isMany = scatter.x.count > Scatter.contoursBeyond
      // Symbols and names; of many classes the last line says how many more there are.
      let letters = max(names, isMany ? 5 : 1, present.count > 20 ? 7 : 1)
      let legend =
        scatter.classes != nil
        ? 60 + letters * 10 : scatter.values != nil ? GnuplotScript.barRoom(scatter.valueRange) + 12 : isMany ? 93 : 24
      right = max(left + 40, size.width - legend - margin - 8)
      bottom = 70
      top = max(bottom + 40, size.height - 70 - margin)
    }
  }

  mutating func draw(_ scatter: Scatter) {
    labels(scatter.xLabel, scatter.yLabel)
    let bounds = scatter.bounds
    say("set xrange [\(bounds.x.lowerBound):\(bounds.x.upperBound)]")
    say("set yrange [\(bounds.y.lowerBound):\(bounds.y.upperBound)]")
    let layout = ScatterLayout(scatter, size: size)
    if scatter.showsMarginals { say("set multiplot") }
    say("set lmargin at screen \(px(layout.left, across: true))")
    say("set rmargin at screen \(px(layout.right, across: true))")
    say("set bmargin at screen \(px(layout.bottom))")
    say("set tmargin at screen \(px(layout.top))")
    horizontalTics(from: bounds.x.lowerBound, to: bounds.x.upperBound, pixels: layout.right - layout.left)
    verticalTics(span: bounds.y.upperBound - bounds.y.lowerBound, pixels: layout.top - layout.bottom)
    // The legend beside the histogram of y; in a layer the points lie beneath, the grid would lie above them.
    let rows = ScatterLegend(scatter, height: layout.top - layout.bottom)
    say(
      "set key at screen \(px(size.width - 10, across: true)), screen \(px(layout.top)) right top vertical maxcols 1 "
        + "maxrows \(rows.count) Left reverse font ',\(rows.font)'")
    if medium == .layer { say("unset grid") }
    var parts = medium == .layer ? [] : points(scatter, bounds: bounds)
    parts += legend(scatter, rows)
    if scatter.x.count > Scatter.contoursBeyond { parts += contours(scatter) }
    if scatter.classes == nil, scatter.values != nil {
      colorBar(scatter.valueLabel, scatter.valueRange, bottom: layout.bottom, top: layout.top)
    }
    plot(parts)
    if scatter.showsMarginals { marginals(scatter, layout, bounds) }
  }

  /// Which classes the legend names, and in what size, so that all of it fits beside the axes.
  struct ScatterLegend {
    let classes: [Int]
    /// Classes that are not named.
    let left: Int
    let font: Int
    /// Lines, those of contours too.
    let count: Int

    init(_ scatter: Scatter, height: Int) {
      let present = scatter.classesPresent
      let contours = scatter.x.count > Scatter.contoursBeyond ? 3 : 0
      // A line is 24 pixels high in the usual size of 13, and 15 in the smallest that can be read.
      let most = max(1, height / 15 - contours)
      classes = present.count > most ? Array(present.prefix(most - 1)) : present
      left = present.count - classes.count
      count = max(1, classes.count + (left > 0 ? 1 : 0) + contours)
      font = max(8, min(13, 13 * height / (count * 24)))
    }
  }

  /// Pixels for a color bar, the numbers beside it and its name.
  static func barRoom(_ range: ClosedRange<Double>) -> Int {
    // As room left of an axis, with the bar in the place of the gap.
    max(120, left(forNumbersFrom: range.lowerBound, to: range.upperBound) + 16)
  }

  /// Right of the axes, its name at the edge where no number pushes it out of the picture.
  mutating func colorBar(_ name: String, _ range: ClosedRange<Double>, bottom: Int, top: Int) {
    say(
      "set colorbox user origin screen \(px(size.width - Self.barRoom(range), across: true)), screen \(px(bottom)) "
        + "size screen \(px(16, across: true)), screen \(px(top - bottom))")
    say(
      "set label 4 \(Self.quoted(name, limit: 40)) at screen \(px(size.width - 16, across: true)), "
        + "screen \(px((bottom + top) / 2)) center rotate by 90 noenhanced \(textColor(palette.foreground))")
  }

  private func byClass(_ scatter: Scatter) -> [(value: Int, x: [Float], y: [Float])] {
    let classes = scatter.classes ?? []
    var members: [Int: [Int]] = [:]
    for (index, value) in classes.enumerated() { members[value, default: []].append(index) }
    return members.keys.sorted().map { value in
      let rows = members[value] ?? []
      return (value, rows.map { scatter.x[$0] }, rows.map { scatter.y[$0] })
    }
  }

  /// Points as shapes; very many of them as a picture of their density.
  private mutating func points(
    _ scatter: Scatter, bounds: (x: ClosedRange<Double>, y: ClosedRange<Double>)
  ) -> [String] {
    if scatter.x.count > Scatter.contoursBeyond {
      let raster = ScatterRaster(scatter, width: 420, height: 330, palette: palette, bounds: bounds, radius: 0)
      return [source(raster.columns(bounds)) + " using 1:2:3:4:5 with rgbimage notitle"]
    }
    let size = scatter.x.count > 3_000 ? 0.35 : scatter.x.count > 500 ? 0.6 : 0.9
    if scatter.classes != nil {
      return byClass(scatter).map { value, x, y in
        source([x, y])
          + " using 1:2 with points pt 7 ps \(size) lc rgb '\(palette.classes[palette.place(ofClass: value)])' notitle"
      }
    }
    if let values = scatter.values {
      say(ColorScale.gnuplot)
      return [source([scatter.x, scatter.y, values]) + " using 1:2:3 with points pt 7 ps \(size) lc palette notitle"]
    }
    return [
      source([scatter.x, scatter.y]) + " using 1:2 with points pt 7 ps \(size) lc rgb '\(palette.lines[0])' notitle"
    ]
  }

  /// Names with symbols that can be seen, whatever the points' size; a color bar for values.
  private mutating func legend(_ scatter: Scatter, _ rows: ScatterLegend) -> [String] {
    if scatter.classes != nil {
      let names = rows.classes.map { value in
        "NaN with points pt 7 ps \(rows.font < 13 ? 1 : 1.4) lc rgb '\(palette.classes[palette.place(ofClass: value)])' "
          + "title \(Self.quoted(scatter.name(ofClass: value), limit: 16))"
      }
      return names + (rows.left > 0 ? ["NaN with points pt 7 ps 0 title '\(rows.left) more'"] : [])
    }
    guard scatter.values != nil, medium == .layer else { return ["NaN notitle"] }
    let range = scatter.valueRange
    say(ColorScale.gnuplot)
    say("set cbrange [\(Float(range.lowerBound)):\(Float(range.upperBound))]")
    // A point outside the picture brings the color bar.
    return [
      source([[.greatestFiniteMagnitude / 4], [0], [Float(range.lowerBound)]])
        + " using 1:2:3 with points pt 7 ps 0 lc palette notitle"
    ]
  }

  /// Lines around half, four fifths and 95 % of all points.
  private mutating func contours(_ scatter: Scatter) -> [String] {
    let density = DensityGrid(scatter.x, scatter.y, bounds: scatter.bounds)
    return [0.95, 0.8, 0.5].enumerated().flatMap { index, share -> [String] in
      let segments = density.contour(at: density.level(holding: share))
      guard !segments[0].isEmpty else { return [] }
      let style = "lw \(1 + Double(index) * 0.6) lc rgb '\(palette.foreground)'"
      // A color bar stands where the legend would.
      let hasLegend = scatter.classes != nil || scatter.values == nil
      return [source(segments) + " using 1:2:($3-$1):($4-$2) with vectors nohead \(style) notitle"]
        + (hasLegend ? ["NaN with lines \(style) title '\(Int(share * 100)) %'"] : [])
    }
  }

  private mutating func marginals(
    _ scatter: Scatter, _ layout: ScatterLayout, _ bounds: (x: ClosedRange<Double>, y: ClosedRange<Double>)
  ) {
    say("unset label")
    say("unset xlabel; unset ylabel; unset key; unset border; unset tics; unset grid; unset colorbox")
    let x = Histogram(series: [.init(name: "", values: scatter.x)], xLabel: "").bins(count: 48)
    let y = Histogram(series: [.init(name: "", values: scatter.y)], xLabel: "").bins(count: 48)
    func steps(_ bins: (low: Double, width: Double, densities: [[Double]])) -> (at: [Float], height: [Float]) {
      let heights = bins.densities.first ?? []
      return (heights.indices.map { Float(bins.low + (Double($0) + 0.5) * bins.width) }, heights.map(Float.init))
    }
    let (across, up) = (steps(x), steps(y))
    let style = "fs solid noborder lc rgb '\(palette.inactive)' notitle"
    say("set bmargin at screen \(px(layout.top + 4)); set tmargin at screen \(px(layout.top + layout.margin))")
    say("set yrange [0:*]; set boxwidth \(x.width * 0.92)")
    plot([source([across.at, across.height]) + " using 1:2 with boxes \(style)"])
    say("set bmargin at screen \(px(layout.bottom)); set tmargin at screen \(px(layout.top))")
    say("set lmargin at screen \(px(layout.right + 4, across: true))")
    say("set rmargin at screen \(px(layout.right + layout.margin, across: true))")
    say("set xrange [0:*]; set yrange [\(bounds.y.lowerBound):\(bounds.y.upperBound)]")
    plot([source([up.height, up.at]) + " using ($1/2):2:($1/2):(\(y.width * 0.46)) with boxxyerrorbars \(style)"])
    say("unset multiplot")
  }
}
