import Datasets
import Language
import SessionCore
import Tensors
import Text

extension DatasetValue {
  /// The examples as a tensor, transforms applied, with their labels and columns.
  ///
  /// - Throws: `Fault` for data too large to be a tensor.
  package func elements() throws -> ArrayValue? {
    let size = dataset.exampleShape.count
    let (total, overflow) = dataset.count.multipliedReportingOverflow(by: max(size, 1))
    guard !overflow, total <= Self.largestArray else {
      throw Fault(
        .outOfMemory,
        "\(title) has \(NumberText.count(dataset.count)) examples of \(size) numbers: too many for a tensor",
        fix: "Select some of them: d[0..999]")
    }
    let once = dataset.drawnOnce(seed: 0)
    let shape = Shape([dataset.count] + dataset.exampleShape.dimensions)
    let isWide = dataset.storage.dtype == .float64 || dataset.storage.dtype == .int32
    let tensor =
      try dataset.whole
      ?? (isWide
        ? try Tensor(once.doubles(0..<dataset.count), shape: shape) : try once.examples(Array(0..<dataset.count)))
    return ArrayValue(
      tensor, labels: try rowLabels(), labelNames: dataset.labelNames,
      meaning: dataset.exampleShape.rank == 3 ? .images : .plain,
      form: dataset.hasNamedColumns ? .init(columns: dataset.columns) : nil)
  }

  private static let largestArray = 500_000_000

  /// Examples of these data, or what was decoded of them: in the unit of the data what was fitted to them is undone.
  func decoded(_ examples: Tensor, units: Units = .data) throws -> ArrayValue {
    let undone = units == .data ? try dataset.transforms.undone(examples) : nil
    return ArrayValue(
      undone ?? examples, meaning: .images,
      form: .of(columns: dataset.hasNamedColumns ? dataset.columns : [], isInDataUnits: undone != nil))
  }
}

extension ModelValue {
  /// What it decodes, with the names of its columns.
  func decoded(_ examples: Tensor, units: Units) throws -> (tensor: Tensor, form: ArrayValue.RowForm?) {
    let undone = units == .data ? try recipe.transforms?.undone(examples) : nil
    return (undone ?? examples, .of(columns: recipe.columns ?? [], isInDataUnits: undone != nil))
  }
}

extension ArrayValue.RowForm {
  /// nil where there is nothing to say.
  static func of(columns: [String], isInDataUnits: Bool) -> ArrayValue.RowForm? {
    columns.isEmpty && !isInDataUnits ? nil : .init(columns: columns, isInDataUnits: isInDataUnits)
  }
}
