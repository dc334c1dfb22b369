import Rendering

/// Forms of figures.
extension OutputWriter {
  package static let png = picture(.png, "image/png")
  package static let svg = picture(.svg, "image/svg+xml")
  package static let pdf = picture(.pdf, "application/pdf")
  package static let gif = picture(.gif, "image/gif")
  package static let gnuplot = picture(.gp, "text/x-gnuplot")

  private static func picture(_ format: FigureRenderer.Format, _ mimeType: String) -> OutputWriter {
    OutputWriter(
      format.rawValue, mimeType, isPicture: true,
      refusal: { value, path in
        ("\(value.kind.phrase) is not a figure", "Draw it first, for example: … | plot grid > \(path)")
      },
      write: { value, request in
        guard case .figure(let figure) = value, let execution = request.execution else { return nil }
        let interruption = execution.interruption
        return .bytes(try execution.options.renderer.bytes(figure, format) { interruption.isRequested })
      })
  }
}
