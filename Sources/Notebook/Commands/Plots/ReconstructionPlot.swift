import Figures
import SessionCore
import Tensors
import VAEngine

/// Inputs in the upper row of each pair, outputs below, the error map below.
struct ReconstructionPlot: PlotSubject {
  static let (name, synonyms) = ("reconstruct", ["reconstruction", "reconstructions"])
  static let help = "inputs above outputs"

  let data = PlotData()
  @Option(.integer(1...100_000), default: 10, help: "examples, from the first") var n: Int
  @Option(default: false, help: "show an error map below the reconstructions") var errors: Bool
  @Option(.integer(1...1000), default: 16, help: "images per row") var columns: Int

  func draw(_ plot: PlotItems) throws -> Figure {
    let plot = self.data.items(plot)
    let (name, model) = try plot.model()
    let data = try plot.data(for: model).drawnOnce()
    let count = min(n, data.dataset.count)
    let live = try plot.live(model)
    let chosen = data.subset(Array(0..<count))
    let seen = try data.dataset.examples(Array(0..<count))
    let decoded = try live.decode(live.encode(chosen.source).mean, labels: try chosen.conditioning(model))
    let (inputs, outputs) = (try data.decoded(seen), try data.decoded(decoded))
    if LinePlots(outputs) != nil { return try lines(inputs, outputs, name, model, data, plot) }
    let extents = outputs.shape.dimensions
    guard extents.count == 4 else { throw plot.fault(.shapeMismatch, "\(outputs.shape) are not images") }
    let grid = ImageGrid.comparison(
      inputs: inputs.floats, outputs: outputs.floats, count: count,
      channels: extents[1], height: extents[2], width: extents[3], columns: columns,
      errors: errors)
    return Figure(
      grid, title: "Reconstructions by \(name)",
      subtitle: model.configuration.shown() + " · " + plot.about(model, data, count: count))
  }

  /// Each vector or series, and dashed in the same color what comes of it; six unless `n` says more.
  private func lines(
    _ inputs: ArrayValue, _ outputs: ArrayValue, _ name: String, _ model: ModelValue, _ data: DatasetValue,
    _ plot: PlotItems
  ) throws -> Figure {
    let count = $n.isGiven ? inputs.shape[0] : min(inputs.shape[0], 6)
    let size = inputs.shape.droppingFirst.count
    let both = inputs.floats.prefix(count * size) + outputs.floats.prefix(count * size)
    let pairs = ArrayValue(
      try Tensor(Array(both), shape: Shape([2 * count] + inputs.shape.droppingFirst.dimensions)), form: inputs.form)
    var figure = try plot.pictures(pairs, as: .pairs)
    figure.title = "Reconstructions by \(name)"
    figure.subtitle = model.configuration.shown() + " · " + plot.about(model, data, count: count)
    return figure
  }
}
