import Figures
import SessionCore
import Tensors
import VAEngine

/// The plane of a model with two latent dimensions.
struct ManifoldPlot: PlotSubject {
  static let (name, help) = ("manifold", "the plane of latent=2 as images")

  @Option(.integer(2...200), default: 20, help: "images per side of a manifold") var n: Int
  let labels = LabelOption()

  func draw(_ plot: PlotItems) throws -> Figure {
    let (name, model) = try plot.model()
    let array = try model.manifold(n, at: plot.values.first?.place ?? plot.subject, labels: labels, plot.execution)
    var figure = try plot.images(array, columns: n) { grid in
      let values = LatentPath.quantiles(n).map { PlotItems.signed(Double($0)) }
      // Small images leave room for a number only at every few of them.
      let step = (n + 9) / 10
      grid.columnLabels = (0..<n).map { $0 % step == 0 ? values[$0] : "" }
      grid.rowLabels = (0..<n).map { $0 % step == 0 ? values[n - 1 - $0] : "" }
    }
    figure.title = "Latent plane of \(name)"
    figure.subtitle =
      model.configuration.shown() + " · " + plot.about(model) + " · z[0] across, z[1] up, at quantiles of N(0, 1)"
    return figure
  }
}
