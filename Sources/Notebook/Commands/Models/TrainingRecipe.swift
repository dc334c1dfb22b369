import Datasets
import Graphs
import JSONText
import VAEngine

/// The training options of a model, which apply when a `train` does not set them. Fields that were added later are
/// optional, so that older workspaces can be opened.
package struct TrainingRecipe: Codable, Sendable, Equatable {
  /// The variable it was trained on.
  package var data: String?
  package var batchSize = 128
  package var learningRate = 1e-3
  package var optimizer = OptimizerKind.adam
  package var clipNorm: Double?
  package var weightDecay = 0.0
  package var seed: UInt64 = 0
  /// The seed of the validation split, when `seed` was changed later.
  package var splitSeed: UInt64?
  /// The part of the training data that is held out: a fraction below 1, or a number of examples.
  package var validate = 0.0
  /// The variable with the validation data, if it is a separate dataset.
  package var validationData: String?
  /// As `LearningRateText` reads it.
  package var schedule: String?
  package var patience: Int?
  package var epsilon: Double?
  package var beta1: Double?
  package var beta2: Double?
  package var momentum: Double?
  /// The seed that `set` gave a model before its first training.
  package var chosenSeed: UInt64?
  /// The total number of epochs requested for an unfinished training; nil once they are complete.
  package var unfinished: Int?
  /// The transforms of the training data, which `transform d like=m` applies to new data; nil before the first
  /// training.
  package var transforms: [Transform]?
  /// Names of the columns of a table it was trained on.
  package var columns: [String]?
  /// Names of the classes of a conditional model, in its order, and those it was trained on.
  package var classes: [String]?
  package var trainedClasses: [String]?
  package init() {}

  /// What new data must match, for the file of a model.
  struct DataForm: Codable {
    var transforms: [Transform]
    var columns: [String]?
    var classes: [String]?
    var trainedClasses: [String]?
  }

  var dataForm: DataForm? {
    transforms.map {
      DataForm(transforms: $0, columns: columns, classes: classes, trainedClasses: trainedClasses)
    }
  }

  /// What a file of a model says of its data: before models kept names, the transforms alone.
  mutating func take(dataForm text: String) {
    guard let json = try? JSON(parsing: text) else { return }
    guard let form = try? json.decoded(DataForm.self) else {
      transforms = try? json.decoded([Transform].self)
      return
    }
    (transforms, columns) = (form.transforms, form.columns)
    (classes, trainedClasses) = (form.classes, form.trainedClasses)
  }

  /// Takes over what the data of a training are.
  mutating func take(form data: DatasetValue, _ model: ModelValue) {
    transforms = data.dataset.transforms
    if data.dataset.hasNamedColumns, columns == nil || model.training.step == 0 { columns = data.dataset.columns }
    if model.configuration.family.isConditional, classes == nil, let names = data.dataset.classes?.names,
      names.count == model.configuration.classCount
    {
      classes = names
    }
  }

  /// The recipe of a model that was opened from a file, from its saved training plan.
  init(_ plan: TrainingPlan?) {
    guard let plan else { return }
    func number(_ value: Float) -> Double { Double("\(value)") ?? Double(value) }
    (batchSize, learningRate, optimizer) = (plan.batchSize, number(plan.learningRate), plan.optimizer)
    let numbers = plan.hyperparameters
    (clipNorm, weightDecay) = (numbers.clipNorm.map(number), number(numbers.weightDecay))
    (epsilon, momentum) = (number(numbers.epsilon), number(numbers.momentum))
    beta1 = number(numbers.beta1)
    takeBeta2(of: plan)
    (seed, patience) = (plan.seed, plan.patience)
    schedule = LearningRateText.text(plan.learningRateSchedule)
  }

  /// Whether a file that holds it can be true.
  var isSound: Bool {
    func isShare(_ value: Double?) -> Bool { value.map { (0..<1).contains($0) } ?? true }
    func isPositive(_ value: Double?) -> Bool { value.map { $0 > 0 && $0.isFinite } ?? true }
    return (1...1 << 30).contains(batchSize) && isPositive(learningRate) && isPositive(clipNorm)
      && weightDecay >= 0 && weightDecay.isFinite && Self.isHeldOut(validate) && isShare(beta1) && isShare(beta2)
      && isShare(momentum) && isPositive(epsilon) && (patience.map { (1...1 << 30).contains($0) } ?? true)
      && (unfinished.map { (0...1 << 30).contains($0) } ?? true)
      && (schedule.map { LearningRateText.parse($0, epochs: 1) != nil } ?? true)
  }

  /// The decay of the second moment that a plan has, where that is not the update rule's default: what trained with another
  /// one, as RMSprop did by default with 0.999, goes on with it.
  mutating func takeBeta2(of plan: TrainingPlan?) {
    guard let plan, beta2 == nil, plan.optimizer == optimizer, let used = plan.hyperparameters.beta2,
      used != optimizer.defaultBeta2
    else { return }
    beta2 = Double("\(used)") ?? Double(used)
  }

  /// Whether the value is valid for `validate`: a fraction up to 0.9, or a number of examples.
  static func isHeldOut(_ amount: Double) -> Bool {
    amount >= 0 && (amount <= 0.9 || amount >= 1 && amount <= 1e12 && amount == amount.rounded())
  }

  /// The plan up to `epochs`, for a set of `count` examples.
  func plan(epochs: Int, count: Int) -> TrainingPlan {
    var plan = TrainingPlan(epochs: epochs)
    plan.batchSize = min(batchSize, count)
    plan.learningRate = Float(learningRate)
    plan.learningRateSchedule = schedule.flatMap { LearningRateText.parse($0, epochs: epochs) } ?? .constant
    plan.optimizer = optimizer
    plan.hyperparameters.clipNorm = clipNorm.map { Float($0) }
    plan.hyperparameters.weightDecay = Float(weightDecay)
    if let epsilon { plan.hyperparameters.epsilon = Float(epsilon) }
    if let beta1 { plan.hyperparameters.beta1 = Float(beta1) }
    if let beta2 { plan.hyperparameters.beta2 = Float(beta2) }
    if let momentum { plan.hyperparameters.momentum = Float(momentum) }
    plan.seed = seed
    plan.patience = patience
    return plan
  }

  /// Takes an option of `train` or `set`; false when it is none of these.
  mutating func take(_ name: String, _ content: BoundArgument.Content) -> Bool {
    switch (name, content) {
    case ("batch", .integer(let value)): batchSize = value
    case ("lr", .number(let value)): learningRate = value
    case ("clip", .number(let value)): clipNorm = value
    case ("decay", .number(let value)): weightDecay = value
    case ("epsilon", .number(let value)): epsilon = value
    case ("beta1", .number(let value)): beta1 = value
    case ("beta2", .number(let value)): beta2 = value
    case ("momentum", .number(let value)): momentum = value
    case ("patience", .integer(let value)): patience = value == 0 ? nil : value
    case ("schedule", .text(let text)): schedule = text
    case ("optimizer", .text(let named)):
      optimizer = OptimizerKind.allCases.first { $0.rawValue.lowercased() == named } ?? optimizer
    default: return false
    }
    return true
  }

  /// Numbers of the update rule that this optimizer does not read, and those that do.
  func reader(of option: String) -> String? {
    let readers: [OptimizerKind]
    switch option {
    case "momentum": readers = [.sgd]
    case "beta1": readers = [.adam, .adamW, .adamax]
    case "beta2", "epsilon": readers = [.adam, .adamW, .adamax, .rmsprop]
    default: return nil
    }
    if readers.contains(optimizer) { return nil }
    return readers.map { $0.rawValue.lowercased() }.joined(separator: ", ")
  }
}

