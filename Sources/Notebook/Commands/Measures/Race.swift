import Language
import SessionCore
import Tensors
import Text
import VAEngine
import WorkspaceStore

/// `race`.
struct Race: DeclaredCommand {
  static let about = About(
    "race", family: .models, summary: "train models for the same time, on the same batches",
    details: """
      The models are trained one after the other, each for the given time and with its own settings, on the same \
      examples in the same order.
      """,
    returns: .init(.table, "a table; the models keep their training"),
    examples: [.init("race m m2 for=60s", "a minute each")])

  @Rest(help: "two or more models") var model: [ModelValue]
  let data = MeasuredData()
  @Option(name: "for", default: Seconds(60), help: "training time of each model") var time: Seconds
  let seed = MeasureSeed()

  func run(_ call: Call) throws -> Value {
    let execution = call.execution
    let models = zip($model, model).map { (name: $0.raw, model: $1) }
    guard models.count > 1, let first = models.first, let place = $model.first else {
      throw call.fault(.missingArgument, "race needs two models or more", fix: "Example: race m m2 for=60s")
    }
    var names: Set<String> = []
    for place in $model {
      let name = try execution.variable(place, changedBy: "race")
      guard names.insert(name).inserted else {
        throw place.fault(.repeatedOption, "\(name) is listed twice", fix: "Copy it first: fork \(name) as=m2")
      }
    }
    // How far each gets in its time is the machine's to say, and everything that comes of it.
    execution.readsClock = true
    let limit = time.value
    let given = data.on
    let source = try given?.trainingPart ?? data.data(for: first.model, at: place, call).testPart
    var after: [(name: String, model: ModelValue)] = []
    var seen: [Int] = []
    for (name, model) in models {
      let own = try source.matchedForTraining(model, at: place, execution)
      let live = try model.model(threads: call.threads, willChange: true)
      var plan = model.recipe.plan(epochs: live.training.epoch + 1_000_000, count: source.dataset.count)
      plan.patience = nil
      plan.seed = seed.value
      if let before = live.begin(on: own) {
        execution.note("\(name) continues with other data: \(own.title) after \(before.title)")
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
      try Trainer(live, on: own.source, plan: plan).run(stop: stop) { moment in
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
      recipe.data = data.name ?? recipe.data
      recipe.take(form: own, model)
      recipe.addTrainedClasses(of: own, isFresh: model.training.step == 0)
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
      table = try SideBySide(
        // Who is ahead after a race is the clock's to say, and no replay could compare it.
        models: after, seed: seed.value, refusesObstacles: false, namesLowest: false, call: call
      ).table(on: given?.testPart ?? source.testPart)
    } catch is Stopped {
      execution.interruptionNote = execution.interruptionNote ?? "the models were not compared; their training is kept"
      return .table(Self.imagesSeenTable(after, seen))
    }
    table.notes.append(
      zip(after, seen).map { "\($0.name) saw \(NumberText.count($1)) \(inflected("example", for: $1))" }.joined(
        separator: ", ")
        + " in \(NumberText.duration(limit)) each")
    return .table(table)
  }

  /// The results of a race that was stopped.
  private static func imagesSeenTable(_ models: [(name: String, model: ModelValue)], _ seen: [Int]) -> Table {
    Table(
      columns: [.init("model"), .init("examples seen")],
      rows: zip(models, seen).map { [.text($0.name), .count($1)] })
  }
}
