import Language
import Tensors
import Text
import VAEngine
import WorkspaceStore

/// `compare`, `race`.
enum CompareCommands {
  static let all = [compare, VersusCommand.versus, race]

  private static let compare = Command(
    "compare", family: .measures, summary: "evaluate several models on the same examples",
    details: """
      ± is the standard error over the examples. The lowest −ELBO is named, and how far the others are above it: the mean \
      of the differences of the same examples, which varies less than the two means do; below two standard errors of it \
      the difference is within noise. Refuses models whose numbers do not mean the same: of other shapes, a density and a probability, densities of data in \
      other units. Densities of the same data compare, whatever the likelihood.
      """,
    positionals: [Positional("model", .model, variadic: true, help: "two or more models")],
    options: [EvaluateCommands.data, EvaluateCommands.seed], result: "a table",
    examples: [.init("compare m m2 m3 on=d", "side by side")]
  ) { arguments, execution in
    let models = try named(arguments)
    guard models.count > 1, let first = models.first else {
      throw arguments.fault(.missingArgument, "compare needs two models or more", fix: "Example: compare m m2")
    }
    _ = try obstacles(models, hasGray: false, arguments)
    let source = try arguments.measured("on", first.model, execution)
      .drawnOnce(seed: UInt64(arguments.integer("seed") ?? 0))
    let table = try sideBySide(models, source, arguments, execution)
    return .table(table)
  }

  static func named(_ arguments: Arguments) throws -> [(name: String, model: ModelValue)] {
    arguments.all("model").compactMap { argument in
      guard case .value(.object(let object as ModelValue)) = argument.content else { return nil }
      return (argument.raw, object)
    }
  }

  /// What stands in the way of a comparison: refused by `compare`, a remark of a `race`, which has its result already.
  private static func obstacles(
    _ models: [(name: String, model: ModelValue)], hasGray: Bool, _ arguments: Arguments
  ) throws -> [String] {
    guard let first = models.first else { return [] }
    let found = models.dropFirst().compactMap { Comparability.obstacle(first, $0, hasGray: hasGray) }
    if let obstacle = found.first, arguments.command.verb == "compare" {
      throw arguments.fault(.notComparable, obstacle.message, fix: obstacle.fix)
    }
    return found.map(\.message)
  }

