import Datasets
import Tensors
import VAEngine

/// `evaluate`, `kl`.
enum EvaluateCommands {
  static let all = [evaluate, kl]

  static let data = CommandOption(
    "on", .dataset, note: "the data it was trained on", help: "the data; its test part when it has one")
  static let seed = CommandOption("seed", .seed, default: "0", help: "of posterior draws")

  private static let evaluate = Command(
    "evaluate", family: .measures, summary: "ELBO, reconstruction and KL, with standard errors",
    details: "Sums over dimensions, means over examples, in nats. nll=K adds log p(x) by importance sampling.",
    positionals: [Positional("model", .model, takesPipe: true, help: "the model")],
    options: [
      data, seed,
      CommandOption("nll", .integer(1...1_000_000), help: "importance samples for log p(x)"),
      CommandOption("quality", .flag, default: "no", help: "MMD, precision and recall of samples"),
      CommandOption(
        "features", .choice(SampleQuality.FeatureSpace.allCases.map(\.rawValue)), default: "pixels",
        help: "where quality=yes compares samples with data"),
      CommandOption(
        "probe", .choice(["no", "knn", "linear"]), default: "no", help: "how well labels can be read from latents"),
      CommandOption(
        "split", .flag, default: "no", help: "the KL as mutual information, total correlation and the rest"),
      CommandOption("n", .count, note: "all", help: "examples, from the first"),
    ],
    result: "a report",
    examples: [
      .init("evaluate m on=d", "the ELBO and its parts"), .init("evaluate m on=d nll=500 n=500", "log-likelihood"),
    ]
  ) { arguments, execution in
    let model = try arguments.model("model")
    if arguments.isGiven("features"), !arguments.flag("quality") {
      throw arguments.fault(
        .badOptionValue, "features means nothing without quality", at: "features", fix: "Add: quality=yes")
    }
    var source = try arguments.measured("on", model, execution)
    if let n = arguments.integer("n"), n < source.dataset.count {
      source = source.subset(Array(0..<n), title: source.title)
    }
    let live = try model.model(threads: execution.state.settings.threads)
    _ = try live.checkValues(source.source)
    let seed = UInt64(arguments.integer("seed") ?? 0)
    let result = try live.evaluate(source.source, options: .init(seed: seed)) { try execution.working("evaluate", $0) }
    execution.remark(result, of: arguments["model"]?.name ?? "the model", model)
    var report = report(result, model, source)
    try EvaluateExtras(live: live, source: source, model: model, seed: seed).add(arguments, to: &report, execution)
    if let k = arguments.integer("nll") {
      let nll = try live.logLikelihood(source.source, samples: k, seed: seed) { try execution.working("nll", $0) }
      report.fields.append(
        .init(
          "nll", label: "−log p(x)", .fixed(nll.negativeLogLikelihood.mean, decimals: 2),
          unit: "nats/example", detail: ", k = \(nll.samples)", error: nll.negativeLogLikelihood.standardError))
      report.tables.append(
        .init(
          "convergence",
          Table(
            title: "convergence in k", columns: [.init("k"), .init("nll", unit: "nats")],
            rows: nll.convergence.map { [.count($0.samples), .fixed($0.mean, decimals: 3)] })))
    }
    return .report(report)
  }

