import Figures
import SessionCore
import Tensors
import Text
import VAEngine

/// Values of a tensor, of some of its columns, or the latents of a model beside its prior.
struct HistogramPlot: PlotSubject {
  static let (name, synonyms, help) = ("histogram", ["hist", "histograms"], "how values are distributed")

  let data = PlotData()
  let dims = PlotDimensions()
  @Option(.seed, default: 0, help: "seed of the draws") var seed: Int

  func draw(_ plot: PlotItems) throws -> Figure {
    let plot = self.data.items(plot)
    if let array = plot.tensor { return try values(of: array, plot) }
    let (name, model) = try plot.model()
    let data = try plot.data(for: model)
    let live = try plot.live(model)
    let codes = try live.encode(data.source) { try plot.execution.working("encode", $0) }
    guard !model.configuration.isPlain else { return try codeHistogram(name, model, data, codes, plot) }
    let draws = try live.sample(codes, seed: UInt64(seed)).elements(as: Float.self)
    let d = model.configuration.latentDimensions
    let order = try dims.chosen(of: d) ?? Array(try plot.klByDimension(model, data).map(\.dimension).prefix(4))
    return Figure(
      Histogram(
        series: order.map { .init(name: "z[\($0)]", values: PlotDimensions.column(draws, $0, d)) },
        xLabel: "z, drawn from q(z|x)",
        showsNormal: true), title: "Aggregate posterior of \(name) and the prior", subtitle: plot.about(model, data))
  }

  private func values(of array: ArrayValue, _ plot: PlotItems) throws -> Figure {
    let name = plot.values.first { if case .tensor = $0.value { true } else { false } }?.name ?? "values"
    let flat = array.floats
    let isRows = array.shape.rank == 2
    if isRows, array.meaning == .latents || dims.place.isGiven {
      let d = array.shape[1]
      let dims = try dims.chosen(of: d) ?? Array(0..<min(d, 6))
      return Figure(
        Histogram(
          series: dims.map { .init(name: "\(name)[:, \($0)]", values: PlotDimensions.column(flat, $0, d)) },
          xLabel: "value", showsNormal: array.meaning == .latents), title: "Distribution of \(name)",
        subtitle: "\(NumberText.count(array.shape[0])) \(array.shape[0] == 1 ? "row" : "rows")")
    }
    return Figure(
      Histogram(series: [.init(name: name, values: flat)], xLabel: name),
      title: "Distribution of \(name)",
      subtitle: "\(NumberText.count(flat.count)) \(inflected("value", for: flat.count))")
  }

  /// Codes of a plain autoencoder, which have no noise and no prior.
  private func codeHistogram(
    _ name: String, _ model: ModelValue, _ data: DatasetValue, _ codes: Codes, _ plot: PlotItems
  ) throws -> Figure {
    let (values, d) = (codes.mean.elements(as: Float.self), model.configuration.latentDimensions)
    let chosen = try dims.chosen(of: d) ?? Array(0..<min(d, 4))
    return Figure(
      Histogram(
        series: chosen.map { .init(name: "z[\($0)]", values: PlotDimensions.column(values, $0, d)) },
        xLabel: "code"),
      title: "Codes of \(name)", subtitle: plot.about(model, data))
  }
}

extension PlotItems {
  /// Dimensions by their mean KL on some data, largest first.
  func klByDimension(_ model: ModelValue, _ data: DatasetValue) throws -> [(dimension: Int, kl: Double)] {
    let part = data.dataset.count > 2000 ? data.subset(Array(0..<2000)) : data
    let kl = try live(model).measured(part).klPerDimension
    return kl.indices.sorted { (kl[$0], $1) > (kl[$1], $0) }.map { ($0, kl[$0]) }
  }
}
