import Figures
import Foundation
import Rendering
import SessionCore
import Tensors

/// Figures within a page: as data of their own in the page, one for a light and one for a dark screen.
struct PagePictures {
  private let renderer: FigureRenderer
  private let interruption: Interruption

  init(_ execution: Execution) {
    (renderer, interruption) = (execution.options.renderer, execution.interruption)
  }

  /// `<figure>` with the picture and its words for those who cannot see it; why there is none where it cannot be drawn.
  ///
  /// - Throws: `Stopped` when the user no longer wants it.
  func html(_ figure: Figure, caption: String = "") throws -> String {
    let words = HTML.escaped(figure.description)
    let below = caption.isEmpty ? "" : "<figcaption>\(caption)</figcaption>"
    do throws(PlotError) {
      let (light, dark) = (try address(figure, .light), try address(figure, .dark))
      let size = figure.size ?? figure.kind.size(of: figure)
      return "<figure><picture><source media=\"screen and (prefers-color-scheme: dark)\" srcset=\"\(dark)\">"
        + "<img src=\"\(light)\" width=\"\(size.width)\" height=\"\(size.height)\" alt=\"\(words)\"></picture>"
        + below + "</figure>\n"
    } catch {
      if error == .canceled { throw Stopped() }
      return "<figure><p class=\"missing\">\(words)<br>It could not be drawn: \(HTML.escaped(error.advice))</p>"
        + below + "</figure>\n"
    }
  }

  /// Images and many points as pixels, all else as shapes.
  private func address(_ figure: Figure, _ theme: Figure.Theme) throws(PlotError) -> String {
    var themed = figure
    themed.theme = theme
    let isPixels = figure.kind.isBestAsPixels
    let bytes = try renderer.bytes(themed, isPixels ? .png : .svg) { [interruption] in interruption.isRequested }
    return "data:image/\(isPixels ? "png" : "svg+xml");base64,\(Data(bytes).base64EncodedString())"
  }
}
