import Datasets
import SessionCore
import Tensors
import Text
import VAEngine

/// `evaluate`.
struct Evaluate: DeclaredCommand {
  static let about = About(
    "evaluate", family: .measures, summary: "ELBO, reconstruction and KL, with standard errors",
    details: """
      Sums over dimensions, means over examples, in nats. nll=K adds log p(x) by importance sampling. quality=yes compares \
      samples of p(x | z), z drawn from the prior, with the data; draws=means compares the means of p(x | z). A probe \
      learns from the training part where there is one and is asked about the test part.
      """,
    returns: .init(.report),
    examples: [
      .init("evaluate m on=d", "the ELBO and its parts"), .init("evaluate m on=d nll=500 n=500", "log-likelihood"),
    ])

  @Argument(takesPipe: true, help: "the model") var model: ModelValue
  let data = MeasuredData()
  let seed = MeasureSeed()
  @Option(.integer(1...1_000_000), help: "importance samples for log p(x)") var nll: Int?
  let extras = EvaluateExtras()
  @Option(.count, note: "all", help: "number of examples, from the first") var n: Int?

  func run(_ call: Call) throws -> Value {
    let execution = call.execution
    try extras.check()
    let given = try data.data(for: model, at: $model, call)
    var examples = given.testPart
    if let n, n < examples.dataset.count { examples = examples.subset(Array(0..<n), title: examples.title) }
    let source = examples.drawnOnce(seed: seed.value)
    let live = try model.model(threads: call.threads)
    func shared<Result>(_ kind: RankMeasure.Kind, _ body: () throws -> Result) throws -> Result {
      try RankMeasure.run(
        kind, model, live, on: examples, isDrawnOnce: true, seed: seed.value, execution.options, body)
    }
    let result = try shared(.evaluation) {
      try live.measured(source, seed: seed.value) { try execution.working("evaluate", $0) }
    }
    execution.remark(result, of: $model.variable ?? "the model", model)
    var report = Self.report(result, model, source)
    if !model.configuration.isPlain {
      report.notes += live.warnings(hasGray: result.hasGrayValues).map(\.description)
    }
    let measured = EvaluateExtras.Measured(
      live: live, source: source, given: given, model: model, seed: seed.value, hasGray: result.hasGrayValues)
    try extras.add(measured, to: &report, call)
    if model.configuration.likelihood.columns != nil {
      let errors = try live.columnErrors(source.source, seed: seed.value) { try execution.working("columns", $0) }
      report.tables.append(.init("columns", Self.columns(errors)))
    }
    if let k = nll {
      let nll = try shared(.logLikelihood(samples: k)) {
        try live.logLikelihood(source.source, samples: k, seed: seed.value) { try execution.working("nll", $0) }
      }
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

  /// What the model makes of each column, in the column's own unit.
  private static func columns(_ errors: [ColumnError]) -> Table {
    Table(
      title: "by the mean of each posterior",
      columns: [
        .init("column"), .init("likelihood"), .init("−log p", key: "loss", unit: "nats"),
        .init("error", key: "rms_error"), .init("correct", key: "accuracy", unit: "%"), .init("observed"),
      ],
      rows: errors.map { error in
        [
          .text(error.column.name), .text(error.column.kind.rawValue), .fixed(error.loss, decimals: 3),
          error.rootMeanSquaredError.map { .number($0) } ?? .empty,
          error.accuracy.map { .fixed(100 * $0, decimals: 1) } ?? .empty, .count(error.observed),
        ]
      }, notes: ["error: root mean square of the data less E[x | z], in the column's unit"])
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
    if !isPlain {
      let way =
        result.drawsRate == true ? ", of one draw of each posterior from prior=\(configuration.prior?.name ?? "")" : ""
      fields.append(field("kl", "KL", result.kl, "nats/example" + way))
    }
    if let entropy = result.binaryCrossEntropy {
      // Outputs of these may lie outside [0, 1], where a cross-entropy has no value.
      let isClipped = !configuration.likelihood.isBounded
      fields.append(
        .init(
          "bce", label: "cross-entropy", .fixed(entropy.mean, decimals: 2), unit: "nats/example",
          detail: isClipped ? ", of means clipped to [0, 1]" : "", error: entropy.standardError))
    }
    let isTable = configuration.likelihood.columns != nil
    fields += [
      // Over columns of different units it is of none.
      .init(
        "mse", label: "mean squared error", .number(result.meanSquaredError), detail: " per pixel",
        error: result.meanSquaredErrorPerPixel.standardError, isShown: !isTable),
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
        "\(configuration.family.word) on \(source.title), \(counted(result.count, "example")), \(configuration.measuredWay)",
      fields: fields)
  }
}
