import Datasets
import Language
import SessionCore
import Tensors
import Text

/// A dataset as a value, and how the workspace finds it again.
package struct DatasetValue: SelectableValue {
  /// Where the content comes from.
  enum Origin: Sendable, Equatable {
    /// The catalogue, a file or a folder.
    case loaded(LoadRequest)
    /// A tensor of the session: the workspace keeps the content.
    case session
  }

  package let dataset: Dataset
  let origin: Origin
  /// Parts made by `split`; otherwise those the dataset came with.
  let made: [Part]
  /// A part made by `split` is whole: the parts that the data came with cut across it and are not its own.
  let isWhole: Bool

  struct Part: Sendable {
    let name: String
    let dataset: Dataset
  }

  init(_ dataset: Dataset, origin: Origin, made: [Part] = [], isWhole: Bool = false) {
    self.isWhole = isWhole
    self.dataset = dataset
    self.origin = origin
    self.made = made
  }

  /// The source of batches for a trainer.
  package var source: any BatchSource { dataset }
  package var title: String { dataset.name }

  package var kind: ValueKind { .dataset }

  package var partNames: [String] {
    if isWhole { return [] }
    if !made.isEmpty { return made.map(\.name) }
    return dataset.parts.sorted { $0.value.lowerBound < $1.value.lowerBound }.map(\.key)
  }

  /// A named part.
  package func part(_ name: String) -> DatasetValue? {
    if !made.isEmpty {
      return made.first { $0.name == name }.map { DatasetValue($0.dataset, origin: origin, isWhole: true) }
    }
    guard !isWhole, let part = dataset.part(name), part.count > 0, part.count < dataset.count else { return nil }
    return DatasetValue(part, origin: origin)
  }

  package var summary: String {
    var text = "\(title) · \(NumberText.count(dataset.count)) × \(dataset.exampleShape)"
    if let classes = dataset.classCount { text += " · \(classes) \(inflected("class", "classes", for: classes))" }
    if !dataset.transforms.isEmpty { text += " · " + dataset.transforms.map(\.description).joined(separator: ", ") }
    return text
  }

  package var byteCount: Int { dataset.storage.byteCount + (dataset.view?.count ?? 0) * 4 }

  package var attributeNames: [String] {
    partNames.filter { part($0) != nil } + (partNames.isEmpty ? [] : ["all"]) + ["count", "shape", "hash"]
      + (dataset.labels == nil ? [] : ["classes", "labels"])
      + (dataset.factors.map { ["factors"] + $0.names.filter { $0 != "shape" } } ?? [])
  }

  package func attribute(_ name: String) throws -> Value? {
    if partNames.contains(name), let part = part(name) { return .object(part) }
    switch name {
    // All examples as one part: what 'on=d.all' trains on, the test part too.
    case "all" where !partNames.isEmpty: return .object(DatasetValue(dataset, origin: origin, isWhole: true))
    case "count": return .number(Double(dataset.count))
    case "hash": return .string(dataset.hash.text)
    case "shape": return .tensor(try ArrayValue(shape: dataset.exampleShape))
    case "classes": return dataset.classCount.map { .number(Double($0)) }
    case "labels":
      return try rowLabels().map { labels in
        .tensor(
          ArrayValue(try Tensor(labels.map { Float($0) }), labels: labels, labelNames: dataset.labelNames))
      }
    default: return try factorValues(name)
    }
  }

  /// Values of one factor, `[N]`, or of all, `[N, F]`.
  private func factorValues(_ name: String) throws -> Value? {
    guard let factors = dataset.factors else { return nil }
    let chosen =
      name == "factors" ? Array(factors.factors.indices) : factors.names.indices.filter { factors.names[$0] == name }
    guard !chosen.isEmpty else { return nil }
    let values = (0..<dataset.count).flatMap { row in
      chosen.map { factors.factors[$0].values[factors.value(dataset.storageIndex(row), $0)] }
    }
    let shape: Shape = name == "factors" ? [dataset.count, chosen.count] : [dataset.count]
    return .tensor(
      ArrayValue(try Tensor(values, shape: shape), labels: try rowLabels(), labelNames: dataset.labelNames))
  }

  /// Counts, shape, classes and transforms.
  package var report: Report? { description }

  var description: Report {
    var fields: [Report.Field] = [
      .init("count", label: "examples", .count(dataset.count)),
      .init("shape", label: "example", .text("\(dataset.exampleShape) \(dataset.storage.dtype.rawValue)")),
      .init("source", .text(dataset.source)),
    ]
    if let classes = dataset.classCount { fields.append(.init("classes", .count(classes))) }
    if dataset.unlabeledCount > 0 {
      fields.append(.init("unlabeled", label: "without label", .count(dataset.unlabeledCount), unit: "examples"))
    }
    if let factors = dataset.factors {
      fields.append(
        .init("factors", .text(factors.factors.map { "\($0.name) (\($0.values.count))" }.joined(separator: ", "))))
    }
    for name in partNames {
      if let part = part(name) { fields.append(.init(name, .count(part.dataset.count), unit: "examples")) }
    }
    let transforms = dataset.transforms.map(\.description).joined(separator: ", ")
    fields.append(.init("transforms", .text(transforms.isEmpty ? "none" : transforms)))
    return Report(title: title, fields: fields)
  }

  package var rowCount: Int { dataset.count }
  package var rowLabelNames: [String] { dataset.labelNames }

  package func rowLabels() throws -> [Int32]? {
    guard dataset.labels != nil else { return nil }
    return (0..<dataset.count).map { dataset.label($0).map { Int32($0) } ?? ClassTable.unlabeled }
  }

  /// The class of an example for a table: its name, or its number.
  func labelCell(_ row: Int) -> Table.Cell {
    guard let label = dataset.label(row) else { return .empty }
    let name = ClassTable.name(of: Int32(label), dataset.labelNames)
    return name == String(label) ? .count(label) : .text(name)
  }

  /// Rows that are selected by position form one part in the given order; rows of a label stay in their parts.
  package func select(rows: [Int], byLabel: Bool) throws -> Value {
    let chosen = dataset.subset(rows)
    guard byLabel, !isWhole else { return .object(DatasetValue(chosen, origin: origin, isWhole: true)) }
    let wanted = Set(rows.map(dataset.storageIndex))
    let parts = made.map { part in
      let rows = (0..<part.dataset.count).filter { wanted.contains(part.dataset.storageIndex($0)) }
      return Part(name: part.name, dataset: part.dataset.subset(rows))
    }
    return .object(DatasetValue(chosen, origin: origin, made: parts.filter { $0.dataset.count > 0 }))
  }

  /// Some of the examples, in the order given.
  func subset(_ rows: [Int], title: String? = nil) -> DatasetValue {
    var part = dataset.subset(rows)
    if let title { part.name = title }
    return DatasetValue(part, origin: origin, isWhole: isWhole)
  }

  /// The examples that have a label; all of them where none has one.
  var labeled: DatasetValue {
    guard dataset.unlabeledCount > 0 else { return self }
    return subset((0..<dataset.count).filter { dataset.label($0) != nil })
  }

  /// Examples in a seeded order, all or so many: the first of data that come sorted would be of one class.
  func shuffled(seed: UInt64, first: Int = .max) -> DatasetValue {
    let order = Permutation.order(count: dataset.count, seed: seed, purpose: "measure")
    return subset(order.prefix(first).map(Int.init))
  }

  /// The same examples under more transforms, or under these alone.
  ///
  /// - Throws: `TransformError` for one that does not fit.
  func with(_ transforms: [Transform], replacing: Bool = false) throws -> DatasetValue {
    func changed(_ dataset: Dataset) throws -> Dataset {
      try dataset.replacing(transforms: (replacing ? [] : dataset.transforms) + transforms)
    }
    return try mapped(changed)
  }

  /// The same of every part.
  func mapped(_ change: (Dataset) throws -> Dataset) rethrows -> DatasetValue {
    DatasetValue(
      try change(dataset), origin: origin,
      made: try made.map { Part(name: $0.name, dataset: try change($0.dataset)) }, isWhole: isWhole)
  }

  /// The part to train on: `train` of a dataset in parts, else all of it.
  var trainingPart: DatasetValue { part("train") ?? self }
  /// The part to measure on: `test` of a dataset in parts, else all of it.
  var testPart: DatasetValue { part("test") ?? self }
}

