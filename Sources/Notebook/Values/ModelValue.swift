import Datasets
import Graphs
import JSONText
import Language
import Networks
import SessionCore
import Tensors
import Text
import VAEngine
import WorkspaceStore

/// A model as a value: its definition, parameters and training as they were when the statement ended.
///
/// Copies share a live model that computes; whoever computes first loads its own parameters into it, so a snapshot that
/// `undo` brings back is exactly what it was.
package struct ModelValue: ObjectValue {
  package let configuration: ModelConfiguration
  package let snapshot: ParameterStore.Snapshot
  package let training: TrainingState
  package let recipe: TrainingRecipe
  /// The parameters of the best epoch, while early stopping is in use.
  let bestValues: Tensor?
  /// The transforms of the training data.
  let dataDescription: String
  private let live: LiveModel
  private let identity: Int

  /// The state of `model` as it is now.
  init(_ model: Model, live: LiveModel? = nil, recipe: TrainingRecipe) throws {
    configuration = model.configuration
    snapshot = try model.parameters.snapshot()
    training = model.training
    (bestValues, dataDescription) = (model.bestValues, model.dataDescription)
    self.recipe = recipe
    self.live = live ?? LiveModel(model)
    identity = self.live.adopt()
  }

  /// A model from a workspace; the live model is built on first use.
  init(
    _ configuration: ModelConfiguration, snapshot: ParameterStore.Snapshot, training: TrainingState,
    recipe: TrainingRecipe, bestValues: Tensor?, dataDescription: String, parameterCount: Int
  ) {
    (self.configuration, self.snapshot, self.training) = (configuration, snapshot, training)
    (self.recipe, self.bestValues, self.dataDescription) = (recipe, bestValues, dataDescription)
    live = LiveModel(parameterCount: parameterCount)
    identity = live.adopt()
  }

  /// The live model, holding this value's state.
  ///
  /// - Parameter willChange: The caller changes the model; this value's state is loaded anew the next time.
  package func model(threads: Int?, willChange: Bool = false) throws -> Model {
    try live.load(self, identity: identity, threads: threads, willChange: willChange)
  }

  /// The value after `model`, which `model(threads:willChange:)` gave, has changed.
  func updated(_ model: Model, recipe: TrainingRecipe? = nil) throws -> ModelValue {
    try ModelValue(model, live: live, recipe: recipe ?? self.recipe)
  }

  /// A copy that computes on its own.
  func forked(threads: Int?) throws -> ModelValue {
    try ModelValue(try model(threads: threads).copy(), recipe: recipe)
  }

  /// Identifies this state of this model.
  package var trainedState: TrainedState? {
    training.step > 0 ? TrainedState(live: ObjectIdentifier(live), identity: identity) : nil
  }

  package var metrics: MetricHistory? { MetricHistory(training) }

  package func absence(in name: String, data: String) -> String? {
    training.step == 0 ? "\(name) is not trained. Try: train \(name) on=\(data)" : nil
  }

  package var parameterCount: Int { live.parameterCount }

  package var kind: ValueKind { .model }
  package var byteCount: Int { snapshot.values.byteCount * 3 }

  package var summary: String {
    var text =
      "\(configuration.family.word) \(configuration.architecture.name) · latent \(configuration.latentDimensions)"
    text += " · \(NumberText.count(parameterCount)) \(inflected("parameter", for: parameterCount))"
    if training.step == 0 { return text + " · not trained" }
    text += " · \(training.epoch) \(training.epoch == 1 ? "epoch" : "epochs")"
    if let restored = training.restoredEpoch { text += ", restored to epoch \(restored)" }
    if let last = training.currentEpoch {
      text += " · loss \(NumberText.fixed(last.loss, decimals: 2)) \(configuration.lossUnit)"
    }
    return text
  }

  package var attributeNames: [String] {
    ["loss", "reconstruction", "kl"] + configuration.family.ownTerms.map(\.name)
      + ["epochs", "steps", "latent", "parameters", "beta", "history"]
  }

  package func attribute(_ name: String) throws -> Value? {
    let last = training.currentEpoch
    switch name {
    case "loss": return last.map { .number($0.loss) } ?? .nothing
    case "reconstruction": return last.map { .number($0.reconstruction) } ?? .nothing
    case "kl": return configuration.isPlain ? .nothing : last.map { .number($0.kl) } ?? .nothing
    case "epochs": return .number(Double(training.epoch))
    case "steps": return .number(Double(training.step))
    case "latent": return .number(Double(configuration.latentDimensions))
    case "parameters": return .number(Double(parameterCount))
    case "beta":
      return configuration.family.setting("beta") != nil
        ? .number(Double.shortest(configuration.beta.target)) : .nothing
    case "history": return .table(historyTable)
    default:
      guard configuration.family.ownTerms.contains(where: { $0.name == name }) else { return nil }
      return last?.own?[name].map { .number($0) } ?? .nothing
    }
  }

  /// One row per epoch.
  package var historyTable: Table {
    let unit = configuration.lossUnit
    let hasCapacity = training.history.epochs.contains { $0.capacity != nil }
    let own = configuration.family.ownTerms
    let terms: [Table.Column] = [
      .init("epoch"), .init("loss", unit: unit), .init("reconstruction", unit: unit), .init("kl", unit: "nats"),
    ]
    return Table(
      columns: terms + own.map { .init($0.name, unit: $0.unit) } + [
        .init("validation", unit: unit), .init("beta"),
      ] + (hasCapacity ? [.init("capacity", unit: "nats")] : [])
        + [.init("lr"), .init("speed", unit: configuration.speedUnit)],
      rows: training.history.epochs.map { epoch in
        [
          .count(epoch.epoch), .fixed(epoch.loss, decimals: 2), .fixed(epoch.reconstruction, decimals: 2),
          configuration.isPlain ? .empty : .fixed(epoch.kl, decimals: 2),
        ] + own.map { term in epoch.own?[term.name].map { .fixed($0, decimals: 2) } ?? .empty } + [
          epoch.validation.map { .fixed($0, decimals: 2) } ?? .empty,
          configuration.family.setting("beta") != nil ? .number(Double.shortest(Float(epoch.beta))) : .empty,
        ] + (hasCapacity ? [epoch.capacity.map { .number(Double.shortest(Float($0))) } ?? .empty] : []) + [
          .number(Double.shortest(Float(epoch.learningRate))),
          epoch.imagesPerSecond > 0 ? .rate(epoch.imagesPerSecond) : .empty,
        ]
      }, notes: training.history.edits.map { "epoch \(NumberText.short($0.epoch, digits: 4)): \($0.what)" })
  }

  package var report: Report? {
    let configuration = configuration
    let unit = configuration.lossUnitPerExample
    var fields: [Report.Field] = [
      .init("family", .text(configuration.family.word)),
      .init("architecture", .text(configuration.architecture.name)),
      .init("example", .text(configuration.exampleShape.description)),
      .init("latent", label: "latent dimensions", .count(configuration.latentDimensions)),
      .init(
        "likelihood", .text(configuration.likelihood.name),
        detail: configuration.likelihood.columns.map { ": \($0.shown)" } ?? ""),
    ]
    for option in configuration.likelihood.options where option.kind == .flag {
      let isOn = configuration.likelihood.values[option.word] == 1
      fields.append(.init(option.word, .text(isOn ? "yes" : "no"), detail: ", \(option.help)"))
    }
    for setting in configuration.family.settings where configuration.settings[setting.word] != nil {
      fields.append(.init(setting.word, .text(setting.text(configuration)), detail: ", \(setting.help)"))
    }
    if let beta = configuration.family.setting("beta") {
      fields.append(
        .init(
          "beta", label: "\(beta.help) (beta)", .number(Double.shortest(configuration.beta.target)),
          detail: Self.behind(configuration.beta.course)))
    }
    if configuration.family.hasCapacity {
      let capacity = configuration.capacity
      fields.append(
        .init(
          "capacity", .number(Double.shortest(capacity.target)), unit: "nats", detail: Self.behind(capacity.course)))
    }
    if !configuration.outputBiasStartsAtMean, configuration.architecture.endsInBias {
      fields.append(.init("output_bias", label: "output bias", .text("from the initializer, not the data's mean")))
    }
    fields += [
      .init("parameters", .count(parameterCount)),
      .init(
        "epochs", label: "trained", .count(training.epoch), unit: "epochs", detail: ", \(training.step) steps"),
      .init("steps", .count(Int(clamping: training.step)), isShown: false),
    ]
    if let last = training.currentEpoch {
      fields += [
        .init("loss", .fixed(last.loss, decimals: 2), unit: unit, detail: ", mean of epoch \(last.epoch)"),
        .init("reconstruction", .fixed(last.reconstruction, decimals: 2), unit: unit),
      ]
      if !configuration.isPlain { fields.append(.init("kl", .fixed(last.kl, decimals: 2), unit: "nats/example")) }
      fields += configuration.ownFields(of: last)
      if let validation = last.validation {
        fields.append(.init("validation", .fixed(validation, decimals: 2), unit: unit, detail: ", held out"))
      }
    }
    let notes = training.history.edits.map { "epoch \(NumberText.short($0.epoch, digits: 4)): \($0.what)" }
    return Report(title: configuration.family.summary, fields: fields, notes: notes)
  }

  private static func behind(_ course: String) -> String { course.isEmpty ? "" : " " + course }
}

