import Figures
import SessionCore
import Text
import VAEngine

/// What `evaluate` adds when asked: quality of samples, probes of the latents, the parts of the KL.
struct EvaluateExtras: ArgumentGroup {
  @Option(default: false, help: "MMD, precision and recall of samples") var quality: Bool
  @Option(
    note: "samples, where the likelihood has them",
    help: "what quality=yes compares: samples of p(x|z) or its means")
  var draws: DecodedKind?
  @Option(default: .pixels, help: "feature space in which quality=yes compares samples with data")
  var features: SampleQuality.FeatureSpace
  @Option(default: .no, help: "accuracy of labels predicted from latents") var probe: ProbeKind
  @Option(
    default: false, help: "split the KL into mutual information, total correlation and dimension-wise KL")
  var split: Bool

  enum ProbeKind: String, Choice {
    case no, knn, linear

    var help: String {
      switch self {
      case .no: "no probe"
      case .knn: "majority vote of the ten nearest latents"
      case .linear: "a linear classifier on the latents"
      }
    }
  }

  /// What was measured.
  struct Measured {
    let live: Model
    /// The examples, and the data with all of their parts.
    let source: DatasetValue
    let given: DatasetValue
    let model: ModelValue
    let seed: UInt64
    let hasGray: Bool
  }

  /// - Throws: for options that nothing would read.
  func check() throws {
    for place in [$features, $draws] where place.isGiven && !quality {
      throw place.fault(.badOptionValue, "\(place.name) does not apply without quality", fix: "Add: quality=yes")
    }
  }

  func add(_ measured: Measured, to report: inout Report, _ call: Call) throws {
    if quality { try addQuality(measured, &report, call.execution) }
    if split { try addSplit(measured, &report) }
    if probe != .no { try addProbe(measured, &report, call) }
  }

  private func addQuality(_ measured: Measured, _ report: inout Report, _ execution: Execution) throws {
    try execution.working("quality", 0)
    let model = measured.model
    let kind = try draws.chosen(for: [model], at: $draws)
    let quality = try measured.live.sampleQuality(
      measured.source.source, features: features, draws: kind, count: 1000, seed: measured.seed)
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
    if kind == .samples, measured.hasGray, model.configuration.likelihood.measure == .binaryProbability {
      report.notes.append(Self.graySamples)
    }
  }

  static let graySamples =
    "The data are gray, and samples of a Bernoulli are 0 and 1: draws=means compares the means of p(x | z)."

  private func addSplit(_ measured: Measured, _ report: inout Report) throws {
    let split = try measured.live.elboSplit(measured.source.source, seed: measured.seed)
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
        "\(NumberText.count(split.count)) examples are too few for q(z) in \(measured.model.configuration.latentDimensions) dimensions: "
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
  private func addProbe(_ measured: Measured, _ report: inout Report, _ call: Call) throws {
    let (source, given) = (measured.source, measured.given)
    let count = source.dataset.count < given.testPart.dataset.count ? source.dataset.count : nil
    guard
      let sets = try ProbeSets(
        given.drawnOnce(seed: measured.seed), count: count, training: measured.model.trainingData(call),
        seed: measured.seed)
    else { throw $probe.fault(.noLabels, "a probe needs 40 examples with labels") }
    try call.execution.working("probe", 0)
    let codes = try sets.codes(measured.live) { _ in try call.execution.working("probe", 0) }
    let answers = probe == .knn ? try sets.nearest(codes) : try sets.linear(codes)
    let result = Estimate(share: sets.right(answers))
    report.fields.append(
      .init(
        "probe", label: "labels predicted from latents (\(probe.rawValue))", .fixed(100 * result.mean, decimals: 1),
        unit: "%",
        detail:
          " of \(NumberText.count(sets.askedLabels.count)), by \(NumberText.count(sets.knownLabels.count)) \(sets.origin)",
        error: 100 * result.standardError))
  }
}

extension SampleQuality.FeatureSpace: Choice {
  package var help: String {
    switch self {
    case .pixels: "distances between images"
    case .latents: "distances between posterior means"
    }
  }
}
