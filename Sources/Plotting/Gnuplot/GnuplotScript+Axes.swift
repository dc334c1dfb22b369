/// The placement of axis labels and of the legend.
extension GnuplotScript {
  /// Names of lines in one row of the legend; gnuplot gives all the width of the longest.
  private func namesInRow(_ names: [String]) -> Int {
    let widest = names.map { min($0.count, 60) }.max() ?? 0
    return max(1, (size.width - Self.left - 28) / (52 + widest * 9))
  }

  /// Pixels above the panel: for the caption, and for the rows of a legend where lines have names.
  func head(_ names: [String]) -> Int {
    let row = namesInRow(names)
    return names.isEmpty ? 74 : 80 + 24 * ((names.count + row - 1) / row)
  }

  /// The legend above the panel: no curve runs through it.
  mutating func keyAbove(_ names: [String]) {
    say(
      "set key at screen \(px(Self.left, across: true)), screen \(px(size.height - 70)) left top horizontal Left reverse "
        + "maxcols \(min(namesInRow(names), max(names.count, 1))) font ',13'")
  }

  /// Fewer numbers along a low axis than gnuplot, which does not know how high it is, would write over each other.
  mutating func verticalTics(span: Double, pixels: Int) {
    guard medium != .characters, pixels < 260, span > 0, span.isFinite else { return }
    say("set ytics \(Self.step(atLeast: span / Double(max(pixels / 30, 2))))")
  }

  /// 1, 2 or 5 times a power of ten.
  package static func step(atLeast least: Double) -> Double {
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
}
