import Figures
import SessionCore
import VAEngine

/// Loss, reconstruction and KL by epoch; of several models the losses.
struct LossPlot: PlotSubject {
  static let (name, synonyms, help) = ("loss", ["losses", "training"], "training by epoch")

  let data = PlotData()
  @Option(default: .overlaid, help: "how the terms of a loss are drawn") var terms: LossFigure.Terms
  @Option(default: false, help: "logarithmic vertical axis") var logy: Bool

  func draw(_ plot: PlotItems) throws -> Figure {
    let plot = data.items(plot)
    _ = try plot.model()
    for (name, model) in plot.models where model.training.history.steps.isEmpty {
      throw plot.fault(.notSupported, "\(name) has not been trained", fix: "Train it first: train \(name) on=d")
    }
    if plot.models.count > 1, $terms.isGiven {
      throw $terms.fault(.badOptionValue, "option 'terms' does not apply to several models")
    }
    var loss = LossFigure(runs: plot.models.map { .init(name: $0.name, training: $0.model.training) })
    loss.ownTerms = plot.models[0].model.configuration.family.ownTerms
    loss.terms = terms
    loss.logY = logy
    loss.unit = plot.models[0].model.configuration.unit
    guard let curves = loss.curves() else { throw plot.fault(.notSupported, "there is no training history to draw") }
    return Figure(curves, title: "Training of \(plot.names)", subtitle: plot.aboutTraining())
  }
}

extension LossFigure.Terms: Choice {
  package var help: String {
    switch self {
    case .overlaid: "a line for each"
    case .stacked: "on top of each other"
    case .total: "only their sum"
    }
  }
}
