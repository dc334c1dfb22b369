import Language
import SessionCore
import Tensors
import Text
import VAEngine

/// What `plot` was given to draw, whatever its subject is.
struct PlotItems {
  let values: [(name: String, value: Value, place: ArgumentPlace)]
  /// The subject as typed.
  let subject: ArgumentPlace
  /// The data of `on=`.
  var on: DatasetValue?
  let call: Call

  var execution: Execution { call.execution }

  func fault(_ code: ErrorCode, _ message: String, fix: String? = nil) -> Fault {
    (values.first?.place ?? subject).fault(code, message, fix: fix)
  }

  var models: [(name: String, model: ModelValue)] {
    values.compactMap { item in
      if case .object(let object as ModelValue) = item.value { (item.name, object) } else { nil }
    }
  }

  var tensor: ArrayValue? {
    for item in values { if case .tensor(let array) = item.value { return array } }
    return nil
  }

  func model() throws -> (name: String, model: ModelValue) {
    guard let first = models.first else {
      throw fault(.missingArgument, "plot \(subject.raw) needs a model", fix: "Example: plot \(subject.raw) m")
    }
    return first
  }

  /// The data of `on=` or among the items.
  var givenData: DatasetValue? { on ?? values.lazy.compactMap { DatasetValue($0.value) }.first }

  /// The data or images among the items, else those of `on=`.
  func examples(for model: ModelValue) throws -> DatasetValue? {
    for item in values {
      if let data = DatasetValue(item.value) { return try matched(data, to: model) }
      if case .tensor(let array) = item.value { return try matched(DatasetValue.images(array), to: model) }
    }
    return try on.map { try matched($0, to: model) }
  }

  /// The same as `givenData`, else what the model was trained on; nil when that is not known.
  ///
  /// - Throws: `Fault` for data that the model does not know.
  func knownData(for model: ModelValue) throws -> DatasetValue? {
    try (givenData ?? model.trainingData(call)).map { try matched($0, to: model) }
  }

  private func matched(_ data: DatasetValue, to model: ModelValue) throws -> DatasetValue {
    do { return try data.matched(to: model) } catch let fault as Fault {
      throw fault.placed(at: (values.first { DatasetValue($0.value) != nil }?.place ?? subject).span)
    }
  }

  /// The same for measuring: the test part where there is one.
  func data(for model: ModelValue) throws -> DatasetValue {
    guard let data = try knownData(for: model) else {
      throw fault(.missingArgument, "data to encode are needed", fix: "Add: on=d")
    }
    return data.testPart
  }

  func live(_ model: ModelValue) throws -> Model { try model.model(threads: call.threads) }

  /// `digits.test, 2000 examples · vae conv, latent 20 · epoch 4`.
  func about(_ model: ModelValue, _ data: DatasetValue? = nil, count: Int? = nil, namesData: Bool = true) -> String {
    var parts: [String] = []
    if let data {
      let n = count ?? data.dataset.count
      parts.append("\(data.title), \(counted(n, "example"))")
    }
    let configuration = model.configuration
    parts.append(
      "\(configuration.family.word) \(configuration.architecture.name), latent \(configuration.latentDimensions)")
    let beta = Double(configuration.beta.target)
    if beta != 1, configuration.family.hasWeightedKL { parts.append("β = \(NumberText.short(beta))") }
    var epoch = model.training.step == 0 ? "not trained" : "epoch \(Self.epochs(model.training))"
    // Figures without data name the training data of the model.
    if namesData, data == nil, model.training.step > 0, let own = trainedOn(model) { epoch += " on \(own)" }
    parts.append(epoch)
    return parts.joined(separator: " · ")
  }

  /// The data of its training, by part and epoch.
  private func trainedOn(_ model: ModelValue) -> String? {
    model.training.history.dataText(to: model.training.position) ?? model.trainingData(call)?.trainingPart.title
  }

  /// What the curves of a training are of: model, its data with their counts, kind and epoch.
  func aboutTraining() -> String {
    func data(_ model: ModelValue) -> String {
      if let text = model.training.history.dataText(to: model.training.position, counts: true) { return text }
      guard let own = (givenData ?? model.trainingData(call))?.trainingPart else { return "" }
      return "\(own.title), \(counted(own.dataset.count, "example"))"
    }
    let texts = models.map { data($0.model) }
    let isShared = Set(texts).count == 1
    let shown = isShared ? texts[0] : zip(models, texts).map { "\($0.name) on \($1)" }.joined(separator: ", ")
    var about = self.about(models, nil, namesData: false)
    if !shown.isEmpty { about = "\(shown) · \(about)" }
    return about
  }

  /// The same of several models, where shared properties are named once.
  func about(
    _ models: [(name: String, model: ModelValue)], _ data: DatasetValue?, count: Int? = nil, namesData: Bool = true
  ) -> String {
    guard models.count > 1 else {
      return models.first.map { about($0.model, data, count: count, namesData: namesData) } ?? ""
    }
    var parts: [String] = []
    if let data {
      let n = count ?? data.dataset.count
      parts.append("\(data.title), \(counted(n, "example"))")
    }
    func different(_ texts: [String]) -> [String] {
      texts.indices.filter { texts.firstIndex(of: texts[$0]) == $0 }.map { texts[$0] }
    }
    let kinds = different(
      models.map { item in
        let c = item.model.configuration
        return "\(c.family.word) \(c.architecture.name), latent \(c.latentDimensions)"
      })
    parts.append(kinds.count <= 2 ? kinds.joined(separator: "; ") : "\(kinds.count) architectures")
    let epochs = models.map { Self.epochs($0.model.training) }
    let known = different(epochs)
    parts.append(known.count == 1 ? "epoch \(known[0])" : "epochs " + epochs.joined(separator: ", "))
    return parts.joined(separator: " · ")
  }

  /// Whole epochs, and a part of one that was interrupted.
  private static func epochs(_ training: TrainingState) -> String {
    guard training.batchInEpoch > 0, training.batchSize > 0, training.exampleCount > 0 else {
      return "\(training.epoch)"
    }
    let share = Double(training.batchInEpoch * training.batchSize) / Double(training.exampleCount)
    return NumberText.fixed(Double(training.epoch) + min(share, 1), decimals: 1)
  }
}

extension DatasetValue {
  fileprivate init?(_ value: Value) {
    guard case .object(let data as DatasetValue) = value else { return nil }
    self = data
  }
}

/// `on=` of subjects that look at data.
struct PlotData: ArgumentGroup {
  @Option(note: "the model's training data", help: "data to encode or evaluate") var on: DatasetValue?

  func items(_ plot: PlotItems) -> PlotItems {
    var plot = plot
    plot.on = on
    return plot
  }
}
