import Datasets
import SessionCore
import SessionFiles
import Tensors
import Text
import VAEngine

/// The rows of a table as people know them: a number with the digits it came with, the name of a category, nothing where a
/// value is missing.
struct TableRows {
  let columns: TableColumns

  func cells(_ values: ArraySlice<Double>) -> [Table.Cell] {
    zip(columns.models, columns.elements).map { model, elements in
      let own = values[values.startIndex + elements.lowerBound..<values.startIndex + elements.upperBound]
      guard let first = own.first, !first.isNaN else { return .empty }
      if model.kind == .categorical { return .text(model.categories[Self.likeliest(own)]) }
      if model.kind == .bernoulli { return .number(first >= 0.5 ? 1 : 0) }
      // With its digits: float32 has more of them, which mean nothing.
      return model.decimals.map { .fixed(model.written(first), decimals: $0) } ?? .number(Double.shortest(Float(first)))
    }
  }

  /// The position of the largest, the first of several.
  static func likeliest(_ values: ArraySlice<Double>) -> Int {
    var best = values.startIndex
    for index in values.indices where values[index] > values[best] { best = index }
    return best - values.startIndex
  }

  /// Draws or means of a model as values that the columns have: categories one-hot, numbers with their digits and inside
  /// their range.
  func written(_ values: [Float]) -> [Float] {
    var result = values
    let width = columns.width
    for first in stride(from: 0, to: values.count, by: width) {
      for (model, elements) in zip(columns.models, columns.elements) {
        let own = first + elements.lowerBound..<first + elements.upperBound
        switch model.kind {
        case .categorical:
          let best = Self.likeliest(values[own].map(Double.init)[...])
          for (place, index) in own.enumerated() { result[index] = place == best ? 1 : 0 }
        case .bernoulli: result[own.lowerBound] = values[own.lowerBound] >= 0.5 ? 1 : 0
        case .gaussian, .lognormal, .poisson, .nb, .zinb, .ordinal:
          result[own.lowerBound] = Float(model.written(Double(values[own.lowerBound])))
        }
      }
    }
    return result
  }
}

extension TableColumns {
  /// Without digits and ranges, which are those of values that were standardized, where these are not any more.
  func ofData(_ data: DatasetValue, _ units: Units = .data) -> TableColumns {
    guard units == .data, data.dataset.transforms.isFitted else { return self }
    return TableColumns(
      models.map { ColumnModel($0.name, $0.kind, categories: $0.categories) }, hasMissing: hasMissing)
  }
}

extension DatasetValue {
  /// The first rows as a table; nil of data that are none.
  func firstRows(_ n: Int) throws -> Table? {
    guard isTable else { return nil }
    let count = min(n, dataset.count)
    let columns = try tableColumns()
    let rows = TableRows(columns: columns)
    let values = try dataset.doubles(0..<count)
    let width = columns.width
    let names = dataset.labelNames
    let hasLabels = dataset.labels != nil
    // What does not fit a screen is for programs.
    let shown = 12
    return Table(
      title: summary,
      columns: [.init("row")] + (hasLabels ? [.init("label")] : [])
        + columns.models.enumerated().map { .init($1.name, key: $1.name, for: $0 < shown ? .all : .programs) },
      rows: (0..<count).map { row in
        let label: [Table.Cell] =
          hasLabels
          ? [dataset.label(row).map { names.indices.contains($0) ? .text(names[$0]) : .count($0) } ?? .empty] : []
        return [.count(row)] + label + rows.cells(values[row * width..<(row + 1) * width])
      }, notes: columns.models.count > shown ? ["\(columns.models.count - shown) more columns"] : [])
  }

  /// All rows as CSV under the names of the columns, the label last under the name `label`; nil of data that are no table.
  package var csv: String? { try? rowsCSV() }

  private func rowsCSV() throws -> String? {
    guard isTable else { return nil }
    let columns = try tableColumns()
    let rows = TableRows(columns: columns)
    let width = columns.width
    let names = dataset.labelNames
    var text =
      (columns.models.map(\.name) + (dataset.labels == nil ? [] : ["label"])).map(CSVText.field)
      .joined(separator: ",") + "\n"
    for start in stride(from: 0, to: dataset.count, by: 1000) {
      try Stopping.check()
      let block = start..<min(start + 1000, dataset.count)
      let values = try dataset.doubles(block)
      for row in block {
        let first = (row - start) * width
        var cells = rows.cells(values[first..<first + width]).map(\.csv)
        if dataset.labels != nil {
          cells.append(dataset.label(row).map { names.indices.contains($0) ? CSVText.field(names[$0]) : "\($0)" } ?? "")
        }
        text += cells.joined(separator: ",") + "\n"
      }
    }
    return text
  }

  /// Rows that a model made, under the names of its columns.
  ///
  /// - Parameters:
  ///   - values: `[N, D]`.
  ///   - labels: As those of the model's classes.
  static func rows(
    _ values: Tensor, _ columns: TableColumns, title: String, source: String, labels: [Int32]? = nil,
    labelNames: [String] = []
  ) throws -> DatasetValue {
    let elements = columns.models.flatMap { model in
      model.kind == .categorical ? model.categories.map { "\(model.name)=\($0)" } : [model.name]
    }
    let dataset = Dataset(
      name: title, source: source, storage: values, labels: labels, labelNames: labelNames, columns: elements)
    return DatasetValue(dataset, origin: .session)
  }
}
