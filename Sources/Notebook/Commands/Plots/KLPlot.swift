import Figures
import SessionCore
import Tensors
import Text
import VAEngine

/// Mean KL of each dimension, largest first.
struct KLPlot: PlotSubject {
  static let (name, help) = ("kl", "KL of each dimension")

  let data = PlotData()

  func draw(_ plot: PlotItems) throws -> Figure {
    let plot = self.data.items(plot)
    let (name, model) = try plot.model()
    let data = try plot.data(for: model)
    try plot.refuseCodes(model, name)
    let result = try plot.live(model).measured(data)
    let order = result.klPerDimension.indices.sorted { result.klPerDimension[$0] > result.klPerDimension[$1] }
    let inactive = order.indices.filter { result.meanVariance[order[$0]] <= 0.01 }
    return Figure(
      Bars(
        values: order.map { result.klPerDimension[$0] }, names: order.map(String.init),
        kinds: .init(
          inactive: Set(inactive), activeName: "active: variance of means > 0.01", inactiveName: "inactive"),
        xLabel: "latent dimension, by KL", yLabel: "KL, nats"),
      title: "KL per dimension of \(name): \(NumberText.fixed(result.kl.mean, decimals: 2)) nats",
      subtitle: plot.about(model, data))
  }
}

extension PlotItems {
  /// A plain autoencoder has no posterior, whose KL a figure could show.
  func refuseCodes(_ model: ModelValue, _ name: String) throws {
    try Stopping.check()
    guard model.configuration.isPlain else { return }
    throw fault(.notSupported, "\(name) is a plain autoencoder: it has codes, no posterior and no KL")
  }

  /// Of losses.
  var unit: String { models.first?.model.configuration.unit ?? "nats" }

  var names: String { models.map(\.name).joined(separator: ", ") }
}
