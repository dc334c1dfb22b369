/// The placement of axis labels and of the legend.
extension GnuplotScript {
  /// Names of lines in one row of the legend; gnuplot gives all the width of the longest.
  private func namesInRow(_ names: [String]) -> Int {
    let widest = names.map { min($0.count, 60) }.max() ?? 0
    return max(1, (size.width - left - 28) / (60 + widest * 11))
  }

  /// Pixels above the panel: for the caption, and for the rows of a legend where lines have names.
  func head(_ names: [String]) -> Int {
    let row = namesInRow(names)
    return names.isEmpty ? 74 : 80 + 24 * ((names.count + row - 1) / row)
  }

  /// The legend above the panel: no curve runs through it.
  mutating func keyAbove(_ names: [String]) {
    say(
      "set key at screen \(px(left, across: true)), screen \(px(size.height - 70)) left top horizontal Left reverse "
        + "maxcols \(min(namesInRow(names), max(names.count, 1))) font ',13'")
  }

  static let usualLeft = 100

  /// Room for the numbers of a vertical axis from `low` to `high`.
  static func left(forNumbersFrom low: Double, to high: Double) -> Int {
    guard low.isFinite, high.isFinite, high > low else { return usualLeft }
    let step = step(atLeast: (high - low) / 10)
    let first = (low / step).rounded(.up)
    let widest = (0...11).map { (first + Double($0)) * step }.filter { $0 <= high }
      // What is left of a sum that cancels has digits without end.
      .map { TextMetrics.width(ofNumber: abs($0) < step / 2 ? 0 : $0) }.max()
    return max(usualLeft, 34 + (widest ?? 0) + 16)
  }

  /// Fewer numbers along a narrow axis than gnuplot, which does not know how wide they are, would write into each
  /// other.
  mutating func horizontalTics(from low: Double, to high: Double, pixels: Int) {
    guard low.isFinite, high.isFinite, high > low else { return }
    let widest = max(
      TextMetrics.width(ofNumber: Self.rounded(low, to: high - low)),
      TextMetrics.width(ofNumber: Self.rounded(high, to: high - low)))
    let most = max(1, pixels / (widest + 24))
    guard most < 10 else { return }
    say("set xtics \(Self.step(atLeast: (high - low) / Double(most)))")
  }

  /// Two digits of what the span says are worth writing.
  private static func rounded(_ value: Double, to span: Double) -> Double {
    let unit = step(atLeast: span / 20)
    return (value / unit).rounded() * unit
  }

  /// Fewer numbers along a low axis than gnuplot, which does not know how high it is, would write over each other.
  mutating func verticalTics(span: Double, pixels: Int) {
    guard pixels < 260, span > 0, span.isFinite else { return }
    say("set ytics \(Self.step(atLeast: span / Double(max(pixels / 30, 2))))")
  }

  /// 1, 2 or 5 times a power of ten.
  package static func step(atLeast least: Double) -> Double {
    guard least > 0, least.isFinite else { return 1 }
    var unit = 1.0
    while unit > least { unit /= 10 }
    while unit * 10 <= least { unit *= 10 }
    return unit * ([1, 2, 5].first { unit * $0 >= least * 0.999_999 } ?? 10)
  }

  /// The labels of a logarithmic axis. gnuplot's own are decades, of which a loss often spans less than one.
  ///
  /// - Returns: nil where decades are sufficient.
  package static func logTics(_ low: Double, _ high: Double) -> [Double]? {
    guard low > 0, high > low, high / low < 1000 else { return nil }
    let ratio = high / low
    var tics: [Double] = []
    if ratio < 1.8 {
      let raw = (high - low) / 5
      var unit = 1.0
      while unit > raw { unit /= 10 }
      while unit * 10 <= raw { unit *= 10 }
      let step = unit * (raw / unit < 1.5 ? 1 : raw / unit < 3.5 ? 2 : raw / unit < 7.5 ? 5 : 10)
      var value = (low / step).rounded(.up) * step
      while value <= high {
        tics.append(value)
        value += step
      }
    } else {
      let mantissas =
        ratio < 3
        ? [1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 4, 5, 6, 7, 8, 9]
        : ratio < 5 ? [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8] : ratio < 30 ? [1, 1.5, 2, 3, 5, 7] : [1, 2, 5]
      var decade = 1.0
      while decade > low { decade /= 10 }
      while decade * 10 <= low { decade *= 10 }
      while decade <= high {
        tics += mantissas.map { $0 * decade }.filter { $0 >= low && $0 <= high }
        decade *= 10
      }
    }
    return tics.count > 1 ? tics : nil
  }

  /// Margins that fit labels in every size, and a legend above if there is one.
  mutating func sides(legend: [String]) {
    if !legend.isEmpty {
      say("set tmargin at screen \(px(size.height - head(legend)))")
      keyAbove(legend)
    }
    say("set lmargin at screen \(px(left, across: true))")
    say("set rmargin at screen \(px(size.width - 28, across: true))")
    say("set bmargin at screen \(px(66))")
  }
}
