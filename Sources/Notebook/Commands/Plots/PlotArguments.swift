import Language
import Tensors
import Text
import VAEngine

/// The arguments of `plot`.
struct PlotArguments {
  let arguments: Arguments
  let execution: Execution

  func fault(_ code: ErrorCode, _ message: String, fix: String? = nil) -> Fault {
    arguments.fault(code, message, at: arguments.all("items").isEmpty ? "subject" : "items", fix: fix)
  }

  var values: [(name: String, value: Value)] {
    arguments.all("items").compactMap {
      if case .value(let value) = $0.content { ($0.name ?? ($0.raw.isEmpty ? "model" : $0.raw), value) } else { nil }
    }
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
      let subject = arguments.text("subject") ?? "loss"
      throw fault(.missingArgument, "plot \(subject) needs a model", fix: "Example: plot \(subject) m")
    }
    return first
  }

  /// The data of `on=` or among the items.
  var givenData: DatasetValue? {
    if case .value(.object(let object as DatasetValue)) = arguments["on"]?.content { return object }
    for item in values { if case .object(let object as DatasetValue) = item.value { return object } }
    return nil
  }

  /// The same, else what the model was trained on; nil when that is not known.
  func knownData(for model: ModelValue) throws -> DatasetValue? {
    do { return try (givenData ?? trainingData(of: model))?.matched(to: model) } catch let fault as Fault {
      throw fault.placed(at: arguments["on"]?.span ?? arguments.verbSpan)
    }
  }

  /// What the model was last trained on, where that is still a variable.
  private func trainingData(of model: ModelValue) -> DatasetValue? {
    guard let last = model.recipe.data, let value = try? execution.evaluate(text: last, span: arguments.verbSpan),
      case .object(let data as DatasetValue) = value
    else { return nil }
    return data
  }

  /// The same for measuring: the test part where there is one.
  func data(for model: ModelValue) throws -> DatasetValue {
    guard let data = try knownData(for: model) else {
      throw fault(.missingArgument, "data to encode are needed", fix: "Add: on=d")
    }
    return data.testPart
  }

  func live(_ model: ModelValue) throws -> Model { try model.model(threads: execution.state.settings.threads) }

  /// `digits.test, 2000 examples · vae conv, latent 20 · epoch 4`.
  func about(_ model: ModelValue, _ data: DatasetValue? = nil, count: Int? = nil, namesData: Bool = true) -> String {
    var parts: [String] = []
    if let data {
      let n = count ?? data.dataset.count
      parts.append("\(data.title), \(NumberText.count(n)) \(n == 1 ? "example" : "examples")")
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
    model.training.history.dataText(to: model.training.position) ?? trainingData(of: model)?.trainingPart.title
  }

  /// What the curves of a training are of: model, its data with their counts, kind and epoch.
  func aboutTraining() -> String {
    func data(_ model: ModelValue) -> String {
      if let text = model.training.history.dataText(to: model.training.position, counts: true) { return text }
      guard let own = (givenData ?? trainingData(of: model))?.trainingPart else { return "" }
      return "\(own.title), \(NumberText.count(own.dataset.count)) examples"
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
      parts.append("\(data.title), \(NumberText.count(n)) \(n == 1 ? "example" : "examples")")
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

  /// Two or more dimensions of `dims=`.
  func dimensions(of d: Int) throws -> [Int]? {
    guard let text = arguments.text("dims") else { return nil }
    let parts = text.split(separator: ",").map { Int($0) }
    let dims = parts.compactMap { $0 }
    guard !dims.isEmpty, dims.count == parts.count, dims.allSatisfy({ $0 >= 0 && $0 < d }) else {
      throw arguments.fault(.badOptionValue, "dims: expected dimensions of 0…\(d - 1), got '\(text)'", at: "dims")
    }
    return dims
  }

  static func column(_ flat: [Float], _ index: Int, _ width: Int) -> [Float] {
    stride(from: index, to: flat.count, by: width).map { flat[$0] }
  }
}

extension Arguments {
  /// The same items and options as the arguments of another command, its defaults where nothing was given.
  func forwarded(to other: Command) throws -> Arguments {
    var places: [String: [BoundArgument]] = [:]
    for positional in other.positionals {
      guard case .value(let kinds) = positional.type else { continue }
      let given = all("items") + [self["on"]].compactMap { $0 }
      if let fitting = given.first(where: { $0.kind.map(kinds.contains) ?? false }) {
        places[positional.name] = [fitting]
      } else if positional.isRequired {
        throw fault(
          .missingArgument, "plot \(other.verb) needs a \(positional.name)", at: "subject",
          fix: "Example: plot \(other.verb) m")
      }
    }
    var choices: [String: BoundArgument] = [:]
    for option in other.options {
      if isGiven(option.name) {
        if case .integer(let range) = option.type, let number = integer(option.name), !range.contains(number) {
          throw fault(
            .badOptionValue, "\(option.name): expected \(option.type.expectation), got \(number)", at: option.name)
        }
        choices[option.name] = self[option.name]
      } else if let text = option.defaultText,
        let content = option.type.read(text)
      {
        choices[option.name] = BoundArgument(content: content, raw: text, span: nil)
      } else if option.isRequired {
        throw fault(
          .missingArgument, "plot \(other.verb) needs '\(option.name)='", at: "subject",
          fix: other.examples.first.map { "Example: plot \($0.line)" })
      }
    }
    return Arguments(
      command: other, verbSpan: verbSpan, target: nil, positionals: places, options: choices, given: given)
  }
}

extension BoundArgument {
  fileprivate var kind: ValueKind? { if case .value(let value) = content { value.kind } else { nil } }
}
