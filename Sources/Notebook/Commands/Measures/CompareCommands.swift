import Tensors
import VAEngine

/// `compare`, `versus`, `race`.
enum CompareCommands {
  static let all = [compare, versus, race]

  private static let compare = Command(
    "compare", family: .measures, summary: "models side by side on the same examples",
    details: "Refuses models whose numbers do not mean the same: other data shapes or other likelihoods.",
    positionals: [Positional("model", .model, variadic: true, help: "two or more models")],
    options: [EvaluateCommands.data, EvaluateCommands.seed], result: "a table",
    examples: [.init("compare m m2 m3 on=d", "side by side")]
  ) { arguments, execution in
    let models = try named(arguments)
    guard models.count > 1, let first = models.first else {
      throw arguments.fault(.missingArgument, "compare needs two models or more", fix: "Example: compare m m2")
    }
    for other in models.dropFirst() {
      guard other.model.configuration.exampleShape == first.model.configuration.exampleShape else {
        throw arguments.fault(
          .notComparable,
          "\(first.name) is for \(first.model.configuration.exampleShape), \(other.name) for \(other.model.configuration.exampleShape)"
        )
      }
      guard other.model.configuration.likelihood == first.model.configuration.likelihood else {
        throw arguments.fault(
          .notComparable,
          "\(first.name) has likelihood \(first.model.configuration.likelihood.name), \(other.name) \(other.model.configuration.likelihood.name): their nats do not compare",
          fix: "Use 'versus', which compares squared errors.")
      }
    }
    let source = try arguments.measured("on", first.model, execution)
    let table = try sideBySide(models, source, arguments, execution)
    return .table(table)
  }

  private static func named(_ arguments: Arguments) throws -> [(name: String, model: ModelValue)] {
    arguments.all("model").compactMap { argument in
      guard case .value(.object(let object as ModelValue)) = argument.content else { return nil }
      return (argument.raw, object)
    }
  }

  private static func sideBySide(
    _ models: [(name: String, model: ModelValue)], _ source: DatasetValue, _ arguments: Arguments,
    _ execution: Execution
  ) throws -> Table {
    let rows = try models.map { name, model -> [Table.Cell] in
      let live = try model.model(threads: execution.state.settings.threads)
      _ = try live.checkValues(source.source)
      let result =
        try live.evaluate(source.source, options: .init(seed: UInt64(arguments.integer("seed") ?? 0))) {
          try execution.working("evaluate \(name)", $0)
        }
      let isPlain = model.configuration.family == .autoencoder
      return [
        .text(name), .text(model.configuration.family.rawValue), .count(model.training.epoch),
        .count(model.parameterCount),
        isPlain ? .empty : .fixed(result.negativeElbo.mean, decimals: 2),
        .fixed(result.reconstruction.mean, decimals: 2),
        isPlain ? .empty : .fixed(result.kl.mean, decimals: 2), .number(result.meanSquaredError),
        .count(result.activeUnits),
      ]
    }
    return Table(
      title: "on \(source.title), \(NumberText.count(source.dataset.count)) examples, nats/example",
      columns: ["model", "family", "epochs", "parameters", "−ELBO", "reconstruction", "KL", "MSE", "active"].map {
        .init($0)
      },
      rows: rows)
  }

  private static let versus = Command(
    "versus", family: .measures, summary: "a VAE against a plain autoencoder, measured",
    details: """
      Reconstruction; quality (distance to the nearest real example, precision) and diversity (recall, spread) of \
      samples; smoothness of interpolations; labels read from the codes, linearly and by neighbors.
      """,
    positionals: [Positional("model", .model, help: "the VAE"), Positional("other", .model, help: "the autoencoder")],
    options: [
      EvaluateCommands.data, CommandOption("n", .integer(10...5000), default: "300", help: "samples and pairs"),
      EvaluateCommands.seed,
    ],
    result: "a table", examples: [.init("versus m a on=d", "what the prior buys, and what it costs")]
  ) { arguments, execution in
    let (a, b) = (try arguments.model("model"), try arguments.model("other"))
    guard a.configuration.exampleShape == b.configuration.exampleShape else {
      throw arguments.fault(
        .notComparable, "one is for \(a.configuration.exampleShape), the other for \(b.configuration.exampleShape)")
    }
    let source = try arguments.measured("on", a, execution)
    let n = min(arguments.integer("n") ?? 300, source.dataset.count)
    let seed = UInt64(arguments.integer("seed") ?? 0)
    let names = (arguments["model"]?.raw ?? "a", arguments["other"]?.raw ?? "b")
    let probe = try VersusProbe(source: source, n: n, seed: seed, execution: execution)
    let (left, right) = (try probe.measure(a, name: names.0), try probe.measure(b, name: names.1))
    let rows = zip(left, right).map { x, y -> [Table.Cell] in
      let better = x.value == y.value ? "" : (x.value < y.value) == x.lowerIsBetter ? names.0 : names.1
      return [.text(x.what), .number(x.value), .number(y.value), .text(better)]
    }
    return .table(
      Table(
        title:
          "\(names.0) (\(a.configuration.family.rawValue)) against \(names.1) (\(b.configuration.family.rawValue)) on \(source.title)",
        columns: [.init("measure"), .init(names.0), .init(names.1), .init("better")], rows: rows,
        notes: [
          "Samples are \(n) decoded draws of N(0, I), which only the VAE was trained for. Distances are Euclidean, in pixels, to the nearest of \(n) real examples; diversity is the mean distance of pairs, \(NumberText.short(probe.realDiversity, digits: 4)) among the real. Steps are those of \(VersusProbe.stops) images between two codes; 1 is even."
        ]))
  }

