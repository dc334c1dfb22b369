import Datasets
import Graphs
import Networks
import Tensors
import VAEngine

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
  /// What the training data had gone through.
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

  /// A model that a workspace gives back: what computes is made when it is first asked for.
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

  /// Tells this state of this model from every other.
  var stamp: ModelStamp { ModelStamp(live: ObjectIdentifier(live), identity: identity) }

  package var parameterCount: Int { live.parameterCount }

  package var kind: ValueKind { .model }
  package var byteCount: Int { snapshot.values.byteCount * 3 }

  package var summary: String {
    var text =
      "\(configuration.family.rawValue) \(configuration.architecture.name) · latent \(configuration.latentDimensions)"
    text += " · \(NumberText.count(parameterCount)) parameters"
    if training.step == 0 { return text + " · not trained" }
    text += " · \(training.epoch) \(training.epoch == 1 ? "epoch" : "epochs")"
    if let last = training.history.epochs.last { text += " · loss \(NumberText.fixed(last.loss, decimals: 2)) nats" }
    return text
  }

  package var attributeNames: [String] {
    ["loss", "reconstruction", "kl", "epochs", "steps", "latent", "parameters", "beta", "history"]
  }

  package func attribute(_ name: String) throws -> Value? {
    let last = training.history.epochs.last
    switch name {
    case "loss": return last.map { .number($0.loss) } ?? .nothing
    case "reconstruction": return last.map { .number($0.reconstruction) } ?? .nothing
    case "kl": return last.map { .number($0.kl) } ?? .nothing
    case "epochs": return .number(Double(training.epoch))
    case "steps": return .number(Double(training.step))
    case "latent": return .number(Double(configuration.latentDimensions))
    case "parameters": return .number(Double(parameterCount))
    case "beta": return .number(Double(configuration.beta.target))
    case "history": return .table(historyTable)
    default: return nil
    }
  }

  /// One row per epoch.
  package var historyTable: Table {
    Table(
      columns: [
        .init("epoch"), .init("loss", unit: "nats"), .init("reconstruction", unit: "nats"), .init("kl", unit: "nats"),
        .init("validation", unit: "nats"), .init("beta"), .init("lr"), .init("speed", unit: "images/s"),
      ],
      rows: training.history.epochs.map { epoch in
        [
          .count(epoch.epoch), .fixed(epoch.loss, decimals: 2), .fixed(epoch.reconstruction, decimals: 2),
          .fixed(epoch.kl, decimals: 2), epoch.validation.map { .fixed($0, decimals: 2) } ?? .empty,
          .number(epoch.beta), .number(epoch.learningRate),
          epoch.imagesPerSecond > 0 ? .count(Int(epoch.imagesPerSecond)) : .empty,
        ]
      }, notes: training.history.edits.map { "epoch \(NumberText.short($0.epoch, digits: 4)): \($0.what)" })
  }

  package func output(width: Int) -> Output {
    let configuration = configuration
    var fields: [Report.Field] = [
      .init("family", .text(configuration.family.rawValue)),
      .init("architecture", .text(configuration.architecture.name)),
      .init("example", .text(configuration.exampleShape.description)),
      .init("latent", label: "latent dimensions", .count(configuration.latentDimensions)),
      .init("likelihood", .text(configuration.likelihood.name)),
      .init(
        "beta", label: "weight of the KL (beta)", .number(Double(configuration.beta.target)),
        unit: configuration.beta.course),
    ]
    if configuration.family == .capacity {
      let capacity = configuration.capacity
      fields.append(
        .init(
          "capacity", .number(Double(capacity.target)),
          unit: ["nats", capacity.course].filter { !$0.isEmpty }.joined(separator: " ")))
    }
    if !configuration.outputBiasStartsAtMean, configuration.architecture.endsInBias {
      fields.append(.init("output_bias", label: "output bias", .text("as init says, not at the data's mean")))
    }
    fields += [
      .init("parameters", .count(parameterCount)),
      .init("epochs", label: "trained", .count(training.epoch), unit: "epochs, \(training.step) steps"),
    ]
    if let last = training.history.epochs.last {
      fields += [
        .init("loss", .fixed(last.loss, decimals: 2), unit: "nats/example, mean of epoch \(last.epoch)"),
        .init("reconstruction", .fixed(last.reconstruction, decimals: 2), unit: "nats/example"),
        .init("kl", .fixed(last.kl, decimals: 2), unit: "nats/example"),
      ]
      if let validation = last.validation {
        fields.append(.init("validation", .fixed(validation, decimals: 2), unit: "nats/example, held out"))
      }
    }
    let notes = training.history.edits.map { "epoch \(NumberText.short($0.epoch, digits: 4)): \($0.what)" }
    return Value.report(Report(title: configuration.family.summary, fields: fields, notes: notes)).output(width: width)
  }
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
    else { throw Fault(.notAWorkspace, "a model is damaged") }
    current = 0
    return model
  }
}

/// One state of one model in a session.
struct ModelStamp: Hashable, Sendable {
  let live: ObjectIdentifier
  let identity: Int
}

extension ModelValue: SavableValue {
  package func save(to path: String, shown: String, threads: Int?) throws -> String {
    guard path.hasSuffix(".safetensors") else {
      throw Fault(
        .formatNotSupported, "models are written as .safetensors", fix: "Example: save m \(shown).safetensors")
    }
    let model = try model(threads: threads)
    model.dataDescription = try recipe.transforms.map { try JSON(encoding: $0).text() } ?? ""
    try model.save(to: path)
    return "wrote \(shown): \(NumberText.count(parameterCount)) parameters with architecture, optimiser and history"
  }
}
