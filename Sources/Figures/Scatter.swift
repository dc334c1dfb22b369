/// Points of two coordinates, colored by class, by value or not.
package struct Scatter: Sendable, Equatable, Codable {
  @PackedFloats package var x: [Float]
  @PackedFloats package var y: [Float]
  /// A class per point.
  package var classes: [Int]?
  package var classNames: [String]
  /// A value per point, shown on a color bar; classes have precedence.
  package var values: [Float]?
  package var valueLabel: String
  package var xLabel: String
  package var yLabel: String
  /// Histograms of both coordinates along the edges.
  package var hasMarginals: Bool

  /// The number of points below which histograms are not informative.
  package var showsMarginals: Bool { hasMarginals && x.count >= 10 }

  /// More points than this are shown as density, with contours.
  package static let contoursBeyond = 20_000

  package init(
    x: [Float], y: [Float], classes: [Int]? = nil, classNames: [String] = [], values: [Float]? = nil,
    valueLabel: String = "", xLabel: String, yLabel: String, hasMarginals: Bool = false
  ) {
    (self.x, self.y, self.classes, self.classNames) = (x, y, classes, classNames)
    (self.values, self.valueLabel, self.hasMarginals) = (values, valueLabel, hasMarginals)
    (self.xLabel, self.yLabel) = (xLabel, yLabel)
  }

  /// From the lowest to the highest finite value; one wide when they are all alike.
  package var valueRange: ClosedRange<Double> {
    let finite = (values ?? []).filter(\.isFinite)
    let (low, high) = (Double(finite.min() ?? 0), Double(finite.max() ?? 1))
    return low...(high > low ? high : low + 1)
  }

  /// The classes that occur, in order.
  package var classesPresent: [Int] { Set(classes ?? []).sorted() }

  /// A class below 0 is that of points without one.
  package func name(ofClass value: Int) -> String {
    value < 0 ? "no label" : classNames.indices.contains(value) ? classNames[value] : "\(value)"
  }

  /// Where finite points lie, a little widened; -1…1 when there are none.
  package var bounds: (x: ClosedRange<Double>, y: ClosedRange<Double>) { (Self.bounds(x), Self.bounds(y)) }

  private static func bounds(_ values: [Float]) -> ClosedRange<Double> {
    var low = Float.infinity
    var high = -Float.infinity
    for value in values where value.isFinite { (low, high) = (min(low, value), max(high, value)) }
    guard low <= high else { return -1...1 }
    let margin = low < high ? Double(high - low) * 0.03 : max(abs(Double(low)) * 0.1, 1)
    return Double(low) - margin...Double(high) + margin
  }
}
