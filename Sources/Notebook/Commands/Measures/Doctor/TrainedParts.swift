import Datasets
import SessionCore
import Tensors
import VAEngine

/// What a model was trained on, and what it has not seen, as far as its session knows.
struct TrainedParts {
  /// How the training data were called.
  let name: String?
  let training: DatasetValue?
  /// The examples that validation watched; else those that are measured, where training had none of them.
  let heldOut: DatasetValue?

  init(_ model: ModelValue, measured: DatasetValue, _ execution: Execution, at span: Range<Int>) throws {
    func dataset(_ text: String?) -> DatasetValue? {
      guard let text, case .object(let data as DatasetValue)? = try? execution.evaluate(text: text, span: span) else {
        return nil
      }
      return data
    }
    let recipe = model.recipe
    guard let whole = dataset(recipe.data)?.trainingPart, whole.source.exampleShape == measured.source.exampleShape
    else {
      (name, training, heldOut) = (nil, nil, nil)
      return
    }
    name = recipe.data
    let rows = recipe.rows(of: whole.source.count)
    let part = rows.heldOut.isEmpty ? whole : whole.subset(rows.training, title: whole.title)
    // The name may stand for other data by now.
    let isKnown = model.training.step > 0 && part.source.count == model.training.exampleCount
    training = isKnown ? part : nil
    if let other = dataset(recipe.validationData)?.testPart {
      heldOut = other
    } else if isKnown, !rows.heldOut.isEmpty {
      heldOut = whole.subset(rows.heldOut, title: "\(whole.title), held out")
    } else {
      heldOut = isKnown && part.isApart(from: measured) ? measured : nil
    }
  }
}

extension TrainingRecipe {
  /// Which of `count` examples are trained on, and which are held out of them: the same ones for the same seed.
  func rows(of count: Int) -> (training: [Int], heldOut: [Int]) {
    guard validationData == nil, validate > 0 else { return (Array(0..<count), []) }
    let share = validate < 1 ? Int((Double(count) * validate).rounded()) : Int(validate)
    guard share > 0, share < count else { return (Array(0..<count), []) }
    let order = Shuffle.order(count: count, seed: (splitSeed ?? seed) ^ 0x5EED, epoch: 0)
    return (order[share...].sorted().map(Int.init), order[..<share].map(Int.init).sorted())
  }
}

extension DatasetValue {
  /// Whether no example of `other` is one of these.
  fileprivate func isApart(from other: DatasetValue) -> Bool {
    guard dataset.hash.text == other.dataset.hash.text else { return true }
    let own = Set((0..<dataset.count).map(dataset.storageIndex))
    return !(0..<other.dataset.count).contains { own.contains(other.dataset.storageIndex($0)) }
  }
}
