import Figures
import Glibc
import JSONText
import Language
import SessionCore
import Tensors
import Text
import VAEngine
import WorkspaceStore

/// What a session did: its data, models, measures, figures and commands, gathered for a report.
struct SessionSummary: ObjectValue {
  /// A cell of the session, or a finished statement of the running one.
  struct Cell: Sendable {
    let number: Int
    let source: String
    var outputs: [String] = []
    var seconds: Double?
    var succeeded = true
    var error: String?
    /// Its last value, while the session holds it.
    var value: Value?
  }

  struct Data: Sendable {
    let name: String
    let value: DatasetValue
  }

  struct Model: Sendable {
    let name: String
    let value: ModelValue
    /// Layer by layer.
    let layers: Report
    let curves: Figure?
  }

  struct Sweep: Sendable {
    let name: String
    let value: SweepValue
    let figures: [Figure]
  }

  let title: String
  let cells: [Cell]
  let data: [Data]
  let models: [Model]
  let sweeps: [Sweep]
  /// What measured something.
  let measures: [Cell]
  /// Figures and images.
  let pictures: [(cell: Cell, figure: Figure)]
  let environment: SessionEnvironment
  /// Cells that came before those of this report.
  let earlier: Int

  var isEmpty: Bool { cells.isEmpty && data.isEmpty && models.isEmpty }

  /// - Parameter count: How many of the last cells; nil for all.
  init(_ call: Call, title: String?, cells count: Int?) throws {
    let execution = call.execution
    let entries = execution.core.history.search("*", withOutputs: true)
    var all = entries.map { entry in
      Cell(
        number: entry.number, source: entry.source, outputs: entry.outputs, seconds: entry.seconds,
        succeeded: entry.succeeded, error: entry.error, value: execution.core.results[entry.number])
    }
    // Of the cell that is running what is finished.
    all += execution.finished.map { Cell(number: execution.cell, source: $0.source, value: $0.value) }
    let chosen = Array(all.suffix(count ?? all.count))
    cells = chosen
    earlier = all.count - chosen.count
    let workspace = execution.core.store?.path.split(separator: "/").last.map(String.init)
    self.title = title ?? workspace ?? "Session"
    environment = SessionEnvironment(execution)
    (data, models, sweeps) = try Self.variables(call)
    measures = chosen.filter { Self.isMeasure($0, execution.table) }
    pictures = chosen.compactMap { cell in cell.value.flatMap(Self.picture).map { (cell, $0) } }
  }

  private static func variables(_ call: Call) throws -> ([Data], [Model], [Sweep]) {
    let state = call.execution.state
    var (data, models, sweeps): ([Data], [Model], [Sweep]) = ([], [], [])
    for name in state.names {
      try Stopping.check()
      guard case .object(let object)? = state.variables[name]?.value else { continue }
      if let dataset = object as? DatasetValue { data.append(Data(name: name, value: dataset)) }
      if let sweep = object as? SweepValue {
        sweeps.append(Sweep(name: name, value: sweep, figures: SweepPlot.figures(name, sweep)))
      }
      guard let model = object as? ModelValue else { continue }
      models.append(
        Model(
          name: name, value: model, layers: try ShowSummary.report(model, threads: call.threads),
          curves: curves(name, model)))
    }
    return (data, models, sweeps)
  }

  private static func curves(_ name: String, _ model: ModelValue) -> Figure? {
    var loss = LossFigure(runs: [.init(name: name, training: model.training)])
    loss.ownTerms = model.configuration.family.ownTerms
    loss.unit = model.configuration.unit
    let data = model.training.history.dataText(to: model.training.position, counts: true) ?? ""
    return loss.curves().map { Figure($0, title: "Training of \(name)", subtitle: data) }
  }

  /// Whether the last statement of a cell is a command that measures, and its value is still there.
  private static func isMeasure(_ cell: Cell, _ table: CommandTable) -> Bool {
    switch cell.value {
    case .report, .table: break
    default: return false
    }
    let statements = try? Parser(SourceText(cell.source)) { table[$0] != nil }.statements()
    guard case .command(let verb, _)? = statements?.last?.stages.last?.content, let command = table[verb.value] else {
      return false
    }
    return command.family == .measures || command.verb == "compare"
  }

  /// A figure, or a tensor or a table of images.
  private static func picture(_ value: Value) -> Figure? {
    switch value {
    case .figure(let figure): figure
    case .tensor, .table: Output(value, text: "").imageFigure
    default: nil
    }
  }
}

/// As a value.
extension SessionSummary {
  var kind: ValueKind { .report }
  var summary: String { "report of \(NumberText.count(cells.count)) \(inflected("cell", for: cells.count))" }
  var byteCount: Int { cells.reduce(0) { $0 + ($1.value?.byteCount ?? 0) } }
  var attributeNames: [String] { brief.attributeNames }
  func attribute(_ name: String) -> Value? { brief.attribute(name) }
  var report: Report? { brief }

  /// The lines alone: the values are those of the session.
  func stored() throws -> StoredValue { try Value.report(brief).stored() }

  func page(_ execution: Execution) throws -> String? {
    try SessionPage(summary: self, pictures: PagePictures(execution)).html()
  }

  /// The same in a few lines.
  var brief: Report {
    guard !isEmpty else {
      return Report(title: "\(title): nothing was run yet", notes: ["Start with: load digits as=d"])
    }
    let failed = cells.count { !$0.succeeded }
    let seconds = cells.compactMap(\.seconds).reduce(0, +)
    var fields: [Report.Field] = [
      .init("cells", .count(cells.count), detail: failed > 0 ? ", \(failed) failed" : ""),
      .init("measures", .count(measures.count)), .init("figures", .count(pictures.count)),
    ]
    if seconds > 0 { fields.append(.init("seconds", label: "took", .duration(seconds))) }
    var tables: [Report.NamedTable] = []
    if !data.isEmpty {
      tables.append(
        .init(
          "datasets",
          Table(
            columns: [.init("data"), .init("content"), .init("hash")],
            rows: data.map { [.text($0.name), .text($0.value.summary), .text($0.value.dataset.hash.text)] })))
    }
    if !models.isEmpty {
      tables.append(
        .init(
          "models",
          Table(
            columns: [.init("model"), .init("content"), .init("trained on", key: "data")],
            rows: models.map {
              let training = $0.value.training
              return [
                .text($0.name), .text($0.value.summary),
                .text(training.history.dataText(to: training.position, counts: true) ?? ""),
              ]
            })))
    }
    return Report(title: title, fields: fields, tables: tables, notes: ["as a page with figures: report > run.html"])
  }
}
