/// A picture as a value: what it shows, not how it is drawn.
package struct Figure: Sendable, Equatable, Codable {
  package var kind: Kind
  package var title: String
  package var theme = Theme.light

  package init(_ kind: Kind, title: String, theme: Theme = .light) {
    (self.kind, self.title, self.theme) = (kind, title, theme)
  }

  /// One line for those who cannot see it.
  package var summary: String {
    switch kind {
    case .curves(let curves): "figure: \(title) (\(curves.lines.map(\.name).joined(separator: ", ")))"
    case .scatter(let scatter): "figure: \(title) (\(scatter.x.count) points)"
    case .images(let grid): "figure: \(title) (\(grid.rows) × \(grid.columns) images of \(grid.height)×\(grid.width))"
    case .bars(let bars): "figure: \(title) (\(bars.values.count) bars)"
    }
  }

  package enum Theme: String, Sendable, Equatable, Codable, CaseIterable { case light, dark }

  package enum Kind: Sendable, Equatable, Codable {
    case curves(Curves)
    case scatter(Scatter)
    case images(ImageGrid)
    case bars(Bars)
  }
}

/// Lines over a common axis: losses by epoch, convergence in k, rate against distortion.
package struct Curves: Sendable, Equatable, Codable {
  package struct Line: Sendable, Equatable, Codable {
    package var name: String
    package var x: [Double]
    package var y: [Double]
    /// Standard errors, one per point.
    package var errors: [Double]?
    /// Drawn with dashes, such as validation.
    package var dashed: Bool

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
  package var yLabel: String
  package var logX: Bool
  package var logY: Bool

  package init(
    lines: [Line], marks: [Mark] = [], xLabel: String, yLabel: String, logX: Bool = false, logY: Bool = false
  ) {
    (self.lines, self.marks, self.xLabel, self.yLabel) = (lines, marks, xLabel, yLabel)
    (self.logX, self.logY) = (logX, logY)
  }
}

/// Points of two coordinates, coloured by class or not.
package struct Scatter: Sendable, Equatable, Codable {
  package var x: [Float]
  package var y: [Float]
  /// A class per point.
  package var classes: [Int]?
  package var classNames: [String]
  package var xLabel: String
  package var yLabel: String

  package init(
    x: [Float], y: [Float], classes: [Int]? = nil, classNames: [String] = [], xLabel: String, yLabel: String
  ) {
    (self.x, self.y, self.classes, self.classNames) = (x, y, classes, classNames)
    (self.xLabel, self.yLabel) = (xLabel, yLabel)
  }
}

/// Images in rows, values in [0, 1], shown pixel by pixel.
package struct ImageGrid: Sendable, Equatable, Codable {
  /// `[N, C, H, W]`, row-major; C is 1 or 3.
  package var pixels: [Float]
  package var count: Int
  package var channels: Int
  package var height: Int
  package var width: Int
  package var columns: Int
  /// Positions of images framed because they were given, such as the ends of an interpolation.
  package var framed: [Int]

  package init(
    pixels: [Float], count: Int, channels: Int, height: Int, width: Int, columns: Int, framed: [Int] = []
  ) {
    (self.pixels, self.count, self.channels) = (pixels, count, channels)
    (self.height, self.width, self.columns, self.framed) = (height, width, columns, framed)
  }

  package var rows: Int { (count + columns - 1) / max(columns, 1) }
}

/// A bar for each of some names, with a line across at a threshold.
package struct Bars: Sendable, Equatable, Codable {
  package var values: [Double]
  package var names: [String]
  package var threshold: Double?
  package var xLabel: String
  package var yLabel: String

  package init(values: [Double], names: [String], threshold: Double? = nil, xLabel: String, yLabel: String) {
    (self.values, self.names, self.threshold) = (values, names, threshold)
    (self.xLabel, self.yLabel) = (xLabel, yLabel)
  }
}
