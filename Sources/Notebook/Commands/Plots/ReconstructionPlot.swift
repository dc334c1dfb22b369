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
}
