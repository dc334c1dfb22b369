import Figures
import Foundation
import Kernel
import Rendering

/// Draws figures for notebooks: SVG for small ones, PNG for pictures and many points.
package enum FigureRendering {
  /// The program's one gnuplot, for sessions and front ends alike.
  package static let shared = FigureRenderer()

  package static let renderer: DrawFigure? = { figure, set, isCancelled in
    let best = format(of: figure)
    // nbconvert turns SVG into PDF by Inkscape, which few have, unless the PDF is there.
    let formats: [FigureRenderer.Format] = set == .notebook && best == .svg ? [.svg, .png, .pdf] : [best]
    var drawings: [Drawing] = []
    do throws(PlotError) {
      for format in formats {
        let bytes = try shared.bytes(figure, format, isCancelled: isCancelled)
        drawings.append(drawing(bytes, format))
      }
      return .success(drawings)
    } catch {
      return .failure(FigureFailure(reason: error.advice))
    }
  }

  private static func drawing(_ bytes: [UInt8], _ format: FigureRenderer.Format) -> Drawing {
    switch format {
    case .svg: Drawing(type: "image/svg+xml", data: String(decoding: bytes, as: UTF8.self))
    case .pdf: Drawing(type: "application/pdf", data: Data(bytes).base64EncodedString())
    default: Drawing(type: "image/png", data: Data(bytes).base64EncodedString())
    }
  }

  private static func format(of figure: Figure) -> FigureRenderer.Format { figure.kind.isBestAsPixels ? .png : .svg }
}
