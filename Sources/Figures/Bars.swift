/// A bar for each of some names; those that are inactive are gray.
package struct Bars: Sendable, Equatable, Codable {
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

/// How values are distributed: a line of densities for each series, over common bins.
package struct Histogram: Sendable, Equatable, Codable {
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

/// Numbers in cells, dark to light, such as a confusion matrix.
package struct MatrixMap: Sendable, Equatable, Codable {
  /// Row by row.
  package var values: [Double]
  package var rowNames: [String]
  package var columnNames: [String]
  package var rowLabel: String
  package var columnLabel: String
  package var valueLabel: String

  package init(
    values: [Double], rowNames: [String], columnNames: [String], rowLabel: String, columnLabel: String,
    valueLabel: String
  ) {
    (self.values, self.rowNames, self.columnNames) = (values, rowNames, columnNames)
    (self.rowLabel, self.columnLabel, self.valueLabel) = (rowLabel, columnLabel, valueLabel)
  }
}
