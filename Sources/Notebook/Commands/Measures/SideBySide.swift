import Language
import SessionCore
import Tensors
import Text
import VAEngine

/// Several models measured on the same examples, a row each.
struct SideBySide {
  let models: [(name: String, model: ModelValue)]
  let seed: UInt64
  /// Whether models that do not compare are refused; else a remark says so.
  let refusesObstacles: Bool
  /// Whether the lowest −ELBO is named, and how far the others are above it.
  let namesLowest: Bool
  let call: Call

  /// - Returns: What stands in the way of a comparison, where it is not refused.
  @discardableResult func checked(hasGray: Bool) throws -> [String] {
    guard let first = models.first else { return [] }
    let found = models.dropFirst().compactMap { Comparability.obstacle(first, $0, hasGray: hasGray) }
    if let obstacle = found.first, refusesObstacles {
      throw call.fault(.notComparable, obstacle.message, fix: obstacle.fix)
    }
    return found.map(\.message)
  }

  func table(on source: DatasetValue) throws -> Table {
    var rows: [[Table.Cell]] = []
    var warnings: [String] = []
    var obstacles: [String] = []
    var bounds: [[Double]?] = []
    for (name, model) in models {
      let configuration = model.configuration
      let live = try model.model(threads: call.threads)
      let matched: DatasetValue
      do { matched = try source.matched(to: model) } catch let fault as Fault {
        throw Fault(fault.code, "\(name): \(fault.message)", at: fault.span ?? call.verbSpan, fix: fault.fix)
      }
      let result =
        try live.measured(matched, seed: seed) {
          try call.execution.working("evaluate \(name)", $0)
        }
      call.execution.remark(result, of: name, model)
      if rows.isEmpty { obstacles = try checked(hasGray: result.hasGrayValues) }
      let isPlain = configuration.isPlain
      bounds.append(isPlain ? nil : result.negativeElbos)
      let pixelError = result.meanSquaredErrorPerPixel
      rows.append([
        .text(name), .text(configuration.family.word), .count(model.training.epoch), .count(model.parameterCount),
        isPlain ? .empty : .init(result.negativeElbo, decimals: 2), .init(result.reconstruction, decimals: 2),
        isPlain ? .empty : .init(result.kl, decimals: 2),
        .measured(pixelError.mean, error: pixelError.standardError), .count(result.activeUnits),
        isPlain ? .empty : .number(-result.negativeElbo.mean),
      ])
      if !isPlain { warnings += live.warnings(hasGray: result.hasGrayValues).map(\.description) }
      if configuration.family.isConditional {
        warnings.append("\(name) is told the class: its −ELBO is of log p(x | y)")
      }
      if configuration.family.corruptsInput { warnings.append("\(name) is measured on clean input") }
    }
    var table = Table(
      title:
        "on \(source.title), \(counted(source.dataset.count, "example")), \(models.first?.model.configuration.lossUnitPerExample ?? "")",
      columns: [
        .init("model"), .init("family", for: .programs), .init("epochs", for: .programs),
        .init("parameters", for: .programs), .init("−ELBO"), .init("reconstruction"), .init("KL"), .init("MSE"),
        .init("active", key: "active_units"), .init("ELBO", for: .programs),
      ],
      rows: rows)
    if obstacles.isEmpty, namesLowest { Self.addDifferences(bounds, to: &table) }
    table.notes += models.map { name, model in
      let epochs = model.training.epoch
      return "\(name): \(model.configuration.family.word), \(NumberText.count(model.parameterCount)) parameters, "
        + "\(epochs) \(inflected("epoch", for: epochs))"
    }
    warnings = obstacles + warnings
    table.caveats = warnings.indices.filter { warnings.firstIndex(of: warnings[$0]) == $0 }.map { warnings[$0] }
    return table
  }

  /// How far each model's −ELBO is above the lowest, of the same examples: the mean of their differences.
  ///
  /// - Parameter bounds: −ELBO of each example by each model; nil of models that have none.
  private static func addDifferences(_ bounds: [[Double]?], to table: inout Table) {
    let means = bounds.map { $0.map { Estimate($0).mean } }
    guard means.compactMap(\.self).count > 1, means.allSatisfy({ $0?.isFinite ?? true }),
      let best = means.indices.filter({ means[$0] != nil }).min(by: { means[$0] ?? 0 < means[$1] ?? 0 }),
      let lowest = bounds[best]
    else { return }
    var texts: [String] = []
    table.columns.append(.init("−ELBO above the lowest", for: .programs))
    for (index, values) in bounds.enumerated() {
      guard let values, index != best else {
        table.rows[index].append(values == nil ? .empty : .number(0))
        continue
      }
      let difference = Estimate(zip(values, lowest).map { $0 - $1 })
      let cell = Table.Cell.measured(difference.mean, error: difference.standardError)
      table.rows[index].append(cell)
      let isNoise = difference.mean <= 2 * difference.standardError
      texts.append("\(table.rows[index][0].text) \(cell.text)" + (isNoise ? " (within noise)" : ""))
    }
    table.notes.append(
      "lowest −ELBO: \(table.rows[best][0].text); above it, mean of the examples' differences: "
        + texts.joined(separator: ", "))
  }
}
