import Kernel
import Plotting
import Synchronization

/// Draws figures for notebooks: SVG for small ones, PNG for pictures and many points.
enum FigureRendering {
  /// One gnuplot, kept warm.
  private static let renderers = Mutex(FigureRenderer())

  static let renderer: DrawFigure? = { figure in
    renderers.withLock { renderer in
      let format = format(of: figure)
      do throws(PlotError) {
        let bytes = try renderer.bytes(figure, format)
        return format == .svg
          ? .success(("image/svg+xml", String(decoding: bytes, as: UTF8.self)))
          : .success(("image/png", Base64.text(Array(bytes))))
      } catch {
        return .failure(FigureFailure(reason: error.description))
      }
    }
  }

  private static func format(of figure: Figure) -> FigureRenderer.Format {
    switch figure.kind {
    case .images: .png
    case .scatter(let scatter): scatter.x.count > 2000 ? .png : .svg
    default: .svg
    }
  }
}
