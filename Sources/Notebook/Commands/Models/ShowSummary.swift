import SessionCore
import Text
import VAEngine

/// `summary`.
struct ShowSummary: DeclaredCommand {
  static let about = About(
    "summary", family: .models, summary: "show a model's layers, shapes, parameters and cost", returns: .init(.report),
    examples: [.init("summary m", "layer by layer")])

  @Argument(takesPipe: true, help: "the model") var model: ModelValue

  func run(_ call: Call) throws -> Value { .report(try Self.report(model, threads: call.threads)) }

  static func report(_ model: ModelValue, threads: Int?) throws -> Report {
    let live = try model.model(threads: threads)
    let summary = try live.summary()
    let encoder = summary.layers.filter { $0.name.hasPrefix("encoder") }
    let heads = encoder.filter { $0.name == "encoder.mean" || $0.name == "encoder.logVariance" }
    var rows = encoder.filter { layer in !heads.contains(layer) }.map { row("encoder", $0) }
    if var latent = heads.first {
      latent.text = heads.count == 2 ? "mean, log variance" : "code"
      latent.parameters = heads.reduce(0) { $0 + $1.parameters }
      latent.flops = heads.reduce(0) { $0 + $1.flops }
      rows.append(row("latent", latent))
    }
    rows += summary.layers.filter { !$0.name.hasPrefix("encoder") }.map { layer in
      row(String(layer.name.prefix { $0 != "." }), layer)
    }
    let table = Table(
      columns: [.init("part"), .init("layer"), .init("shape"), .init("parameters"), .init("FLOPs")], rows: rows)
    let batch = model.recipe.batchSize
    let fields: [Report.Field] = [
      .init("parameters", .count(summary.parameterCount)),
      .init("bytes", label: "parameters and moments", .bytes(summary.parameterCount * 12)),
      .init("forward_flops", label: "forward", .count(summary.flops), unit: "FLOPs/example"),
      // The backward pass computes two more products for each: the gradients of the inputs and of the weights.
      .init("training_flops", label: "forward + backward", .count(3 * summary.flops), unit: "FLOPs/example"),
      .init(
        "training_bytes", label: "to train, batch \(batch)",
        .bytes(try live.trainingBytes(batchSize: batch))),
    ]
    return Report(
      title: "\(model.configuration.family.summary), \(model.configuration.architecture.name)", fields: fields,
      tables: [.init("layers", table)] + (try columns(of: live).map { [.init("columns", $0)] } ?? []))
  }

  /// The likelihood of each column of a table.
  private static func columns(of live: Model) throws -> Table? {
    guard let columns = live.configuration.likelihood.columns else { return nil }
    let sigmas = live.training.step > 0 ? try live.columnSigmas : [:]
    return Table(
      title: "p(x | z) of each column",
      columns: [.init("column"), .init("likelihood"), .init("σ", key: "sigma"), .init("values")],
      rows: columns.models.map { model in
        let values =
          model.kind == .categorical
          ? model.categories.joined(separator: ", ")
          : model.range.map { "\(NumberText.short($0.lowerBound)) … \(NumberText.short($0.upperBound))" } ?? ""
        return [
          .text(model.name), .text(model.kind.rawValue), sigmas[model.name].map { .number($0) } ?? .empty,
          .text(values),
        ]
      }, notes: columns.hasMissing ? ["missing values: the encoder is told which are observed"] : [])
  }

  private static func row(_ part: String, _ layer: ModelSummary.Layer) -> [Table.Cell] {
    [
      .text(part), .text(layer.text), .text(layer.shape.description), .count(layer.parameters),
      .scaled(Double(layer.flops)),
    ]
  }
}
