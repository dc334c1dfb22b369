import Figures
import SessionCore
import VAEngine

/// Decoded draws of the prior.
struct SamplePlot: PlotSubject {
  static let (name, synonyms, help) = ("sample", ["samples"], "images decoded from the prior")

  @Option(.integer(1...100_000), default: 64, help: "images") var n: Int
  @Option(.seed, note: "the next seed of the session", help: "seed of the draws") var seed: Int?
  @Option(default: .means, help: "means of p(x|z), or samples of it") var draws: DecodedKind
  let labels = LabelOption()
  @Option(.integer(1...1000), note: "automatic", help: "images per row") var columns: Int?

  func draw(_ plot: PlotItems) throws -> Figure {
    let (name, model) = try plot.model()
    let label = try labels.class(for: model)
    let kind = try draws.checked(for: [model], at: $draws)
    let array = try model.sampled(n, seed: plot.execution.seed(given: seed), label: label, as: kind, plot.execution)
    var figure = try plot.pictures(array, as: .each { "sample \($0)" }, columns: columns)
    figure.title = "Samples of \(name)"
    figure.subtitle = model.configuration.shown(kind) + " · " + plot.about(model)
    return figure
  }
}
