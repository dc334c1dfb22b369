import Datasets
import Figures
import SessionCore
import Tensors
import Text

/// The report of `describe` for a dataset.
struct DatasetDescription {
  let data: DatasetValue
  let execution: Execution

  func report() throws -> Report {
    let dataset = data.dataset
    var report = data.description
    let statistics = try DataStatistics(dataset) { share in
      try Stopping.check()
      execution.progress(Progress(task: "describe", fraction: share))
    }
    report.fields += [
      .init("mean", Self.cell(statistics.mean), detail: " after transforms"),
      .init("deviation", label: "standard deviation", Self.cell(statistics.deviation)),
      .init("min", Self.limit(statistics.low)), .init("max", Self.limit(statistics.high)),
      .init("zeros", label: "zero elements", .fixed(100 * statistics.zeroShare, decimals: 1), unit: "%"),
    ]
    if statistics.missing > 0 {
      report.fields.append(.init("missing", .count(statistics.missing), unit: "elements"))
    }
    report.fields += [
      memory,
      .init("hash", label: "content", .text("\(dataset.hash.text.prefix(40))…")),
    ]
    report.notes += dataset.notes
    if let labels { report.tables.append(.init("labels", labels)) }
    if let factors { report.tables.append(.init("factors", factors)) }
    if let columns = try columns() { report.tables.append(.init("columns", columns)) }
    try addPicture(to: &report)
    return report
  }

  /// Five decimals, or five digits of what is too small for them.
  private static func cell(_ value: Double) -> Table.Cell {
    value == 0 || abs(value) >= 0.001 ? .fixed(value, decimals: 5) : .number(value)
  }

  /// Five digits, or two decimals of what is too large for them; what float32 holds as it is written shortest.
  static func limit(_ value: Double) -> Table.Cell {
    let shown = Double(Float(value)) == value ? Double.shortest(Float(value)) : value
    return abs(shown) < 10_000 || shown == shown.rounded() ? .number(shown) : .fixed(shown, decimals: 2)
  }

  private var memory: Report.Field {
    let isMapped = data.dataset.storage.storage.isMappedFile
    return .init(
      "memory", .bytes(data.dataset.storage.byteCount), detail: isMapped ? " on disk, read as needed" : "")
  }

  private var labels: Table? {
    let counts = data.dataset.labelCounts.sorted { $0.key < $1.key }
    guard !counts.isEmpty else { return nil }
    let names = data.dataset.labelNames
    let areNamed = names.enumerated().contains { String($0.offset) != $0.element }
    return Table(
      columns: [.init("label")] + (areNamed ? [.init("name")] : []) + [.init("examples")],
      rows: counts.prefix(50).map { label, count in
        let name: [Table.Cell] = areNamed ? [names.indices.contains(label) ? .text(names[label]) : .empty] : []
        return [.count(label)] + name + [.count(count)]
      }, notes: counts.count > 50 ? ["\(counts.count - 50) more \(inflected("label", for: counts.count - 50))"] : [])
  }

  private var factors: Table? {
    guard let factors = data.dataset.factors else { return nil }
    return Table(
      columns: [.init("factor"), .init("values"), .init("from"), .init("to")],
      rows: factors.factors.map { factor in
        let names = factor.valueNames
        let ends: [Table.Cell] =
          names.isEmpty
          ? [.number(Double.shortest(factor.values.first ?? 0)), .number(Double.shortest(factor.values.last ?? 0))]
          : [.text(names.first ?? ""), .text(names.last ?? "")]
        return [.text(factor.name), .count(factor.values.count)] + ends
      })
  }

  /// Columns of a table, each with its own figures.
  private func columns() throws -> Table? {
    let dataset = data.dataset
    let names = dataset.columns
    guard !names.isEmpty, dataset.exampleShape == [names.count], dataset.count > 0 else { return nil }
    let statistics = try GroupStatistics(dataset)
    let hasMissing = statistics.missing.contains { $0 > 0 }
    return Table(
      columns: [.init("column"), .init("mean"), .init("deviation")] + (hasMissing ? [.init("missing")] : []),
      rows: names.prefix(50).enumerated().map { index, name in
        [.text(name), Self.limit(statistics.means[index]), Self.limit(statistics.deviations[index])]
          + (hasMissing ? [.count(statistics.missing[index])] : [])
      }, notes: names.count > 50 ? ["\(names.count - 50) more columns"] : [])
  }

  /// The first images: a figure for front ends that show some, characters for the others.
  private func addPicture(to report: inout Report) throws {
    guard let images = try data.images(first: 10) else { return }
    let small = try data.shrunk(to: 28).examples(Array(0..<images.count))
    if let text = try Thumbnails.text(small, width: execution.width) { report.notes += ["", text] }
    report.figure = Figure(images, title: "the first examples of \(data.title)")
  }
}