/// The learning rate's schedule in words: `step:30:0.1`, `milestones:50,75:0.1`, `cosine`, `plateau:5:0.5`, `iwae`.
enum LearningRateText {
  static let forms = ["constant", "step:30:0.1", "milestones:50,75:0.1", "cosine", "plateau:5:0.5", "iwae"]
  static let expectation =
    "constant, step:EPOCHS[:FACTOR], milestones:50,75[:FACTOR], cosine[:FLOOR], plateau[:PATIENCE[:FACTOR]] or iwae"

  /// The text of a schedule.
  static func text(_ schedule: LearningRateSchedule) -> String {
    switch schedule {
    case .constant: "constant"
    case .step(let every, let factor): "step:\(every):\(factor)"
    case .milestones(let epochs, let factor): "milestones:\(epochs.map(String.init).joined(separator: ",")):\(factor)"
    case .cosine(_, let floor): "cosine:\(floor)"
    case .plateau(let patience, let factor): "plateau:\(patience):\(factor)"
    case .iwaeLadder: "iwae"
    }
  }

  /// nil when the text is not a schedule.
  ///
  /// - Parameter epochs: The number of epochs at which a cosine ends.
  static func parse(_ text: String, epochs: Int) -> LearningRateSchedule? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    func factor(_ place: Int, _ otherwise: Float, zero: Bool = false) -> Float? {
      guard parts.count > place else { return otherwise }
      guard parts.count == place + 1, let value = Float(parts[place]), value <= 1, value > 0 || zero && value == 0
      else { return nil }
      return value
    }
    func whole(_ text: String) -> Int? { Int(text).flatMap { $0 > 0 ? $0 : nil } }
    switch parts[0] {
    case "constant" where parts.count == 1: return .constant
    case "iwae" where parts.count == 1: return .iwaeLadder
    case "cosine": return factor(1, 0, zero: true).map { .cosine(epochs: epochs, floor: $0) }
    case "step":
      guard parts.count > 1, let every = whole(parts[1]) else { return nil }
      return factor(2, 0.1).map { .step(every: every, factor: $0) }
    case "plateau":
      guard let patience = parts.count > 1 ? whole(parts[1]) : 5 else { return nil }
      return factor(2, 0.5).map { .plateau(patience: patience, factor: $0) }
    case "milestones":
      guard parts.count > 1 else { return nil }
      let words = parts[1].split(separator: ",", omittingEmptySubsequences: false)
      let marks = words.compactMap { whole(String($0)) }
      guard marks.count == words.count, marks == marks.sorted() else { return nil }
      return factor(2, 0.1).map { .milestones(marks, factor: $0) }
    default: return nil
    }
  }
}
