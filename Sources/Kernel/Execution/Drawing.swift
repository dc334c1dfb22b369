import Figures

/// A figure as a front end shows it: its MIME type and data, base64 for binary formats.
package struct Drawing: Equatable, Sendable {
  package let type: String
  package let data: String
  package init(type: String, data: String) { (self.type, self.data) = (type, data) }
}

/// In how many formats a figure is wanted.
package enum DrawingSet: Sendable {
  /// The one that suits it best: a moment of a live display, a program's answer.
  case best
  /// That one and what converters ask for: a notebook turned into LaTeX takes neither SVG nor, where there is SVG, PNG.
  case notebook
}

/// Draws a figure. Given up when the last argument says so.
package typealias DrawFigure =
  @Sendable (Figure, DrawingSet, @escaping @Sendable () -> Bool) -> Result<[Drawing], FigureFailure>

/// A figure that could not be drawn.
package struct FigureFailure: Error, Equatable, Sendable {
  package let reason: String
  package init(reason: String) { self.reason = reason }
}
