import Text

/// Lines over a common axis: losses by epoch, convergence in k, rate against distortion.
package struct Curves {
  package struct Line: Sendable, Equatable, Codable {
    package var name: String
    package var x: [Double]
    package var y: [Double]
    /// Standard errors, one per point.
    package var errors: [Double]?
    /// Text beside points, one per point.
    package var notes: [String]?
    /// Drawn with dashes, such as validation.
    package var dashed = false
    /// Raw values behind a smoothed line: drawn faintly, without a name in the legend, not used for the range of y.
    package var isFaint = false
    /// Lines of one color have the same number; nil takes the next.
    package var color: Int?
    /// 0 for the main panel, 1 for a smaller one beneath it with an axis of its own.
    package var panel = 0
    /// Filled down to the line before it.
    package var isFilled = false
    /// Its place on a scale of colors from 0 to 1, of lines in an order; nil for a color of its own.
    package var shade: Double?
    /// One of many, drawn thinly.
    package var isThin: Bool?

    package init(name: String, x: [Double], y: [Double], errors: [Double]? = nil, dashed: Bool = false) {
      (self.name, self.x, self.y, self.errors, self.dashed) = (name, x, y, errors, dashed)
    }
  }
  /// A vertical mark at which an option was changed.
  package struct Mark: Sendable, Equatable, Codable {
    package var x: Double
    package var text: String
    package init(x: Double, text: String) { (self.x, self.text) = (x, text) }
  }
  package var lines: [Line]
  package var marks: [Mark]
  package var xLabel: String
  /// Of the main panel, and of the one beneath.
  package var yLabel: String
  package var lowerLabel: String
  package var logX: Bool
  package var logY: Bool
  /// Whether x is an integer count, such as epochs.
  package var hasIntegerX: Bool
  /// What stands at x = 0, 1, 2 … instead of numbers.
  package var xNames: [String]?

  /// As workspaces have them.
  private enum CodingKeys: String, CodingKey {
    case lines, marks, xLabel, yLabel, lowerLabel, logX, logY, xNames
    case hasIntegerX = "wholeX"
  }

  package init(
    lines: [Line], marks: [Mark] = [], xLabel: String, yLabel: String, lowerLabel: String = "", logX: Bool = false,
    logY: Bool = false, hasIntegerX: Bool = false
  ) {
    (self.lines, self.marks, self.xLabel, self.yLabel) = (lines, marks, xLabel, yLabel)
    (self.lowerLabel, self.logX, self.logY, self.hasIntegerX) = (lowerLabel, logX, logY, hasIntegerX)
  }

  package var hasLowerPanel: Bool { lines.contains { $0.panel == 1 } }

  /// Lowest and highest value a panel has to show, from what is drawn in full strength; nil when there is none.
  ///
  /// Of long lines the first points may leave the frame: a loss starts at a multiple of its final value.
  package func range(panel: Int) -> ClosedRange<Double>? {
    var low = Double.infinity
    var high = -Double.infinity
    for line in lines where line.panel == panel && !line.isFaint {
      let skipped = line.y.count > 60 ? line.y.count / 25 : 0
      for (index, y) in line.y.enumerated() where index >= skipped && y.isFinite && (!logY || y > 0) {
        let error = line.errors.map { $0.indices.contains(index) && !logY ? $0[index] : 0 } ?? 0
        low = min(low, y - error)
        high = max(high, y + error)
      }
    }
    return low <= high ? low...high : nil
  }
}

extension Curves {
  /// Where the vertical axis of a panel begins and ends: at the data, with room above for the names of edits.
  func frame(panel number: Int) -> (low: Double, high: Double)? {
    guard let range = range(panel: number) else { return nil }
    if logY { return (range.lowerBound * 0.97, range.upperBound * 1.05) }
    let span = range.upperBound - range.lowerBound
    let margin = span > 0 ? span * 0.06 : max(abs(range.upperBound) * 0.05, 0.5)
    let room = marks.isEmpty || number > 0 ? margin : margin + span * 0.1
    let isFilled = lines.contains(where: \.isFilled)
    return (isFilled ? 0 : range.lowerBound - margin, range.upperBound + room)
  }

  /// Where the horizontal axis of all panels begins and ends; points on its ends are drawn whole.
  var across: (low: Double, high: Double) {
    let xs = lines.flatMap(\.x).filter { $0.isFinite && (!logX || $0 > 0) }
    guard let first = xs.min(), let last = xs.max() else { return (0, 1) }
    if logX { return first < last ? (first * 0.9, last * 1.15) : (first / 10, first * 10) }
    let margin = first < last ? (last - first) * 0.02 : 1
    return (first - margin, last + margin)
  }
}