  private static func sideBySide(
    _ models: [(name: String, model: ModelValue)], _ source: DatasetValue, _ arguments: Arguments,
    _ execution: Execution
  ) throws -> Table {
    var rows: [[Table.Cell]] = []
    var warnings: [String] = []
    var obstacles: [String] = []
    var bounds: [[Double]?] = []
    for (name, model) in models {
      let configuration = model.configuration
      let live = try model.model(threads: execution.state.settings.threads)
      let result =
        try live.measured(source, seed: UInt64(arguments.integer("seed") ?? 0)) {
          try execution.working("evaluate \(name)", $0)
        }
      execution.remark(result, of: name, model)
      if rows.isEmpty { obstacles = try self.obstacles(models, hasGray: result.hasGrayValues, arguments) }
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
        "on \(source.title), \(NumberText.count(source.dataset.count)) examples, \(models.first?.model.configuration.lossUnitPerExample ?? "")",
      columns: [
        .init("model"), .init("family", for: .programs), .init("epochs", for: .programs),
        .init("parameters", for: .programs), .init("−ELBO"), .init("reconstruction"), .init("KL"), .init("MSE"),
        .init("active", key: "active_units"), .init("ELBO", for: .programs),
      ],
      rows: rows)
    // Who is ahead after a race is the clock's to say, and no replay could compare it.
    if obstacles.isEmpty, arguments.command.verb == "compare" { addDifferences(bounds, to: &table) }
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

  /// The results of a race that was stopped.
  private static func imagesSeenTable(_ models: [(name: String, model: ModelValue)], _ seen: [Int]) -> Table {
    Table(
      columns: [.init("model"), .init("examples seen")],
      rows: zip(models, seen).map { [.text($0.name), .count($1)] })
  }

  private static let race = Command(
    "race", family: .models, summary: "train models for the same time, on the same batches",
    details: """
      The models are trained one after the other, each for the given time and with its own settings, on the same \
      examples in the same order.
      """,
    positionals: [Positional("model", .model, variadic: true, help: "two or more models")],
    options: [
      EvaluateCommands.data, CommandOption("for", .duration, default: "60s", help: "training time of each model"),
      EvaluateCommands.seed,
    ],
    result: "a table; the models keep their training", examples: [.init("race m m2 for=60s", "a minute each")]
  ) { arguments, execution in
    let models = try named(arguments)
    guard models.count > 1, let first = models.first else {
      throw arguments.fault(.missingArgument, "race needs two models or more", fix: "Example: race m m2 for=60s")
    }
    var names: Set<String> = []
    for model in arguments.all("model") {
      let name = try execution.variable(model, changedBy: "race")
      guard names.insert(name).inserted else {
        throw Fault(
          .repeatedOption, "\(name) is listed twice", at: model.span, fix: "Copy it first: fork \(name) as=m2")
      }
    }
    // How far each gets in its time is the machine's to say, and everything that comes of it.
    execution.readsClock = true
    let limit = arguments.number("for") ?? 60
    let given = arguments.dataset("on")
    let source = try given?.trainingPart ?? arguments.measured("on", first.model, execution)
    var after: [(name: String, model: ModelValue)] = []
    var seen: [Int] = []
    for (name, model) in models {
      let live = try model.model(threads: execution.state.settings.threads, willChange: true)
      var plan = model.recipe.plan(epochs: live.training.epoch + 1_000_000, count: source.dataset.count)
      plan.patience = nil
      plan.seed = UInt64(arguments.integer("seed") ?? 0)
      if let before = live.begin(on: source) {
        execution.note("\(name) continues with other data: \(source.title) after \(before.title)")
      }
      // Models of different seeds get the same shuffle order; a model in the middle of an epoch finishes it in its own
      // order.
      if live.training.batchInEpoch == 0 { live.training.shuffleSeed = plan.seed }
      let count = Double(source.dataset.count)
      let begin = Double(live.training.epoch) + Double(live.training.running.examples) / count
      var position = begin
      let stop = StopSignal(when: Stopping.current)
      var smoothed = SmoothedTerms()
      let start = WorkClock.now
      try Trainer(live, on: source.source, plan: plan).run(stop: stop) { moment in
        let spent = (WorkClock.now - start).seconds
        position = moment.position
        if let last = moment.last {
          smoothed.add(last)
          execution.record(
            MetricRow.training(
              last, of: name, epoch: moment.position, unit: model.configuration.lossUnitPerExample))
        }
        if spent >= limit { stop.request() }
        execution.progress(
          Progress(
            task: "race \(name)", fraction: min(1, spent / limit), secondsLeft: max(0, limit - spent),
            terms: [
              .init(name: "loss", value: smoothed.terms?.loss ?? moment.loss, unit: model.configuration.lossUnit)
            ]))
      }
      var recipe = model.recipe
      recipe.data = arguments["on"]?.raw ?? recipe.data
      let updated = try model.updated(live, recipe: recipe)
      execution.set(name, to: .object(updated))
      execution.keepsWork = true
      after.append((name, updated))
      seen.append(Int(((position - begin) * count).rounded()))
      if execution.interruption.isRequested {
        execution.interruptionNote = "the race was stopped; the training of \(name) is kept"
        break
      }
    }
    var table: Table
    do {
      try Stopping.check()
      table = try sideBySide(after, given?.testPart ?? source.testPart, arguments, execution)
    } catch is Stopped {
      execution.interruptionNote = execution.interruptionNote ?? "the models were not compared; their training is kept"
      return .table(imagesSeenTable(after, seen))
    }
    table.notes.append(
      zip(after, seen).map { "\($0.name) saw \(NumberText.count($1)) \(inflected("example", for: $1))" }.joined(
        separator: ", ")
        + " in \(NumberText.duration(limit)) each")
    return .table(table)
  }
}
