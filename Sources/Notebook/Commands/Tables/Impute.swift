import Datasets
import SessionCore
import Tensors
import Text
import VAEngine

/// `impute`.
struct Impute: DeclaredCommand {
  static let about = About(
    "impute", family: .latents, summary: "fill the missing values of a table by a model",
    details: """
      Each row is encoded by what is observed of it, and decoded; what is missing is filled with the mean of p(x|z), or with \
      a draw. Load the table with missing=keep. How far off it is, is measured on cells that are hidden for it. A model that \
      learned to do without some of the cells fills best: model m denoising-vae on=t noise=mask:0.2
      """,
    returns: .init(.dataset, "the table without gaps"),
    examples: [
      .init("impute m t > full.csv", "the filled table as a file"),
      .init("full = impute m t draws=samples seed=1", "draws, with the noise of the data"),
    ])

  @Argument(help: "the model of the table") var model: ModelValue
  @Argument(takesPipe: true, help: "the table") var data: DatasetValue
  @Option(default: .means, help: "means of p(x|z), closest on average, or samples, which keep the spread") var draws:
    DecodedKind
  @Option(
    .number(0...0.9), default: 0.1, help: "fraction of the observed cells hidden to measure the error; 0 for none")
  var hide: Double
  @Option(.seed, default: 0, help: "seed of the draws and of what is hidden") var seed: Int
  let units = UnitsOption()

  func run(_ call: Call) throws -> Value {
    guard let columns = model.configuration.likelihood.columns else {
      throw $model.fault(
        .notSupported, "likelihood=\(model.configuration.likelihood.name) is not one of a table's columns",
        fix: "Train one on the table: model m on=\($data.raw)")
    }
    guard model.training.step > 0 else {
      throw $model.fault(
        .notSupported, "\($model.variable ?? "the model") is not trained: it knows nothing of the table yet",
        fix: "First: train \($model.variable ?? "m") on=\($data.raw) epochs=100")
    }
    let live = try model.model(threads: call.threads)
    let data = try data.matched(to: model, at: $data, call.execution)
    _ = try live.checkValues(data.source)
    let labels = try data.conditioning(model)
    let imputation = Imputation(model: live, columns: columns, labels: labels, seed: UInt64(seed))
    let values = try data.source.values().elements(as: Float.self)
    let filled = try imputation.filled(values, as: draws) { try call.execution.working("impute", $0) }
    let gaps = imputation.gaps(values)
    let cells = columns.models.count * data.dataset.count
    call.execution.note("\(NumberText.count(gaps)) of \(NumberText.count(cells)) cells filled")
    if hide > 0 {
      for line in try imputation.errors(values, hiding: hide).map(\.text).prefix(12) { call.execution.note(line) }
    }
    return .object(
      try DatasetValue.rows(
        data.decoded(Tensor(filled, shape: [data.dataset.count, columns.width]), units: units.units).tensor, columns,
        title: "\(data.title) filled", source: "\(data.title), its gaps filled by a model",
        labels: try data.rowLabels(), labelNames: data.dataset.labelNames))
  }
}
