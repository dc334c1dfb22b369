import Datasets
import Language
import Tensors
import Text

extension DatasetValue {
  /// The same examples as a model knows them: its columns by name, its classes by name.
  ///
  /// - Throws: `Fault` that names what is missing, unknown or more.
  func matched(to model: ModelValue) throws -> DatasetValue {
    var matched = self
    if let columns = model.recipe.columns, dataset.hasNamedColumns, columns != dataset.columns {
      do { matched = try matched.mapped { try $0.arranged(as: columns) } } catch let error as Dataset.ColumnMismatch {
        throw Fault(.shapeMismatch, error.reason, fix: error.fix)
      }
    }
    guard model.configuration.family.isConditional, let classes = model.recipe.classes, let own = dataset.classes,
      own.names != classes
    else { return matched }
    if let odd = own.names.first(where: { !classes.contains($0) }) {
      throw Fault(
        .noLabels, "the model has no class '\(odd)'", fix: "Its classes: \(classes.listed). Select them: d[label=…]")
    }
    return matched.mapped { $0.numbered(as: classes) ?? $0 }
  }
}

extension DatasetValue {
  /// The examples as a tensor, transforms applied, with their labels: what a dataset is where a tensor is wanted.
  ///
  /// - Throws: `Fault` for data too large to be a tensor.
  func array() throws -> ArrayValue {
    let size = dataset.exampleShape.count
    guard dataset.count.multipliedReportingOverflow(by: max(size, 1)).partialValue <= Self.largestArray else {
      throw Fault(
        .outOfMemory,
        "\(title) has \(NumberText.count(dataset.count)) examples of \(size) numbers: too many for a tensor",
        fix: "Select some of them: d[0..999]")
    }
    let once = dataset.drawnOnce(seed: 0)
    let shape = Shape([dataset.count] + dataset.exampleShape.dimensions)
    let isWide = dataset.storage.dtype == .float64 || dataset.storage.dtype == .int32
    let tensor =
      isWide ? try Tensor(once.doubles(0..<dataset.count), shape: shape) : try once.examples(Array(0..<dataset.count))
    return ArrayValue(
      tensor, labels: try rowLabels(), labelNames: dataset.labelNames,
      meaning: dataset.exampleShape.rank == 3 ? .images : .plain)
  }

  private static let largestArray = 500_000_000
}

extension [String] {
  /// A few names of many.
  var listed: String { prefix(12).joined(separator: ", ") + (count > 12 ? " and \(count - 12) more" : "") }
}

extension ModelValue {
  /// The number of the class with this name; where classes have names, also the one with this number.
  ///
  /// - Parameter refuse: Throws what is wrong with the text, and what helps.
  func classNumber(_ text: String, refuse: (_ message: String, _ fix: String) throws -> Never) throws -> Int? {
    guard let classes = recipe.classes else { return Int(text) }
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
