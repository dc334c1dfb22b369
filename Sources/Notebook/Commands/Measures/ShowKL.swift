import SessionCore
import Text
import VAEngine

/// `kl`.
struct ShowKL: DeclaredCommand {
  static let about = About(
    "kl", family: .measures, summary: "KL of each latent dimension, largest first", returns: .init(.table),
    examples: [.init("kl m", "which dimensions carry information")])

  @Argument(takesPipe: true, help: "the model") var model: ModelValue
  let data = MeasuredData()
  let seed = MeasureSeed()

  func run(_ call: Call) throws -> Value {
    let execution = call.execution
    guard !model.configuration.isPlain else {
      throw $model.fault(
        .notSupported, "a plain autoencoder has codes and no posterior: there is no KL",
        fix: "How its codes vary: encode \($model.variable ?? "a") d | var(_)")
    }
    let source = try data.data(for: model, at: $model, call).testPart
    let result = try model.model(threads: call.threads).measured(source, seed: seed.value) {
      try execution.working("kl", $0)
    }
    execution.remark(result, of: $model.variable ?? "the model", model)
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
        ]
          + (result.drawsRate == true
            ? [
              "of dimensions from N(0, 1); in all from prior=\(model.configuration.prior?.name ?? ""), by one draw each"
            ] : [])))
  }
}