/// The model that computes for the values that share it.
///
/// Used from the executing thread alone: other threads see `ModelValue`'s own fields, which never change.
final class LiveModel: Sendable {
  private nonisolated(unsafe) var made: Model?
  private nonisolated(unsafe) var current = 0
  private nonisolated(unsafe) var last = 0
  let parameterCount: Int

  init(_ model: Model) {
    made = model
    parameterCount = model.parameterCount
  }

  /// A model that is made when it is first loaded.
  init(parameterCount: Int) { self.parameterCount = parameterCount }

  /// A new identity for the state the model is in.
  func adopt() -> Int {
    last += 1
    current = last
    return current
  }

  func load(_ value: ModelValue, identity: Int, threads: Int?, willChange: Bool) throws -> Model {
    let options = CompilerOptions(threads: threads)
    var model = try made ?? fitting(value, options)
    if model.options != options {
      // Programs are compiled for a number of threads; a copy starts without any.
      model.options = options
      model = try model.copy()
    }
    made = model
    if current != identity {
      model.parameters.restore(value.snapshot)
      model.training = value.training
      (model.bestValues, model.dataDescription) = (value.bestValues, value.dataDescription)
      model.configuration = value.configuration
    }
    current = willChange ? 0 : identity
    return model
  }

  /// A model for the parameters of `value`, which are not loaded yet.
  private func fitting(_ value: ModelValue, _ options: CompilerOptions) throws -> Model {
    let model = try Model(value.configuration, options: options)
    let (fresh, wanted) = (try model.parameters.snapshot(), value.snapshot)
    guard fresh.values.byteCount == wanted.values.byteCount,
      fresh.firstMoments.byteCount == wanted.firstMoments.byteCount,
      fresh.secondMoments.byteCount == wanted.secondMoments.byteCount
    else { throw Fault(.notAWorkspace, "the model is damaged: its parameters are of another architecture") }
    current = 0
    return model
  }
}

extension ModelValue: SavableValue {
  package var savedExtension: String? { "safetensors" }

  package func save(to path: String, shown: String, threads: Int?) throws -> String {
    guard path.hasSuffix(".safetensors") else {
      throw Fault(
        .formatNotSupported, "models are written as .safetensors or .onnx",
        fix: "Example: save m \(shown).safetensors")
    }
    let model = try model(threads: threads)
    model.dataDescription = try recipe.dataForm.map { try JSON(encoding: $0).text() } ?? ""
    try model.save(to: path)
    return
      "wrote \(shown): \(NumberText.count(parameterCount)) \(inflected("parameter", for: parameterCount)) with architecture, optimizer and history"
  }
}
