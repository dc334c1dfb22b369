import Datasets
import Language
import SessionCore
import VAEngine

/// `on=`: what is measured on, by default the data of the training.
struct MeasuredData: ArgumentGroup {
  @Option(note: "the data it was trained on", help: "the data; its test part when it has one") var on: DatasetValue?

  /// The name of the data, when they were given.
  var name: String? { $on.isGiven ? $on.raw : nil }

  /// The data given, those of the training, or the only dataset, with all of their parts.
  ///
  /// - Parameter place: Of the model.
  func data(for model: ModelValue, at place: ArgumentPlace, _ call: Call) throws -> DatasetValue {
    if let on {
      let matched = try on.matched(to: model, at: $on, call.execution)
      remark(matched, model, at: place, call.execution)
      return matched
    }
    if let last = model.trainingData(call) { return try last.matched(to: model, at: place, call.execution) }
    let known = call.execution.names(ofKinds: [.dataset])
    if known.count == 1, case .object(let only as DatasetValue) = call.execution.lookup(known[0]) {
      return try only.matched(to: model, at: place, call.execution)
    }
    throw call.fault(.missingArgument, "\(call.verb) needs data", fix: "Example: \(call.verb) m on=d")
  }

  /// Adds a note when the transforms of the data differ from those of the training data.
  private func remark(_ data: DatasetValue, _ model: ModelValue, at place: ArgumentPlace, _ execution: Execution) {
    guard let trained = model.recipe.transforms,
      data.transforms(of: model.recipe)?.measured != data.dataset.transforms.measured
    else { return }
    let (data, model) = ($on.raw, place.variable ?? "m")
    let transforms = trained.isEmpty ? "no transforms" : trained.map(\.description).joined(separator: ", ")
    execution.note(
      "\(model) was trained on data with \(transforms); to apply them to \(data): transform \(data) like=\(model)")
  }
}

/// `seed=` of what is drawn to measure.
struct MeasureSeed: ArgumentGroup {
  @Option(.seed, default: 0, help: "seed of the posterior draws") var seed: Int

  var value: UInt64 { UInt64(seed) }
}

extension ModelValue {
  /// What it was last trained on, where that is still a variable.
  func trainingData(_ call: Call) -> DatasetValue? {
    guard let last = recipe.data, let value = try? call.execution.evaluate(text: last, span: call.verbSpan),
      case .object(let data as DatasetValue) = value
    else { return nil }
    return data
  }
}