extension DatasetValue {
  /// Images or vectors of a tensor as examples, seen as they are.
  static func images(_ array: ArrayValue) throws -> DatasetValue {
    guard (2...4).contains(array.shape.rank), array.shape.count > 0 else {
      throw Fault(.shapeMismatch, "expected shape N×D, N×H×W or N×C×H×W, got \(array.shape)")
    }
    let extents = array.shape.dimensions
    let shape: Shape = extents.count == 3 ? [extents[0], 1, extents[1], extents[2]] : array.shape
    // In the unit of the data a deviation can be small beside its mean.
    let isWide = array.tensor.dtype == .float64 && array.form?.isInDataUnits == true
    let content = isWide ? array.tensor.reshaped(to: shape) : try Tensor(array.floats, shape: shape)
    let dataset = Dataset(
      name: "tensor", source: "a tensor of the session", storage: content, labels: array.labels,
      labelNames: array.labelNames, columns: shape.rank == 2 ? array.form?.columns ?? [] : [])
    return DatasetValue(dataset, origin: .session)
  }

  /// The class of every example for a conditional model, as the model numbers them; nil for others.
  func conditioning(_ model: ModelValue) throws -> [Int]? {
    guard model.configuration.family.isConditional, let classes = dataset.classes else { return nil }
    return try rowLabels()?.map { Int(classes.index(of: $0)) }
  }
}
