import Datasets
import Language
import Tensors
import Text
import VAEngine

/// `evaluate`, `kl`.
enum EvaluateCommands {
  static let all = [evaluate, kl]

  static let data = CommandOption(
    "on", .dataset, note: "the data it was trained on", help: "the data; its test part when it has one")
  static let seed = CommandOption("seed", .seed, default: "0", help: "seed of the posterior draws")

  private static let evaluate = Command(
    "evaluate", family: .measures, summary: "ELBO, reconstruction and KL, with standard errors",
    details: """
      Sums over dimensions, means over examples, in nats. nll=K adds log p(x) by importance sampling. quality=yes compares \
      samples of p(x | z), z drawn from the prior, with the data; draws=means compares the means of p(x | z). A probe \
      learns from the training part where there is one and is asked about the test part.
      """,
    positionals: [Positional("model", .model, takesPipe: true, help: "the model")],
    options: [
      data, seed,
      CommandOption("nll", .integer(1...1_000_000), help: "importance samples for log p(x)"),
      CommandOption("quality", .flag, default: "no", help: "MMD, precision and recall of samples"),
      CommandOption(
        "draws", .choice(DecodedKind.allCases.map(\.rawValue)), note: "samples, where the likelihood has them",
        help: "what quality=yes compares: samples of p(x|z) or its means"),
      CommandOption(
        "features", .choice(SampleQuality.FeatureSpace.allCases.map(\.rawValue)), default: "pixels",
        help: "feature space in which quality=yes compares samples with data"),
      CommandOption(
        "probe", .choice(["no", "knn", "linear"]), default: "no", help: "accuracy of labels predicted from latents"),
      CommandOption(
        "split", .flag, default: "no",
        help: "split the KL into mutual information, total correlation and dimension-wise KL"),
      CommandOption("n", .count, note: "all", help: "number of examples, from the first"),
    ],
    result: "a report",
    examples: [
      .init("evaluate m on=d", "the ELBO and its parts"), .init("evaluate m on=d nll=500 n=500", "log-likelihood"),
    ]
  ) { arguments, execution in
    let model = try arguments.model("model")
    for option in ["features", "draws"] where arguments.isGiven(option) && !arguments.flag("quality") {
      throw arguments.fault(
        .badOptionValue, "\(option) does not apply without quality", at: option, fix: "Add: quality=yes")
    }
    let seed = UInt64(arguments.integer("seed") ?? 0)
    let given = try arguments.measuredData("on", model, execution)
    var source = given.testPart.drawnOnce(seed: seed)
    if let n = arguments.integer("n"), n < source.dataset.count {
      source = source.subset(Array(0..<n), title: source.title)
    }
    let live = try model.model(threads: execution.state.settings.threads)
    let result = try live.measured(source, seed: seed) { try execution.working("evaluate", $0) }
    execution.remark(result, of: arguments["model"]?.name ?? "the model", model)
    var report = report(result, model, source)
    if !model.configuration.isPlain {
      report.notes += live.warnings(hasGray: result.hasGrayValues).map(\.description)
    }
    let extras = EvaluateExtras(
      live: live, source: source, given: given, model: model, seed: seed, hasGray: result.hasGrayValues)
    try extras.add(arguments, to: &report, execution)
    if let k = arguments.integer("nll") {
      let nll = try live.logLikelihood(source.source, samples: k, seed: seed) { try execution.working("nll", $0) }
      report.fields.append(
        .init(
          "nll", label: "−\(model.configuration.evidence)", .fixed(nll.negativeLogLikelihood.mean, decimals: 2),
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
    let configuration = model.configuration
    let isPlain = configuration.isPlain
    var fields: [Report.Field] = []
    let bound = configuration.family.isConditional ? ", of \(configuration.evidence)" : ""
    if !isPlain {
      fields.append(
        .init(
          "negative_elbo", label: "−ELBO", .fixed(result.negativeElbo.mean, decimals: 2), unit: "nats/example",
          detail: bound, error: result.negativeElbo.standardError))
      fields.append(
        .init(
          "elbo", .number(-result.negativeElbo.mean), unit: "nats/example", detail: bound,
          error: result.negativeElbo.standardError, isShown: false))
    }
    fields.append(
      field(
        "reconstruction", "reconstruction (\(configuration.likelihood.name))", result.reconstruction,
        configuration.lossUnitPerExample))
    if !isPlain { fields.append(field("kl", "KL", result.kl, "nats/example")) }
    if let entropy = result.binaryCrossEntropy {
      // Outputs of these may lie outside [0, 1], where a cross-entropy has no value.
      let isClipped = !configuration.likelihood.isBounded
      fields.append(
        .init(
          "bce", label: "cross-entropy", .fixed(entropy.mean, decimals: 2), unit: "nats/example",
          detail: isClipped ? ", of means clipped to [0, 1]" : "", error: entropy.standardError))
    }
    fields += [
      .init(
        "mse", label: "mean squared error", .number(result.meanSquaredError), detail: " per pixel",
        error: result.meanSquaredErrorPerPixel.standardError),
      .init(
        "active_units", label: "active units", .count(result.activeUnits),
        detail: " of \(configuration.latentDimensions) (variance of \(isPlain ? "codes" : "means") > 0.01)"),
      .init("latent_dimensions", .count(configuration.latentDimensions), isShown: false),
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
        "\(configuration.family.word) on \(source.title), \(NumberText.count(result.count)) examples, \(configuration.measuredWay)",
      fields: fields)
  }

  private static let kl = Command(
    "kl", family: .measures, summary: "KL of each latent dimension, largest first",
    positionals: [Positional("model", .model, takesPipe: true, help: "the model")], options: [data, seed],
    result: "a table", examples: [.init("kl m", "which dimensions carry information")]
  ) { arguments, execution in
    let model = try arguments.model("model")
    guard !model.configuration.isPlain else {
      throw arguments.fault(
        .notSupported, "a plain autoencoder has codes and no posterior: there is no KL", at: "model",
        fix: "How its codes vary: encode \(arguments["model"]?.name ?? "a") d | var(_)")
    }
    let source = try arguments.measured("on", model, execution)
    let result = try model.model(threads: execution.state.settings.threads)
      .measured(source, seed: UInt64(arguments.integer("seed") ?? 0)) { try execution.working("kl", $0) }
    execution.remark(result, of: arguments["model"]?.name ?? "the model", model)
    let order = result.klPerDimension.indices.sorted { result.klPerDimension[$0] > result.klPerDimension[$1] }
    let largest = max(result.klPerDimension.max() ?? 0, 1e-9)
    return .table(
      Table(
        title:
          "KL per dimension on \(source.title), \(NumberText.count(result.count)) \(inflected("example", for: result.count)): \(Table.Cell(result.kl, decimals: 2).text) nats in all",
        columns: [
          .init("dimension"), .init("KL", unit: "nats"), .init("variance of means"), .init("", for: .people),
          .init("active", for: .programs),
        ],
        rows: order.map { j in
          let share = result.klPerDimension[j] / largest
          let bar = String(repeating: "█", count: share.isFinite ? Int((share * 20).rounded()) : 20)
          let isActive = result.meanVariance[j] > 0.01
          let error = result.klStandardErrors[j]
          return [
            .count(j),
            .measured(result.klPerDimension[j], error: share.isFinite && error.isFinite ? error : nil, decimals: 3),
            .fixed(result.meanVariance[j], decimals: 4),
            .text(isActive ? bar : "inactive"), .flag(isActive),
          ]
        },
        notes: [
          "\(result.activeUnits) of \(result.klPerDimension.count) \(inflected("dimension", for: result.klPerDimension.count)) are active (variance of posterior means > 0.01)"
        ]))
  }
}

extension Arguments {
  /// The data to measure on: those given, those of the training, or the only dataset; the test part when there is one.
  func measured(_ name: String, _ model: ModelValue, _ execution: Execution) throws -> DatasetValue {
    try measuredData(name, model, execution).testPart
  }

  /// The same with all of its parts.
  func measuredData(_ name: String, _ model: ModelValue, _ execution: Execution) throws -> DatasetValue {
    if let given = dataset(name) {
      remark(given, model, name, execution)
      do { return try given.matched(to: model) } catch let fault as Fault {
        throw fault.placed(at: self[name]?.span ?? verbSpan)
      }
    }
    if let last = trainingData(of: model, execution) { return last }
    let known = execution.names(ofKinds: [.dataset])
    if known.count == 1, case .object(let only as DatasetValue) = execution.lookup(known[0]) { return only }
    throw fault(.missingArgument, "\(command.verb) needs data", fix: "Example: \(command.verb) m on=d")
  }

  /// What a model was last trained on, where that is still a variable.
  func trainingData(of model: ModelValue, _ execution: Execution) -> DatasetValue? {
    guard let last = model.recipe.data, let value = try? execution.evaluate(text: last, span: verbSpan),
      case .object(let data as DatasetValue) = value
    else { return nil }
    return data
  }

  /// Adds a note when the transforms of the data differ from those of the training data.
  private func remark(_ data: DatasetValue, _ model: ModelValue, _ name: String, _ execution: Execution) {
    guard let trained = model.recipe.transforms,
      data.dataset.transforms(like: trained) != data.dataset.transforms
    else { return }
    let (data, model) = (self[name]?.raw ?? "d", self["model"]?.name ?? "m")
    let transforms = trained.isEmpty ? "no transforms" : trained.map(\.description).joined(separator: ", ")
    execution.note(
      "\(model) was trained on data with \(transforms); to apply them to \(data): transform \(data) like=\(model)")
  }
}
