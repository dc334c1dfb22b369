import Figures
import SessionCore
import Text
import VAEngine

/// A point for each model: KL against reconstruction, in the order of the rate.
struct RateDistortionPlot: PlotSubject {
  static let (name, synonyms, help) = ("rd", ["rate-distortion"], "rate against distortion")

  let data = PlotData()

  func draw(_ plot: PlotItems) throws -> Figure {
    let plot = self.data.items(plot)
    let (_, first) = try plot.model()
    let data = try plot.data(for: first)
    var points: [(name: String, rate: Double, distortion: Double, error: Double)] = []
    for (index, item) in plot.models.enumerated() {
      try plot.execution.working("evaluate", Double(index) / Double(plot.models.count))
      try plot.refuseCodes(item.model, item.name)
      let result = try plot.live(item.model).measured(data)
      if index == 0 {
        for other in plot.models.dropFirst() {
          if let obstacle = Comparability.obstacle(plot.models[0], other, hasGray: result.hasGrayValues) {
            throw plot.fault(.notComparable, obstacle.message, fix: obstacle.fix)
          }
        }
      }
      let configuration = item.model.configuration
      let beta = NumberText.short(Double(configuration.beta.target))
      let weight = configuration.family.hasWeightedKL ? ", β = \(beta)" : ""
      points.append(
        ("\(item.name)\(weight)", result.kl.mean, result.reconstruction.mean, result.reconstruction.standardError))
    }
    points.sort { $0.rate < $1.rate }
    var line = Curves.Line(
      name: "", x: points.map(\.rate), y: points.map(\.distortion), errors: points.map(\.error))
    line.notes = points.map(\.name)
    return Figure(
      Curves(lines: [line], xLabel: "rate: KL, \(plot.unit)", yLabel: "distortion: reconstruction, \(plot.unit)"),
      title: "Rate and distortion of \(plot.names)",
      subtitle: plot.about(plot.models, data) + " · ± standard error")
  }
}
