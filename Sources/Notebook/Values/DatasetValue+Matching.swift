import Datasets
import Language
import SessionCore
import Text

extension DatasetValue {
  /// The same examples as a model knows them: its columns by name, its classes by name, and standardized where its
  /// training data were and these are as they came.
  ///
  /// - Throws: `Fault` that names what is missing, unknown or more.
  ///
  /// - Parameter isInDataUnits: Whether a tensor's values are known to be in the unit of the data.
  func matched(to model: ModelValue, isInDataUnits: Bool = false) throws -> DatasetValue {
    try matched(
      to: model.recipe, isConditional: model.configuration.family.isConditional, isTrained: model.training.step > 0,
      isInDataUnits: isInDataUnits)
  }

  /// The same by what a training is of.
  ///
  /// - Parameter isTrained: Whether the transforms of the recipe are those of data that a model has seen.
  func matched(
    to recipe: TrainingRecipe, isConditional: Bool, isTrained: Bool = true, isInDataUnits: Bool = false
  ) throws -> DatasetValue {
    var matched = try arranged(as: recipe.columns)
    // Of what was computed in the session nobody knows in which unit it is.
    if isTrained, isInDataUnits || isLoaded { matched = matched.fitted(like: recipe) ?? matched }
    return isConditional ? try matched.numbered(as: recipe.classes) : matched
  }

  /// What a model is to be trained on: a fresh one takes the columns as they come, and the classes where there are as
  /// many as it has.
  func matchedForTraining(_ model: ModelValue, at place: ArgumentPlace, _ execution: Execution) throws -> DatasetValue {
    guard model.training.step == 0 else { return try matched(to: model, at: place, execution) }
    guard model.configuration.family.isConditional, dataset.classCount != model.configuration.classCount else {
      return self
    }
    do { return try numbered(as: model.recipe.classes) } catch let fault as Fault {
      throw fault.placed(at: place.span)
    }
  }

  /// The same, with its faults at a place, and a note on what was done.
  func matched(to model: ModelValue, at place: ArgumentPlace, _ execution: Execution) throws -> DatasetValue {
    do {
      let matched = try matched(to: model)
      if matched.dataset.transforms.isFitted, !dataset.transforms.isFitted {
        execution.note("\(title) is standardized as the training data were")
      }
      return matched
    } catch let fault as Fault { throw fault.placed(at: place.span) }
  }

  private func arranged(as columns: [String]?) throws -> DatasetValue {
    guard let columns, dataset.hasNamedColumns, columns != dataset.columns else { return self }
    do { return try mapped { try $0.arranged(as: columns) } } catch let error as Dataset.ColumnMismatch {
      throw Fault(.shapeMismatch, error.reason, fix: error.fix)
    }
  }

  private var isLoaded: Bool { if case .loaded = origin { true } else { false } }

  private func numbered(as classes: [String]?) throws -> DatasetValue {
    guard let classes, let own = dataset.classes, own.names != classes else { return self }
    if let odd = dataset.unknownClasses(to: classes).first {
      throw Fault(
        .noLabels, "the model has no class '\(odd)'",
        fix: "Its classes: \(classes.listed). Select them: d[label=\(LabelNames.word(classes.first ?? "0"))]")
    }
    return mapped { $0.numbered(as: classes) ?? $0 }
  }

  /// Data as they came under the transforms of a model that was trained on standardized ones; nil of other data, and for
  /// other models.
  private func fitted(like recipe: TrainingRecipe) -> DatasetValue? {
    guard let wanted = transforms(of: recipe), wanted.isFitted, !dataset.transforms.isFitted,
      wanted.starts(with: dataset.transforms)
    else { return nil }
    // Data of another shape are refused by what reads them.
    return try? with(wanted, replacing: true)
  }

  /// The transforms of a model's training data for these data; nil before its first training.
  func transforms(of recipe: TrainingRecipe) -> [Transform]? {
    recipe.transforms.map { dataset.transforms(like: $0, reachedBeyondOne: recipe.reachesBeyondOne ?? false) }
  }
}

extension [String] {
  /// A few names of many.
  var listed: String { prefix(12).joined(separator: ", ") + (count > 12 ? " and \(count - 12) more" : "") }
}

extension ModelValue {
  /// The classes that it can decode: those that it was trained on, of a fresh model all.
  package var classNames: [String] { recipe.trainedClasses ?? recipe.classes ?? [] }

  /// A class for the example in a message.
  var labelExample: String {
    let names = classNames
    return names.isEmpty || names.contains("3") ? "3" : names[0]
  }

  /// The number of the class with this name; where classes have names, also the one with this number.
  ///
  /// - Parameter refuse: Throws what is wrong with the text, and what helps.
  func classNumber(_ text: String, refuse: (_ message: String, _ fix: String) throws -> Never) throws -> Int {
    guard let classes = recipe.classes else {
      if let number = Int(text), (0...100_000).contains(number) { return number }
      try refuse("label: expected an integer from 0 to 100000, got '\(text)'", "The model keeps no names of classes.")
    }
    let number = Int(text).flatMap { number in
      classes.indices.contains(number) && classes.allSatisfy { Int($0) == nil } ? number : nil
    }
    guard let index = classes.firstIndex(of: text) ?? number else {
      let fix = Suggestion.question(text, in: classes) ?? "Classes: \(classes.listed)."
      try refuse("label: the model has no class '\(text)'", fix)
    }
    if let trained = recipe.trainedClasses, !trained.contains(classes[index]) {
      try refuse(
        "label: the model was never trained on class '\(classes[index])'", "It was trained on: \(trained.listed).")
    }
    return index
  }

  /// The number that the model has for a label of some data; nil for a class that it does not have.
  func classIndex(of label: Int32, names: [String]) -> Int? {
    guard let classes = recipe.classes else { return Int(label) }
    return classes.firstIndex(of: ClassTable.name(of: label, names))
  }
}
