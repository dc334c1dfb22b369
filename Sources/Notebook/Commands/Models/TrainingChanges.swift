import Datasets
import Language
import Networks
import SessionCore
import Text
import VAEngine

/// Changes to how a model is trained. `set` and `train` make them here, so that both read the same options, refuse the
/// same mistakes and mark the same edits.
struct TrainingChanges {
  let execution: Execution
  private let training: TrainingState
  var recipe: TrainingRecipe
  private(set) var configuration: ModelConfiguration
  /// The changes that made a difference, as typed: `lr=1e-5`; data by its title: `on=digits.train`.
  private(set) var words: [String] = []

  init(_ model: ModelValue, _ execution: Execution) {
    self.execution = execution
    (recipe, configuration, training) = (model.recipe, model.configuration, model.training)
  }

  /// Takes an option that a training keeps.
  mutating func take(_ given: GivenOption) throws {
    let (before, configured) = (recipe, configuration)
    let word: String?
    if let option = TrainingOption.named(given.key.value) {
      word = try option.take(&self, given.argument)
    } else {
      word = try takeSetting(given)
    }
    if let word, recipe != before || configuration != configured { words.append(word) }
  }

  /// Takes a setting of the model's family.
  private mutating func takeSetting(_ given: GivenOption) throws -> String? {
    let (key, argument) = given
    guard let value = FamilySettings.value(argument.content), let setting = configuration.family.setting(key.value),
      setting.isLive
    else { throw refusal(key) }
    do {
      try setting.set(value, in: &configuration, isLive: true)
    } catch {
      throw Fault(.badOptionValue, "\(key.value): expected \(error.expected), got '\(argument.raw)'", at: argument.span)
    }
    return "\(key.value)=\(argument.raw)"
  }

  /// Throws when a number of the update rule was given that the optimizer does not read.
  func check(_ given: [GivenOption]) throws {
    for (key, _) in given {
      guard let readers = TrainingOption.named(key.value)?.readers, !readers.contains(recipe.optimizer) else {
        continue
      }
      throw Fault(
        .badOptionValue, "option '\(key.value)' does not apply to optimizer=\(recipe.optimizer.word)", at: key.span,
        fix: "It applies to optimizer=\(readers.map(\.word).joined(separator: ", ")).")
    }
  }

  /// How the edit calls new data; nil when they are those of the training, perhaps under another name.
  func word(for data: DatasetValue) -> String? {
    if let last = training.history.data?.last, last.hash == data.span(from: 0).hash { return nil }
    return Self.word(data)
  }

  /// How edits name data.
  static func word(_ data: DatasetValue) -> String { "on=\(data.title)" }

  private func refusal(_ key: Spanned<String>) -> Fault {
    Fault(
      .badOptionValue, "option '\(key.value)' does not apply to \(configuration.family.word) models", at: key.span)
  }

  /// What is held out: a share, a number of examples, or a dataset.
  mutating func validate(_ value: Value, _ argument: BoundArgument) throws {
    switch value {
    case .number(let amount) where TrainingRecipe.isHeldOut(amount):
      (recipe.validate, recipe.validationData) = (amount, nil)
    case .object(_ as DatasetValue): (recipe.validate, recipe.validationData) = (0, argument.raw)
    default:
      throw Fault(
        .badOptionValue,
        "validate: expected a fraction up to 0.9, a number of examples or a dataset, got '\(argument.raw)'",
        at: argument.span)
    }
  }

  /// Another order of the examples from the next epoch on; what was held out stays so.
  mutating func reseed(_ seed: UInt64, _ argument: BoundArgument) throws {
    guard training.step > 0 else {
      recipe.chosenSeed = seed
      return
    }
    guard training.batchInEpoch == 0 || seed == training.shuffleSeed else {
      throw Fault(
        .badOptionValue, "epoch \(training.epoch + 1) is in progress and keeps its shuffle order", at: argument.span,
        fix: "Omit seed until that epoch is complete.")
    }
    if seed != recipe.seed { (recipe.splitSeed, recipe.seed) = (recipe.splitSeed ?? recipe.seed, seed) }
  }
}

extension DatasetValue {
  /// What a training remembers of its data.
  func span(from epoch: Double) -> TrainingHistory.DataSpan {
    // FNV-1a over the order and the transforms, behind the hash of the content.
    var mix: UInt64 = 0xCBF2_9CE4_8422_2325
    func add(_ byte: UInt8) { mix = (mix ^ UInt64(byte)) &* 0x100_0000_01B3 }
    for row in dataset.view ?? [] { for shift in 0..<4 { add(UInt8(truncatingIfNeeded: row >> Int32(8 * shift))) } }
    for transform in dataset.transforms { for byte in transform.description.utf8 { add(byte) } }
    return .init(
      epoch: epoch, title: title, count: dataset.count,
      hash: "\(dataset.hash.text)-\(dataset.view?.count ?? -1)-\(String(mix, radix: 16))")
  }
}

extension Model {
  /// Remembers the data of the training that starts now.
  ///
  /// - Returns: The data it had before, when those are others.
  func begin(on data: DatasetValue) -> TrainingHistory.DataSpan? {
    let span = data.span(from: training.position)
    guard training.step > 0 else {
      training.history.data = [span]
      return nil
    }
    guard let last = training.history.data?.last else {
      // An earlier program kept no more than a line about them.
      let isSame = dataDescription == data.summary
      training.history.data = isSame ? [data.span(from: 0)] : [span]
      return nil
    }
    guard last.hash != span.hash else { return nil }
    training.history.data?.append(span)
    training.history.mark([TrainingChanges.word(data)], at: span.epoch)
    return last
  }
}

extension TrainingHistory {
  /// What the model was trained on and when: `digits.train`, or `digits.train to epoch 3, noise.npy to epoch 5`; nil
  /// when that is not known.
  ///
  /// - Parameter end: Where the last ends.
  func dataText(to end: Double, counts: Bool = false) -> String? {
    guard let data, !data.isEmpty else { return nil }
    func name(_ span: DataSpan) -> String {
      let examples = "\(NumberText.count(span.count)) \(span.count == 1 ? "example" : "examples")"
      return counts ? "\(span.title), \(examples)" : span.title
    }
    guard data.count > 1 || data[0].epoch > 0 else { return name(data[0]) }
    return data.indices.map { index in
      let until = index + 1 < data.count ? data[index + 1].epoch : end
      return "\(data[index].title) to epoch \(NumberText.short(until, digits: 3))"
    }.joined(separator: ", ")
  }
}