  /// What a race that was stopped has to show.
  private static func imagesSeenTable(_ models: [(name: String, model: ModelValue)], _ seen: [Int]) -> Table {
    Table(
      columns: [.init("model"), .init("examples seen")],
      rows: zip(models, seen).map { [.text($0.name), .count($1)] })
  }

  private static let race = Command(
    "race", family: .models, summary: "train models for the same time, on the same batches",
    details: """
      Each trains for the time given, one after the other, with its own settings, on the same examples in the same order.
      """,
    positionals: [Positional("model", .model, variadic: true, help: "two or more models")],
    options: [
      EvaluateCommands.data, CommandOption("for", .duration, default: "60s", help: "time for each"),
      EvaluateCommands.seed,
    ],
    result: "a table; the models keep what they learned", examples: [.init("race m m2 for=60s", "a minute each")]
  ) { arguments, execution in
    let models = try named(arguments)
    guard models.count > 1, let first = models.first else {
      throw arguments.fault(.missingArgument, "race needs two models or more", fix: "Example: race m m2 for=60s")
    }
    var names: Set<String> = []
    for model in arguments.all("model") {
      let name = try execution.variable(model, changedBy: "race")
      guard names.insert(name).inserted else {
        throw Fault(.repeatedOption, "\(name) would race itself", at: model.span, fix: "A copy: fork \(name) as=m2")
      }
    }
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
      // Models of other seeds get the same order; one in the middle of an epoch ends that in its own.
      if live.training.batchInEpoch == 0 { live.training.shuffleSeed = plan.seed }
      let count = Double(source.dataset.count)
      let begin = Double(live.training.epoch) + Double(live.training.running.examples) / count
      var position = begin
      let stop = StopSignal(when: Stopping.current)
      let start = ContinuousClock.now
      try Trainer(live, on: source.source, plan: plan).run(stop: stop) { moment in
        let spent = (ContinuousClock.now - start).seconds
        position = moment.position
        if let last = moment.last { execution.record(MetricRow.training(last, of: name, epoch: moment.position)) }
        if spent >= limit { stop.request() }
        execution.progress(
          Progress(
            task: "race \(name)", fraction: min(1, spent / limit), secondsLeft: max(0, limit - spent),
            terms: [.init(name: "loss", value: moment.loss, unit: "nats")]))
      }
      var recipe = model.recipe
      recipe.data = arguments["on"]?.raw ?? recipe.data
      let updated = try model.updated(live, recipe: recipe)
      execution.set(name, to: .object(updated))
      execution.keepsWork = true
      after.append((name, updated))
      seen.append(Int(((position - begin) * count).rounded()))
      if execution.interruption.isRequested {
        execution.interruptionNote = "the race was stopped; what \(name) learned is kept"
        break
      }
    }
    var table: Table
    do {
      try Stopping.check()
      table = try sideBySide(after, given?.testPart ?? source.testPart, arguments, execution)
    } catch is Stopped {
      execution.interruptionNote = execution.interruptionNote ?? "they were not compared; what they learned is kept"
      return .table(imagesSeenTable(after, seen))
    }
    table.notes.append(
      zip(after, seen).map { "\($0.name) saw \(NumberText.count($1)) examples" }.joined(separator: ", ")
        + " in \(NumberText.duration(limit)) each")
    return .table(table)
  }
}
