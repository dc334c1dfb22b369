import VAEngine

/// What `evaluate` adds when asked: quality of samples, probes of the latents, the parts of the KL.
struct EvaluateExtras {
  let live: Model
  let source: DatasetValue
  let model: ModelValue
  let seed: UInt64

  func add(_ arguments: Arguments, to report: inout Report, _ execution: Execution) throws {
    if arguments.flag("quality") {
      try execution.working("quality", 0)
      let features = arguments.text("features").flatMap { SampleQuality.FeatureSpace(rawValue: $0) } ?? .pixels
      let quality = try live.sampleQuality(source.source, features: features, count: 1000, seed: seed)
      let unit = "\(quality.count) samples, \(quality.features.rawValue)"
      report.fields += [
        .init("mmd", label: "MMD² of samples", .number(quality.mmd.mean), unit: unit, error: quality.mmd.standardError),
        field("precision", quality.precision, unit), field("recall", quality.recall, unit),
      ]
    }
    if arguments.flag("split") {
      let split = try live.elboSplit(source.source, seed: seed)
      let unit = "nats, of \(split.count) examples"
      report.fields += [
        field("mutual_information", split.mutualInformation, unit),
        field("total_correlation", split.totalCorrelation, unit),
        field("dimensionwise_kl", split.dimensionwiseKL, unit),
      ]
    }
    if let probe = arguments.text("probe"), probe != "no" { try self.probe(probe, arguments, &report, execution) }
  }

  private func field(_ name: String, _ estimate: Estimate, _ unit: String) -> Report.Field {
    .init(
      name, label: name.replacing("_", with: " "), .fixed(estimate.mean, decimals: 3), unit: unit,
      error: estimate.standardError)
  }

  /// Reads labels from the latents of one half by those of the other.
  private func probe(_ how: String, _ arguments: Arguments, _ report: inout Report, _ execution: Execution) throws {
    let source = source.shuffled(seed: seed)
    guard let labels = try source.rowLabels()?.map(Int.init), labels.count >= 40 else {
      throw arguments.fault(.noLabels, "a probe needs 40 examples with labels", at: "probe")
    }
    try execution.working("probe", 0)
    let z = try live.encode(source.source).mean
    let half = labels.count / 2
    let (train, test) = (z[0..<half], z[half..<labels.count])
    let (known, asked) = (Array(labels[..<half]), Array(labels[half...]))
    let result =
      how == "knn"
      ? try Probe.nearestNeighbors(train: train, labels: known, test: test, testLabels: asked)
      : try Probe.linear(train: train, labels: known, test: test, testLabels: asked)
    report.fields.append(
      .init(
        "probe", label: "labels read from latents (\(how))", .fixed(100 * result.mean, decimals: 1),
        unit: "% of \(asked.count), by \(half) others", error: 100 * result.standardError))
  }
}
