import Text

/// Points of two coordinates, colored by class, by value or not.
package struct Scatter {
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

extension Scatter: FigureKind {
  package static let name = "scatter"

  package var contents: String {
    let classes = classesPresent.count
    return FigureNumbers.count(x.count, "point") + (classes > 1 ? " of \(classes) classes" : "")
  }

  package var fault: String? {
    guard x.count == y.count else { return "\(x.count) and \(y.count) coordinates" }
    if let classes, classes.count != x.count { return "its classes" }
    if let classes, let odd = classes.first(where: { !(-(1 << 31)..<1 << 31).contains($0) }) { return "class \(odd)" }
    if let values, values.count != x.count { return "its values" }
    return nil
  }

  package var csv: String {
    var text = "x,y" + (classes != nil ? ",class" : "") + (values != nil ? ",value" : "") + "\n"
    for index in x.indices {
      text += "\(x[index]),\(y[index])"
      if let classes { text += ",\(CSVText.field(name(ofClass: classes[index])))" }
      if let values { text += ",\(values[index])" }
      text += "\n"
    }
    return text
  }

  package var record: [(name: String, numbers: String)] {
    var rows = [
      (xLabel, FigureNumbers.spread(x.map(Double.init))), (yLabel, FigureNumbers.spread(y.map(Double.init))),
    ]
    guard let classes else { return rows }
    // The positions of the classes are more informative than the positions of all points.
    for value in classesPresent {
      let places = classes.indices.filter { classes[$0] == value }
      let (x, y) = (places.map { Double(self.x[$0]) }, places.map { Double(self.y[$0]) })
      let center = [x, y].map { FigureNumbers.number(FigureNumbers.mean($0)) }.joined(separator: ", ")
      rows.append((name(ofClass: value), "\(FigureNumbers.count(places.count, "point")) around \(center)"))
    }
    return rows
  }

  package func size(of figure: Figure) -> Figure.Size { .init(width: 900, height: 720) }
  package var isLayered: Bool { true }
  package var isBestAsPixels: Bool { x.count > 2000 }
  package func draw(in script: inout GnuplotScript, theme: Figure.Theme) { script.draw(self) }

  package func place(in picture: inout Picture, _ script: GnuplotScript, theme: Figure.Theme) {
    let layout = GnuplotScript.ScatterLayout(self, size: script.size)
    let isMany = x.count > Self.contoursBeyond
    let raster = ScatterRaster(
      self, width: layout.right - layout.left, height: layout.top - layout.bottom, palette: script.palette,
      bounds: bounds, radius: isMany ? 0 : x.count > 3_000 ? 1.6 : x.count > 500 ? 2.2 : 3.2)
    picture.place(raster.picture, x: layout.left, y: script.size.height - layout.top)
  }
}
