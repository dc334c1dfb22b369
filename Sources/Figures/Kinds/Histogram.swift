import Text

/// How values are distributed: a line of densities for each series, over common bins.
package struct Histogram {
  package struct Series: Sendable, Equatable, Codable {
    package var name: String
    @PackedFloats package var values: [Float]
    package init(name: String, values: [Float]) { (self.name, self.values) = (name, values) }
  }
  package var series: [Series]
  package var xLabel: String
  /// Draws the density of N(0, 1) for comparison.
  package var showsNormal: Bool

  package init(series: [Series], xLabel: String, showsNormal: Bool = false) {
    (self.series, self.xLabel, self.showsNormal) = (series, xLabel, showsNormal)
  }

  /// Common bins: their number by the Freedman–Diaconis rule for the largest series, 10 to 80.
  ///
  ///     width = 2 · IQR / ∛n
  ///
  /// - Parameter fixed: A fixed number of bins instead.
  package func bins(count fixed: Int? = nil) -> (low: Double, width: Double, densities: [[Double]]) {
    let finite = series.map { $0.values.filter(\.isFinite).sorted() }
    let low = Double(finite.compactMap(\.first).min() ?? 0)
    let high = Double(finite.compactMap(\.last).max() ?? 1)
    guard let largest = finite.max(by: { $0.count < $1.count }), !largest.isEmpty, high > low else {
      return (low - 0.5, 1, finite.map { [$0.isEmpty ? 0 : 1] })
    }
    let spread = Double(largest[largest.count * 3 / 4] - largest[largest.count / 4])
    let wanted = 2 * spread / Double(largest.count).cubeRoot
    let count = fixed ?? (wanted > 0 ? max(10, min(80, Int(min(((high - low) / wanted).rounded(.up), 80)))) : 40)
    let width = (high - low) / Double(count)
    let densities = finite.map { values in
      var counts = [Double](repeating: 0, count: count)
      for value in values { counts[min(count - 1, max(0, Int((Double(value) - low) / width)))] += 1 }
      return counts.map { $0 / (Double(max(values.count, 1)) * width) }
    }
    return (low, width, densities)
  }
}

extension Double {
  /// ∛x by Newton's method, for positive x.
  fileprivate var cubeRoot: Double {
    var y = max(self, 1).squareRoot()
    for _ in 0..<60 { y = (2 * y + self / (y * y)) / 3 }
    return y
  }
}

extension Histogram: FigureKind {
  package static let name = "histogram"

  package var contents: String {
    series.map { "\($0.name): \(FigureNumbers.count($0.values.count, "value"))" }.joined(separator: ", ")
  }

  package var fault: String? { series.isEmpty ? "no series" : nil }

  package var csv: String {
    let bins = self.bins()
    var text = "series,from,to,density\n"
    for (index, series) in series.enumerated() {
      for (bin, density) in bins.densities[index].enumerated() {
        let low = bins.low + Double(bin) * bins.width
        text += "\(CSVText.field(series.name)),\(low),\(low + bins.width),\(density)\n"
      }
    }
    return text
  }

  package var record: [(name: String, numbers: String)] {
    series.map { ($0.name, FigureNumbers.spread($0.values.map(Double.init))) }
  }

  package func draw(in script: inout GnuplotScript, theme: Figure.Theme) { script.draw(self) }
}

extension GnuplotScript {
  fileprivate mutating func draw(_ histogram: Histogram) {
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
      if isAlone {
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
}
