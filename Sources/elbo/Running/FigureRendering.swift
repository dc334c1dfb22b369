import Kernel
import Plotting

/// Draws figures for notebooks: SVG for small ones, PNG for pictures and many points.
enum FigureRendering {
  /// The program's one gnuplot, for sessions and front ends alike.
  static let shared = FigureRenderer()

  static let renderer: DrawFigure? = { figure, isCancelled in
    let format = format(of: figure)
    do throws(PlotError) {
      let bytes = try shared.bytes(figure, format, isCancelled: isCancelled)
      return format == .svg
        ? .success(("image/svg+xml", String(decoding: bytes, as: UTF8.self)))
        : .success(("image/png", Base64.encode(bytes)))
    } catch {
      return .failure(FigureFailure(reason: error.advice))
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