  static func report(_ result: Evaluation, _ model: ModelValue, _ source: DatasetValue) -> Report {
    func field(_ name: String, _ label: String, _ estimate: Estimate, _ unit: String) -> Report.Field {
      .init(name, label: label, .fixed(estimate.mean, decimals: 2), unit: unit, error: estimate.standardError)
    }
    let isPlain = model.configuration.family == .autoencoder
    var fields: [Report.Field] = []
    if !isPlain {
      fields.append(field("negative_elbo", "−ELBO", result.negativeElbo, "nats/example"))
      fields.append(
        .init(
          "elbo", .number(-result.negativeElbo.mean), unit: "nats/example", error: result.negativeElbo.standardError,
          isShown: false))
    }
    fields.append(
      field(
        "reconstruction", "reconstruction (\(model.configuration.likelihood.name))", result.reconstruction,
        isPlain ? "" : "nats/example"))
    if !isPlain { fields.append(field("kl", "KL", result.kl, "nats/example")) }
    fields += [
      field("bce", "cross-entropy", result.binaryCrossEntropy, "nats/example"),
      .init(
        "mse", label: "mean squared error", .number(result.meanSquaredError), detail: " per pixel",
        error: result.meanSquaredErrorPerPixel.standardError),
      .init(
        "active_units", label: "active units", .count(result.activeUnits),
        detail: " of \(model.configuration.latentDimensions) (variance of means > 0.01)"),
      .init("latent_dimensions", .count(model.configuration.latentDimensions), isShown: false),
      .init("examples", .count(result.count), isShown: false),
    ]
    if let bits = result.bitsPerDimension {
      fields.append(
        .init(
          "negative_elbo_bits", label: "−ELBO", .fixed(bits.mean, decimals: 3), unit: "bits/dim",
          error: bits.standardError, oldName: "bits"))
    }
    return Report(
      title:
        "\(model.configuration.family.rawValue) on \(source.title), \(NumberText.count(result.count)) examples, one posterior draw each",
      fields: fields)
  }

  private static let kl = Command(
    "kl", family: .measures, summary: "KL of each latent dimension, largest first",
    positionals: [Positional("model", .model, takesPipe: true, help: "the model")], options: [data, seed],
    result: "a table", examples: [.init("kl m", "which dimensions carry information")]
  ) { arguments, execution in
    let model = try arguments.model("model")
    let source = try arguments.measured("on", model, execution)
    let result = try model.model(threads: execution.state.settings.threads)
      .evaluate(source.source, options: .init(seed: UInt64(arguments.integer("seed") ?? 0))) {
        try execution.working("kl", $0)
      }
    execution.remark(result, of: arguments["model"]?.name ?? "the model", model)
    let order = result.klPerDimension.indices.sorted { result.klPerDimension[$0] > result.klPerDimension[$1] }
    let largest = max(result.klPerDimension.max() ?? 0, 1e-9)
    return .table(
      Table(
        title:
          "KL per dimension on \(source.title), \(NumberText.count(result.count)) examples: \(NumberText.fixed(result.kl.mean, decimals: 2)) nats in all",
        columns: [
          .init("dimension"), .init("KL", unit: "nats"), .init("variance of means"), .init("", for: .people),
          .init("active", for: .programs),
        ],
        rows: order.map { j in
          let share = result.klPerDimension[j] / largest
          let bar = String(repeating: "█", count: share.isFinite ? Int((share * 20).rounded()) : 20)
          let isActive = result.meanVariance[j] > 0.01
          return [
            .count(j), .fixed(result.klPerDimension[j], decimals: 3), .fixed(result.meanVariance[j], decimals: 4),
            .text(isActive ? bar : "inactive"), .flag(isActive),
          ]
        },
        notes: [
          "\(result.activeUnits) of \(result.klPerDimension.count) dimensions are active (variance of posterior means > 0.01)"
        ]))
  }
}

extension Arguments {
  /// The data to measure on: those given, those of the training, or the only dataset; the test part when there is one.
  func measured(_ name: String, _ model: ModelValue, _ execution: Execution) throws -> DatasetValue {
    if let given = dataset(name) {
      remark(given, model, name, execution)
      return given.testPart
    }
    if let last = model.recipe.data, let value = try? execution.evaluate(text: last, span: verbSpan),
      case .object(let data as DatasetValue) = value
    {
      return data.testPart
    }
    let known = execution.names(ofKinds: [.dataset])
    if known.count == 1, case .object(let only as DatasetValue) = execution.lookup(known[0]) { return only.testPart }
    throw fault(.missingArgument, "\(command.verb) needs data", fix: "Example: \(command.verb) m on=d")
  }

  /// Says so when the data are seen in another way than those the model was trained on.
  private func remark(_ data: DatasetValue, _ model: ModelValue, _ name: String, _ execution: Execution) {
    guard let trained = model.recipe.transforms, trained != data.dataset.transforms else { return }
    let (data, model) = (self[name]?.raw ?? "d", self["model"]?.name ?? "m")
    let transforms = trained.isEmpty ? "no transforms" : trained.map(\.description).joined(separator: ", ")
    execution.note(
      "\(model) was trained on data with \(transforms); to see \(data) so: transform \(data) like=\(model)")
  }
}
