/// Lines over a common axis: losses by epoch, convergence in k, rate against distortion.
package struct Curves: Sendable, Equatable, Codable {
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
    /// Lines of one colour have the same number; nil takes the next.
    package var color: Int?
    /// 0 for the main panel, 1 for a smaller one beneath it with an axis of its own.
    package var panel = 0
    /// Filled down to the line before it.
    package var isFilled = false

    package init(name: String, x: [Double], y: [Double], errors: [Double]? = nil, dashed: Bool = false) {
      (self.name, self.x, self.y, self.errors, self.dashed) = (name, x, y, errors, dashed)
    }
  }
  /// A moment at which something was changed.
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
  /// x counts whole things, such as epochs.
  package var wholeX: Bool

  package init(
    lines: [Line], marks: [Mark] = [], xLabel: String, yLabel: String, lowerLabel: String = "", logX: Bool = false,
    logY: Bool = false, wholeX: Bool = false
  ) {
    (self.lines, self.marks, self.xLabel, self.yLabel) = (lines, marks, xLabel, yLabel)
    (self.lowerLabel, self.logX, self.logY, self.wholeX) = (lowerLabel, logX, logY, wholeX)
  }

  package var hasLowerPanel: Bool { lines.contains { $0.panel == 1 } }

  /// Lowest and highest value a panel has to show, from what is drawn in full strength; nil when there is none.
  ///
  /// Of long lines the first points may leave the frame: a loss starts at many times what it comes to.
  func range(panel: Int) -> ClosedRange<Double>? {
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

extension Curves.Line {
  /// The line smoothed without a lag: a mean of all points, weighted by how far they are,
  ///
  ///     s[t] = Σ_i w^|t−i| y[i] / Σ_i w^|t−i|,   w = 1 − 1/window.
  ///
  /// Points that are not finite count for nothing and stay as they are.
  package func smoothed(window: Double) -> Curves.Line {
    let weight = 1 - 1 / max(window, 1)
    func sums(_ values: some Sequence<Double>) -> [(sum: Double, weights: Double)] {
      var (sum, weights) = (0.0, 0.0)
      return values.map { value in
        sum = sum * weight + (value.isFinite ? value : 0)
        weights = weights * weight + (value.isFinite ? 1 : 0)
        return (sum, weights)
      }
    }
    let (before, after) = (sums(y), Array(sums(y.reversed()).reversed()))
    var line = self
    line.y = y.indices.map { index in
      guard y[index].isFinite else { return y[index] }
      // Both sums hold the point itself.
      return (before[index].sum + after[index].sum - y[index]) / (before[index].weights + after[index].weights - 1)
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
