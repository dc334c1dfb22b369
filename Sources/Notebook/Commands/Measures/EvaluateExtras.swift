import Figures
import Text
import VAEngine

/// What `evaluate` adds when asked: quality of samples, probes of the latents, the parts of the KL.
struct EvaluateExtras {
  let live: Model
  /// What is measured, and the data with all of their parts.
  let source: DatasetValue
  let given: DatasetValue
  let model: ModelValue
  let seed: UInt64
  let hasGray: Bool

  func add(_ arguments: Arguments, to report: inout Report, _ execution: Execution) throws {
    if arguments.flag("quality") { try quality(arguments, &report, execution) }
    if arguments.flag("split") { try split(&report) }
    if let probe = arguments.text("probe"), probe != "no" { try self.probe(probe, arguments, &report, execution) }
  }

  private func quality(_ arguments: Arguments, _ report: inout Report, _ execution: Execution) throws {
    try execution.working("quality", 0)
    let features = arguments.text("features").flatMap { SampleQuality.FeatureSpace(rawValue: $0) } ?? .pixels
    let kind = try arguments.draws(of: [model])
    let quality = try live.sampleQuality(source.source, features: features, draws: kind, count: 1000, seed: seed)
    let space = features == .pixels ? "pixels" : "posterior means"
    let sets = "\(NumberText.count(quality.count)) of each, \(space)"
    let width = NumberText.short(quality.bandwidth, digits: 3)
    report.fields += [
      .init("draws", label: "compared with the data", .text(model.configuration.shown(kind)), detail: ", z ~ N(0, I)"),
      .init(
        "mmd", label: "MMD²", .number(quality.mmd.mean), detail: " \(sets), Gaussian kernel of width \(width)",
        error: quality.mmd.standardError),
      field("precision", quality.precision, "", " k = \(quality.neighbors), \(sets)"),
      field("recall", quality.recall, "", " k = \(quality.neighbors), \(sets)"),
    ]
    report.fields += [
      .init("quality_features", .text(features.rawValue), isShown: false),
      .init("quality_count", .count(quality.count), isShown: false),
      .init("quality_neighbors", .count(quality.neighbors), isShown: false),
      .init("kernel_width", .number(quality.bandwidth), isShown: false),
    ]
    if kind == .samples, hasGray, model.configuration.likelihood.measure == .binaryProbability {
      report.notes.append(Self.graySamples)
    }
  }

  static let graySamples =
    "The data are gray, and samples of a Bernoulli are 0 and 1: draws=means compares the means of p(x | z)."

  private func split(_ report: inout Report) throws {
    let split = try live.elboSplit(source.source, seed: seed)
    let terms = [
      ("mutual_information", split.mutualInformation, split.mutualInformationBounds),
      ("total_correlation", split.totalCorrelation, split.totalCorrelationBounds),
      ("dimensionwise_kl", split.dimensionwiseKL, split.dimensionwiseKLBounds),
    ]
    func text(_ value: Double) -> String { NumberText.fixed(value, decimals: 3) }
    for (name, estimate, bounds) in terms {
      report.fields.append(
        field(
          name, estimate, "nats", ", bounds \(text(bounds.low)) to \(text(bounds.high)) (N = \(split.count))"))
      report.fields += [
        .init(name + "_low", .number(bounds.low), unit: "nats", isShown: false),
        .init(name + "_high", .number(bounds.high), unit: "nats", isShown: false),
      ]
    }
    report.fields.append(.init("split_count", .count(split.count), isShown: false))
    if split.isBracketed {
      report.notes.append(
        "\(NumberText.count(split.count)) examples are too few for q(z) in \(model.configuration.latentDimensions) dimensions: "
          + "of mutual information and total correlation no more is known than the bounds, whose middle ± half is shown."
      )
    }
  }

  private func field(
    _ name: String, _ estimate: Estimate, _ unit: String, _ detail: String
  ) -> Report.Field {
    .init(
      name, label: name.replacing("_", with: " "), .fixed(estimate.mean, decimals: 3), unit: unit,
      detail: detail, error: estimate.standardError)
  }

  /// Reads labels from the latents of the test part by those of the training part.
  private func probe(_ how: String, _ arguments: Arguments, _ report: inout Report, _ execution: Execution) throws {
    let count = source.dataset.count < given.testPart.dataset.count ? source.dataset.count : nil
    guard
      let sets = try ProbeSets(
        given.drawnOnce(seed: seed), count: count, training: arguments.trainingData(of: model, execution), seed: seed)
    else { throw arguments.fault(.noLabels, "a probe needs 40 examples with labels", at: "probe") }
    try execution.working("probe", 0)
    let codes = try sets.codes(live) { _ in try execution.working("probe", 0) }
    let result = Estimate(share: sets.right(how == "knn" ? try sets.nearest(codes) : try sets.linear(codes)))
    report.fields.append(
      .init(
        "probe", label: "labels predicted from latents (\(how))", .fixed(100 * result.mean, decimals: 1),
        unit: "%",
        detail:
          " of \(NumberText.count(sets.askedLabels.count)), by \(NumberText.count(sets.knownLabels.count)) \(sets.origin)",
        error: 100 * result.standardError))
  }
}

extension Arguments {
  /// What is decoded to be compared: what was asked for, else samples where all the models have them.
  func draws(of models: [ModelValue], else usual: DecodedKind = .samples) throws -> DecodedKind {
    let without = models.first { !$0.configuration.likelihood.hasSamples }
    guard let asked = text("draws").flatMap({ DecodedKind(rawValue: $0) }) else {
      return without == nil ? usual : .means
    }
    guard asked == .samples, let without else { return asked }
    throw fault(
      .notSupported, "likelihood=\(without.configuration.likelihood.name) has no p(x | z) to draw from", at: "draws",
      fix: "Use draws=means.")
  }
}
