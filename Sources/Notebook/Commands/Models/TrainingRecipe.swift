import Datasets
import Graphs
import JSONText
import SessionCore
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
  /// Whether stored numbers of the training data lie outside of [−1, 1]: bytes are the same data then without a factor.
  package var reachesBeyondOne: Bool?
  package init() {}

  /// What new data must match, for the file of a model.
  struct DataForm: Codable {
    var transforms: [Transform]
    var columns: [String]?
    var classes: [String]?
    var trainedClasses: [String]?
    var reachesBeyondOne: Bool?
  }

  var dataForm: DataForm? {
    transforms.map {
      DataForm(
        transforms: $0, columns: columns, classes: classes, trainedClasses: trainedClasses,
        reachesBeyondOne: reachesBeyondOne)
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
    (classes, trainedClasses, reachesBeyondOne) = (form.classes, form.trainedClasses, form.reachesBeyondOne)
  }

  /// Takes over what the data of a training are.
  mutating func take(form data: DatasetValue, _ model: ModelValue) {
    transforms = data.dataset.transforms
    let isFresh = model.training.step == 0
    if isFresh || reachesBeyondOne == nil { reachesBeyondOne = !data.dataset.isWithinOne }
    if data.dataset.hasNamedColumns, columns == nil || isFresh { columns = data.dataset.columns }
    guard model.configuration.family.isConditional, classes == nil || isFresh,
      let names = data.dataset.classes?.names, names.count == model.configuration.classCount
    else { return }
    classes = names
  }

  /// The classes that examples of a training have are known from then on.
  mutating func addTrainedClasses(of data: DatasetValue, isFresh: Bool) {
    guard let classes else { return }
    let names = data.dataset.labelNames
    let seen = Set(data.dataset.labelCounts.keys.map { ClassTable.name(of: Int32($0), names) })
    let before = isFresh ? [] : trainedClasses ?? classes
    trainedClasses = classes.filter { seen.contains($0) || before.contains($0) }
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
}
