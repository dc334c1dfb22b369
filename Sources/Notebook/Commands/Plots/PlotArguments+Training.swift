import Figures
import Tensors
import Text
import VAEngine

extension PlotArguments {
  /// Loss, reconstruction and KL by epoch; of several models the losses.
  func loss() throws -> Figure {
    _ = try model()
    for (name, model) in models where model.training.history.steps.isEmpty {
      throw fault(.notSupported, "\(name) has not been trained", fix: "Train it first: train \(name) on=d")
    }
    if models.count > 1, arguments.isGiven("terms") {
      throw arguments.fault(.badOptionValue, "option 'terms' does not apply to several models", at: "terms")
    }
    var loss = LossFigure(runs: models.map { .init(name: $0.name, training: $0.model.training) })
    loss.ownTerms = models[0].model.configuration.family.ownTerms
    loss.terms = arguments.text("terms") ?? "overlaid"
    loss.logY = arguments.flag("logy")
    loss.unit = models[0].model.configuration.unit
    guard let curves = loss.curves() else { throw fault(.notSupported, "there is no training history to draw") }
    return Figure(.curves(curves), title: "Training of \(names)", subtitle: aboutTraining())
  }

  private var unit: String { models.first?.model.configuration.unit ?? "nats" }

  private var names: String { models.map(\.name).joined(separator: ", ") }

  /// Mean KL of each dimension, largest first.
  func kl() throws -> Figure {
    let (name, model) = try model()
    let data = try data(for: model)
    try refuseCodes(model, name)
    let result = try live(model).measured(data)
    let order = result.klPerDimension.indices.sorted { result.klPerDimension[$0] > result.klPerDimension[$1] }
    let inactive = order.indices.filter { result.meanVariance[order[$0]] <= 0.01 }
    return Figure(
      .bars(
        Bars(
          values: order.map { result.klPerDimension[$0] }, names: order.map(String.init),
          kinds: .init(
            inactive: Set(inactive), activeName: "active: variance of means > 0.01", inactiveName: "inactive"),
          xLabel: "latent dimension, by KL", yLabel: "KL, nats")),
      title: "KL per dimension of \(name): \(NumberText.fixed(result.kl.mean, decimals: 2)) nats",
      subtitle: about(model, data))
  }

  /// A plain autoencoder has no posterior, whose KL a figure could show.
  private func refuseCodes(_ model: ModelValue, _ name: String) throws {
    try Stopping.check()
    guard model.configuration.isPlain else { return }
    throw fault(.notSupported, "\(name) is a plain autoencoder: it has codes, no posterior and no KL")
  }

  /// A point for each model: KL against reconstruction, in the order of the rate.
  func rateDistortion() throws -> Figure {
    let (_, first) = try model()
    let data = try data(for: first)
    var points: [(name: String, rate: Double, distortion: Double, error: Double)] = []
    for (index, item) in models.enumerated() {
      try execution.working("evaluate", Double(index) / Double(models.count))
      try refuseCodes(item.model, item.name)
      let result = try live(item.model).measured(data)
      if index == 0 {
        for other in models.dropFirst() {
          if let obstacle = Comparability.obstacle(models[0], other, hasGray: result.hasGrayValues) {
            throw fault(.notComparable, obstacle.message, fix: obstacle.fix)
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
      .curves(
        Curves(lines: [line], xLabel: "rate: KL, \(unit)", yLabel: "distortion: reconstruction, \(unit)")),
      title: "Rate and distortion of \(names)",
      subtitle: about(models, data) + " · ± standard error")
  }

  /// −log p(x) by importance sampling with growing k.
  func likelihood() throws -> Figure {
    let (_, first) = try model()
    var lines: [Curves.Line] = []
    let kinds = Set(models.map(\.model.configuration.evidence))
    let evidence = kinds.count == 1 ? first.configuration.evidence : "log p(x) or log p(x | y)"
    var caveats: Set<String> = []
    let k = arguments.integer("k") ?? 1000
    var measured: (data: DatasetValue, count: Int)?
    for (name, model) in models {
      let all = try data(for: model)
      let count = min(arguments.integer("n") ?? 200, all.dataset.count)
      measured = (all, count)
      let data = all.subset(Array(0..<count))
      for warning in try live(model).checkValues(data.source) where caveats.insert(warning.description).inserted {
        execution.note(warning.description)
      }
      let result = try live(model).logLikelihood(
        data.source, samples: k, seed: UInt64(arguments.integer("seed") ?? 0)
      ) { try execution.working("likelihood of \(name)", $0) }
      let points = result.convergence
      var line = Curves.Line(
        name: "\(name): \(NumberText.fixed(result.negativeLogLikelihood.mean, decimals: 2)) nats",
        x: points.map { Double($0.samples) }, y: points.map(\.mean))
      line.errors = points.indices.map { $0 == points.count - 1 ? result.negativeLogLikelihood.standardError : 0 }
      lines.append(line)
    }
    return Figure(
      .curves(Curves(lines: lines, xLabel: "importance samples k", yLabel: "−\(evidence), \(unit)", logX: true)),
      title: "Convergence of the likelihood of \(names)",
      subtitle: about(models, measured?.data, count: measured?.count) + " · ± standard error")
  }
}
