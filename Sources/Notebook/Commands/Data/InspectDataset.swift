import Datasets
import SessionCore
import Tensors

/// `head`.
struct ShowHead: DeclaredCommand {
  static let about = About(
    "head", family: .data, summary: "show the first rows or examples",
    returns: .init("a table, or the first rows"),
    examples: [.init("head d", "the first examples"), .init("head z n=3", "the first rows of a tensor")])

  @Argument(.value([.dataset, .tensor, .table, .list]), takesPipe: true, help: "a dataset, tensor, table or list")
  var value: Value
  @Option(.integer(1...10000), default: 5, help: "number of rows") var n: Int

  func run(_ call: Call) throws -> Value {
    switch value {
    case .tensor(let array) where array.shape.rank > 0:
      return .tensor(try array.taking(Array(0..<min(n, array.shape[0])), axis: 0, keepsAxis: true))
    case .table(var table):
      table.rows = Array(table.rows.prefix(n))
      return .table(table)
    case .list(let items): return .list(Array(items.prefix(n)))
    case .object(let object as DatasetValue): return .table(try examples(object, width: call.execution.width))
    case let other: return other
    }
  }

  /// The first examples: label, mean, range, and gray images as characters when they fit.
  private func examples(_ data: DatasetValue, width: Int) throws -> Table {
    if let rows = try data.firstRows(n) { return rows }
    let count = min(n, data.dataset.count)
    let dataset = data.dataset.drawnOnce(seed: 0)
    let values = try dataset.examples(Array(0..<count))
    let size = dataset.exampleShape.count
    let elements = try dataset.doubles(0..<count)
    let rows = (0..<count).map { row -> [Table.Cell] in
      let own = elements[row * size..<(row + 1) * size]
      let mean = own.reduce(0, +) / Double(max(size, 1))
      return [
        .count(row), data.labelCell(row), .fixed(mean, decimals: 4),
        DatasetDescription.limit(own.min() ?? 0), DatasetDescription.limit(own.max() ?? 0),
      ]
    }
    let notes = try Thumbnails.text(values, width: width).map { ["", $0] } ?? []
    var table = Table(
      title: data.summary, columns: [.init("example"), .init("label"), .init("mean"), .init("min"), .init("max")],
      rows: rows, notes: notes)
    table.images = try data.images(first: min(n, 100))
    return table
  }
}

/// `describe`.
struct DescribeDataset: DeclaredCommand {
  static let about = About(
    "describe", family: .data, summary: "measure a dataset: counts, range, mean, labels, hash, transforms",
    returns: .init(.report), examples: [.init("describe d", "everything about d")])

  @Argument(takesPipe: true, help: "the dataset") var data: DatasetValue

  func run(_ call: Call) throws -> Value {
    .report(try DatasetDescription(data: data, execution: call.execution).report())
  }
}