extension Curves.Line {
  /// The line smoothed without a lag: twice the mean of as many points before as after,
  ///
  ///     s[t] = mean of y[t−h…t+h],   h = min(window, t/3).
  ///
  /// A loss starts at a multiple of its final value; a window of one width would carry that far to the right.
  /// Points that are not finite are ignored and unchanged.
  ///
  /// - Parameter breaks: Values of x that separate segments, in order: smoothing does not cross them.
  package func smoothed(window: Double, breaks: [Double] = []) -> Curves.Line {
    func means(_ values: ArraySlice<Double>) -> [Double] {
      var sums = [0.0]
      var counts = [0]
      for value in values {
        sums.append(sums[sums.count - 1] + (value.isFinite ? value : 0))
        counts.append(counts[counts.count - 1] + (value.isFinite ? 1 : 0))
      }
      return values.enumerated().map { index, value in
        guard value.isFinite else { return value }
        let half = min(Int(max(window, 0)), index / 3)
        let (from, end) = (index - half, min(index + half + 1, values.count))
        return (sums[end] - sums[from]) / Double(counts[end] - counts[from])
      }
    }
    var line = self
    line.y = []
    for end in breaks.map({ place in x.firstIndex { $0 > place } ?? x.count }) + [x.count]
    where end > line.y.count {
      line.y += means(means(y[line.y.count..<end])[...])
    }
    return line
  }

  /// Every n-th point, so that at most `limit` are left; the last one stays.
  package func thinned(to limit: Int) -> Curves.Line {
    guard x.count > limit, limit > 1 else { return self }
    let step = (x.count + limit - 1) / limit
    let kept = x.indices.filter { $0 % step == 0 || $0 == x.count - 1 }
    var line = self
    line.x = kept.map { x[$0] }
    line.y = kept.map { y[$0] }
    line.errors = errors.map { errors in kept.map { errors[$0] } }
    line.notes = notes.map { notes in kept.map { notes[$0] } }
    return line
  }
}

extension Curves: FigureKind {
  package static let name = "curves"

  package var contents: String { lines.filter { !$0.isFaint }.map(\.name).joined(separator: ", ") }

  package var fault: String? {
    if lines.isEmpty { return "no lines" }
    // Nothing that is plotted gets further; tics are counted in whole numbers.
    let isFar = { (x: Double) in x.isFinite && x.magnitude > 1e12 }
    if lines.contains(where: { $0.x.contains(where: isFar) }) || marks.contains(where: { isFar($0.x) }) {
      return "a place beyond all reason"
    }
    for line in lines {
      guard line.x.count == line.y.count else { return "a line has \(line.x.count) places and \(line.y.count) values" }
      if let errors = line.errors, errors.count != line.y.count { return "a line's errors" }
      if let notes = line.notes, notes.count != line.y.count { return "a line's notes" }
      if let shade = line.shade, !(0...1).contains(shade) { return "a line's shade" }
      guard (0...1).contains(line.panel) else { return "a line's panel" }
      if let color = line.color, !(0...1_000_000).contains(color) { return "a line's color" }
    }
    return marks.allSatisfy { $0.x.isFinite } ? nil : "a mark"
  }

  package var csv: String {
    let hasErrors = lines.contains { $0.errors != nil }
    var text = "series,x,y" + (hasErrors ? ",standard_error" : "") + "\n"
    for line in lines {
      let name = CSVText.field(line.isFaint ? line.name + " (raw)" : line.name)
      for index in line.x.indices {
        text += "\(name),\(line.x[index]),\(line.y[index])"
        if hasErrors { text += "," + (line.errors.map { "\($0[index])" } ?? "") }
        text += "\n"
      }
    }
    return text
  }

  package var record: [(name: String, numbers: String)] {
    let scale = (logX ? ", x logarithmic" : "") + (logY ? ", y logarithmic" : "")
    let lines = lines.filter { !$0.isFaint }.map { line in
      let count = FigureNumbers.count(line.y.count, "point")
      return (line.name, "\(count), x \(FigureNumbers.range(line.x)), y \(FigureNumbers.spread(line.y))")
    }
    return [("axes", "\(xLabel); \(yLabel)\(scale)")] + lines
      + marks.map { ("mark", "\(FigureNumbers.number($0.x)): \($0.text)") }
  }

  package func draw(in script: inout GnuplotScript, theme: Figure.Theme) { script.draw(self) }
}
