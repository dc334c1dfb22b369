import Language
import SessionCore
import Tensors
import Text
import VAEngine

/// `sweep`.
struct Sweep: DeclaredCommand {
  static let about = About(
    "sweep", family: .models, summary: "train a model with many settings and rank them",
    details: """
      Each setting of the model or of its training has a list of values, beta=0.5,1,2, or a range, lr=log:1e-4..1e-2 (equally \
      likely on a logarithmic scale) or latent=4..32. Lists alone make a grid of all combinations, or trials=N random ones of them; \
      with a range the trials are drawn from seed=. Every trial begins afresh and is measured on what validate= holds out of the \
      training data, the same examples for the same seed. stop=halving trains all for a ninth of the epochs, the best third \
      for a third of them, and the best ninth to the end. Stopping it (Ctrl-C) keeps every step; 'sweep s' continues. \
      s.best is the best model, s.trials the table, s.curves the losses.
      """,
    returns: .init(.sweep, "every trial with its settings, seeds, curves and errors"),
    examples: [
      .init("s = sweep m on=d beta=0.5,1,2,4 latent=8,16 epochs=10", "eight trials"),
      .init(
        "s = sweep m on=d lr=log:1e-4..1e-2 trials=20 seeds=3 stop=halving", "a search"),
      .init("sweep s", "continues after Ctrl-C"),
    ])

  @Argument(.value([.model, .sweep]), help: "a model, or a sweep to continue") var subject: Value
  @Option(note: "the previous training data", help: "the training data") var on: DatasetValue?
  @Option(.integer(1...1_000_000), default: 10, help: "epochs of a trial") var epochs: Int
  @Option(.integer(1...SweepPlan.limit), note: "the whole grid; 20 with ranges", help: "number of trials") var trials:
    Int?
  @Option(name: "for", help: "no training begins after this time") var limit: Seconds?
  @Option(note: "elbo; reconstruction of autoencoders", help: "what trials are ranked by") var metric: SweepPlan.Metric?
  @Option(.integer(1...100), default: 1, help: "trainings of each trial, with seeds from seed= on") var seeds: Int
  @Option(default: .no, help: "whether trials that do badly end early") var stop: SweepPlan.Stop
  @Option(default: "0.1", help: "held out of the training data: a fraction or a number of examples") var validate:
    String
  @Option(.seed, note: "the next seed of the session", help: "seed of the search and of the first training") var seed:
    Int?
  let settings = OpenOptions()

  private static let ownNames: Set<String> = [
    "on", "epochs", "trials", "for", "metric", "seeds", "stop", "validate", "seed",
  ]

  func run(_ call: Call) throws -> Value {
    let execution = call.execution
    if case .object(let earlier as SweepValue) = subject {
      let name = try execution.variable($subject, changedBy: "sweep")
      if let other = settings.given.first(where: { $0.key.value != "for" }) {
        throw Fault(
          .badOptionValue, "a sweep that goes on has its settings; '\(other.key.value)' cannot change",
          at: other.key.span,
          fix: "Start another: s2 = sweep m …")
      }
      var run = SweepRun(earlier, name: name, limit: limit?.value, call)
      return try run.run()
    }
    guard case .object(let model as ModelValue) = subject else {
      throw $subject.fault(.wrongKind, "sweep needs a model", fix: "Example: s = sweep m on=d beta=0.5,1,2")
    }
    var run = SweepRun(try value(model, call), name: call.target ?? "s", limit: limit?.value, call)
    return try run.run(isNamed: call.target != nil)
  }

  private func value(_ model: ModelValue, _ call: Call) throws -> SweepValue {
    let execution = call.execution
    let axes = try settings.given.filter { !Self.ownNames.contains($0.key.value) }.map {
      try SweepAxis($0, model.configuration)
    }
    guard !axes.isEmpty else {
      throw call.fault(.missingArgument, "sweep needs settings to vary", fix: "Example: sweep m on=d beta=0.5,1,2")
    }
    guard let share = Double(validate), share > 0, TrainingRecipe.isHeldOut(share) else {
      throw $validate.fault(
        .badOptionValue, "validate: expected a fraction up to 0.9 or a number of examples above 0, got '\(validate)'",
        fix: "Trials are ranked by what is held out.")
    }
    let metric = metric ?? (model.configuration.isPlain ? .reconstruction : .elbo)
    guard !model.configuration.isPlain || metric == .reconstruction else {
      throw $metric.fault(
        .notSupported, "a plain autoencoder has no \(metric.rawValue)", fix: "Use metric=reconstruction.")
    }
    // Short, since it is typed again where a trial is repeated by hand, and within what seed= takes.
    let first = seed.map(UInt64.init) ?? execution.seed(given: nil) >> 33
    let settings = SweepPlan.settings(axes, trials: trials, seed: first)
    guard settings.count <= SweepPlan.limit else {
      throw call.fault(
        .badOptionValue, "the grid has more than \(NumberText.count(SweepPlan.limit)) combinations",
        fix: "Choose some of them at random: trials=40")
    }
    let plan = SweepPlan(
      axes: axes, data: try dataName(model, call), epochs: epochs, validate: validate, metric: metric,
      seeds: (0..<UInt64(seeds)).map { first &+ $0 }, stop: stop)
    let made = settings.enumerated().map { index, settings in
      SweepTrial(number: index + 1, settings: settings, runs: plan.seeds.map { SweepTrial.Run(seed: $0) })
    }
    return SweepValue(plan: plan, base: model, trials: made)
  }

  private func dataName(_ model: ModelValue, _ call: Call) throws -> String {
    if on != nil { return $on.raw }
    if let last = model.recipe.data, call.execution.lookup(last) != nil { return last }
    let known = call.execution.names(ofKinds: [.dataset])
    guard known.count == 1 else {
      throw call.fault(.missingArgument, "sweep needs data", fix: "Example: sweep \($subject.raw) on=d beta=0.5,1,2")
    }
    return known[0]
  }
}
