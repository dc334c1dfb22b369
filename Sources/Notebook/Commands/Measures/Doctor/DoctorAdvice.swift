import Graphs
import SessionCore
import Text
import VAEngine

/// The commands that the doctor proposes: each runs as it stands, and none changes a variable that there is.
struct DoctorAdvice: Sendable {
  let name: String
  let model: ModelValue
  /// How the training data are called.
  let dataName: String?
  /// How it was, or is to be, trained.
  private let recipe: TrainingRecipe
  /// Names in use.
  private let taken: Set<String>

  init(name: String, model: ModelValue, dataName: String?, recipe: TrainingRecipe? = nil, execution: Execution) {
    (self.name, self.model, self.dataName) = (name, model, dataName)
    self.recipe = recipe ?? model.recipe
    taken = Set(execution.state.names)
  }

  /// As many epochs as it has had: what is proposed is to be compared with it.
  var epochs: Int { max(model.training.epoch, 10) }

  /// The first of `base2`, `base3` … that no variable has; of `m2`, `m3`.
  private func free(_ name: String) -> String {
    let digits = name.reversed().prefix { $0.isASCII && $0.isNumber }.count
    let base = digits == 1 ? String(name.dropLast()) : name
    return (2...).lazy.map { "\(base)\($0)" }.first { !taken.contains($0) } ?? base
  }

  /// `d2`: where data go that are made of `name`.
  func freeName(for data: String?) -> String { free(data.flatMap { $0.isName ? $0 : nil } ?? "d") }

  /// More epochs of the same model.
  func continued(_ options: String = "", epochs: Int? = nil) -> String {
    ["train \(name)\(on(nil))", options, "epochs=+\(epochs ?? self.epochs)"].filter { !$0.isEmpty }
      .joined(separator: " ")
  }

  /// The same model trained again from fresh parameters: `train m seeds=1` makes `m_1`, and `m` stays.
  func retrained(_ options: String = "", on data: String? = nil) -> String {
    let seed = (1...).lazy.first { !taken.contains("\(name)_\($0)") } ?? 1
    return ["train \(name)\(on(data)) seeds=\(seed)", options, "epochs=\(epochs)"].filter { !$0.isEmpty }
      .joined(separator: " ")
  }

  /// Another model in its place, made and trained in the same way but for what `change` does.
  func another(on data: String? = nil, _ change: (inout ModelText) -> Void) -> String {
    var text = ModelText(model.configuration)
    change(&text)
    let other = free(name)
    let data = data ?? dataName
    let line = text.line(other, on: data)
    let words = ["train \(other)"] + (data.map { ["on=\($0)"] } ?? []) + recipe.words + ["epochs=\(epochs)"]
    return "\(line); \(words.joined(separator: " "))"
  }

  /// ` on=d`, where a training would not find its data by itself.
  private func on(_ data: String?) -> String {
    if let data { return " on=\(data)" }
    return model.recipe.data == nil ? dataName.map { " on=\($0)" } ?? "" : ""
  }
}

extension TrainingRecipe {
  /// The options of `train` that say it, but for the defaults and the data.
  var words: [String] {
    let usual = TrainingRecipe()
    var words: [String] = []
    func add(_ name: String, _ value: Double?, _ usual: Double?) {
      if let value, value != usual { words.append("\(name)=\(NumberText.short(value, digits: 7))") }
    }
    add("batch", Double(batchSize), Double(usual.batchSize))
    add("lr", learningRate, usual.learningRate)
    if optimizer != usual.optimizer { words.append("optimizer=\(optimizer.word)") }
    if let schedule, schedule != "constant" { words.append("schedule=\(schedule)") }
    add("clip", clipNorm, nil)
    add("decay", weightDecay, 0)
    let numbers = Hyperparameters()
    for (name, value, usual) in [
      ("epsilon", epsilon, numbers.epsilon), ("beta1", beta1, numbers.beta1), ("beta2", beta2, numbers.beta2),
      ("momentum", momentum, numbers.momentum),
    ] where TrainingOption.named(name)?.readers.contains(optimizer) ?? true {
      if let value, Float(value) != usual { words.append("\(name)=\(NumberText.short(value, digits: 7))") }
    }
    if let validationData {
      words.append("validate=\(validationData)")
    } else {
      add("validate", validate, 0)
    }
    if let patience { words.append("patience=\(patience)") }
    return words
  }
}

extension String {
  /// `d` of `d.test`: the data that a part is of.
  var strippingPart: String {
    for part in [".test", ".train", ".all"] where hasSuffix(part) { return String(dropLast(part.count)) }
    return self
  }
}
