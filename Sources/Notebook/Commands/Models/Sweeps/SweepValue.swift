import JSONText
import Language
import SessionCore
import Text
import VAEngine
import WorkspaceStore

extension ValueKind {
  package static let sweep = ValueKind("sweep")
}

/// A search over settings of a model: every trial with its settings, seeds, curves and errors, and the best model so far.
package struct SweepValue: ObjectValue {
  let plan: SweepPlan
  /// What the trials vary.
  let base: ModelValue
  private(set) var trials: [SweepTrial]
  /// Models that may be trained further, by trial and seed.
  private(set) var models: [ModelKey: ModelValue] = [:]
  /// The model of the best trial, of its first seed.
  private(set) var best: ModelValue?

  struct ModelKey: Hashable, Codable {
    let trial: Int
    let seed: UInt64
  }

  init(plan: SweepPlan, base: ModelValue, trials: [SweepTrial]) {
    (self.plan, self.base, self.trials) = (plan, base, trials)
  }

  package var kind: ValueKind { .sweep }

  var done: Int { trials.count { $0.value != nil || $0.error != nil } }

  package var summary: String {
    let names = plan.axes.map(\.name).joined(separator: ", ")
    var text = "\(NumberText.count(trials.count)) \(inflected("trial", for: trials.count)) of \(names)"
    if done < trials.count { text += ", \(done) done" }
    guard let first = ranking.first, let value = first.value else { return text }
    return text + " · best \(plan.metric.label) \(NumberText.fixed(value, decimals: 2)): \(settings(first))"
  }

  package var byteCount: Int { (models.values.map(\.byteCount) + [best?.byteCount ?? 0]).reduce(0, +) }

  package var attributeNames: [String] { ["best", "trials", "curves"] }

  package func attribute(_ name: String) throws -> Value? {
    switch name {
    case "best": best.map { .object($0) } ?? .nothing
    case "trials": .table(table)
    case "curves": .table(curves)
    default: nil
    }
  }

  package func absence(in name: String, data: String) -> String? {
    best == nil ? "no trial of \(name) is finished. Try: sweep \(name)" : nil
  }

  package var report: Report? { nil }
  package func markedText(width: Int) -> String { table.markedText(width: width) }
  package func json(marksClock: Bool) -> JSON? { table.json(marksClock: marksClock) }
  package var csv: String? { table.csv }
  package var html: String? { table.html }

  /// The finished trials, those that were trained longest first, then by the metric; a lower one is better.
  var ranking: [SweepTrial] {
    trials.filter { $0.value != nil }.sorted { a, b in
      if a.epochs != b.epochs { return a.epochs > b.epochs }
      return (a.value ?? .infinity, a.number) < (b.value ?? .infinity, b.number)
    }
  }

  func settings(_ trial: SweepTrial) -> String {
    zip(plan.axes, trial.settings).map { "\($0.name)=\($1)" }.joined(separator: " ")
  }

  var unit: String { plan.metric == .reconstruction ? base.configuration.lossUnitPerExample : "nats/example" }

  /// Sorted by the metric, failures last.
  var table: Table {
    let rest = trials.filter { $0.value == nil }
    let isNumber = plan.axes.indices.map { axis in trials.allSatisfy { Double($0.settings[axis]) != nil } }
    let hasErrors = rest.contains { $0.error != nil }
    return Table(
      title: "\(plan.metric.label) of what is held out, \(inflected("seed", for: plan.seeds.count)) "
        + plan.seeds.map(String.init).joined(separator: ", "),
      columns: [.init("trial")] + plan.axes.map { .init($0.name) } + [
        .init(plan.metric.label, key: plan.metric.rawValue, unit: unit), .init("±", key: "standard_error"),
        .init("epochs"),
      ] + (hasErrors ? [.init("error")] : []),
      rows: (ranking + rest).map { trial in
        let settings = trial.settings.enumerated().map { axis, text -> Table.Cell in
          isNumber[axis] ? Double(text).map { .number($0) } ?? .text(text) : .text(text)
        }
        return [.count(trial.number)] + settings + [
          trial.value.map { .fixed($0, decimals: 2) } ?? .empty,
          trial.standardError.flatMap { $0.isFinite ? .fixed($0, decimals: 2) : nil } ?? .empty, .count(trial.epochs),
        ] + (hasErrors ? [trial.error.map { .text($0) } ?? .empty] : [])
      }, notes: notes)
  }

  /// What the ranking is worth.
  private var notes: [String] {
    let (ranking, failed) = (ranking, trials.count { $0.error != nil })
    var notes: [String] = []
    if let first = ranking.first {
      let rivals = ranking.dropFirst().filter { $0.epochs == first.epochs }
      let differences = rivals.compactMap { first.difference(to: $0) }.filter { $0.standardError.isFinite }
      let within = differences.count { $0.mean <= 2 * $0.standardError }
      if let next = differences.first {
        let distance =
          "\(NumberText.fixed(next.mean, decimals: 2)) ± \(NumberText.short(next.standardError, digits: 2))"
        notes.append(
          next.mean <= 2 * next.standardError
            ? "the second is \(distance) above the best: within noise (two standard errors), as \(within) of "
              + "\(differences.count) \(inflected("other", for: differences.count)) \(within == 1 ? "is" : "are")"
            : "the second is \(distance) above the best")
      }
      if plan.seeds.count == 1 {
        let isPaired = trials.allSatisfy { $0.runs[0].value == nil || $0.runs[0].examples != nil }
        notes.append(
          "± is over the held-out examples; "
            + (isPaired ? "differences are of the same examples; " : "differences take them for independent; ")
            + "seeds=3 would tell what another initialization changes")
      } else {
        notes.append("± is over the seeds; differences are of the same seeds")
      }
    }
    if failed > 0 { notes.append("\(failed) of \(trials.count) failed") }
    let left = trials.count - done
    if left > 0 { notes.append("\(left) not trained yet") }
    return notes
  }

  /// The validation loss of every epoch of every run.
  private var curves: Table {
    Table(
      columns: [.init("trial"), .init("seed"), .init("epoch"), .init("validation", unit: base.configuration.lossUnit)],
      rows: trials.flatMap { trial in
        trial.runs.flatMap { run in
          run.curve.enumerated().map { epoch, loss in
            [.count(trial.number), .number(Double(run.seed)), .count(epoch + 1), .fixed(loss, decimals: 3)]
          }
        }
      })
  }

  // MARK: Changes

  mutating func set(_ run: SweepTrial.Run, of trial: Int, at index: Int, model: ModelValue?) {
    trials[trial].runs[index] = run
    let key = ModelKey(trial: trials[trial].number, seed: run.seed)
    models[key] = model
    guard let first = ranking.first, let kept = models[ModelKey(trial: first.number, seed: first.runs[0].seed)] else {
      return
    }
    best = kept
  }

  func model(of trial: SweepTrial, seed: UInt64) -> ModelValue? { models[ModelKey(trial: trial.number, seed: seed)] }

  /// Frees the models of trials that do not go on.
  mutating func keepModels(of numbers: Set<Int>) { models = models.filter { numbers.contains($0.key.trial) } }
}

/// As the workspace keeps it: plan and trials as JSON, the models with their arrays.
extension SweepValue {
  package func stored() throws -> StoredValue {
    var arrays: [StoredValue.Array] = []
    func part(_ name: String, _ model: ModelValue) throws -> JSON {
      let stored = try model.stored()
      arrays += stored.arrays.map { .init("\(name)/\($0.name)", $0.tensor) }
      return .object([.init("name", .string(name)), .init("detail", stored.detail)])
    }
    var parts = [try part("base", base)]
    if let best { parts.append(try part("best", best)) }
    for (key, model) in models.sorted(by: { ($0.key.trial, $0.key.seed) < ($1.key.trial, $1.key.seed) }) {
      parts.append(try part("\(key.trial)/\(key.seed)", model))
    }
    return StoredValue(
      kind: "sweep",
      detail: .object([
        .init("plan", .string(try JSON.text(encoding: plan))),
        .init("trials", .string(try JSON.text(encoding: trials))),
        .init("models", .array(parts)),
      ]), arrays: arrays)
  }

  init(stored: StoredValue, threads: Int?) throws {
    let plan = try JSON.decoded(SweepPlan.self, from: try Damage.text(stored.detail["plan"], "plan"))
    let trials = try JSON.decoded([SweepTrial].self, from: try Damage.text(stored.detail["trials"], "trials"))
    guard trials.allSatisfy({ $0.settings.count == plan.axes.count && !$0.runs.isEmpty }) else {
      throw Damage("its trials")
    }
    var parts: [String: ModelValue] = [:]
    for part in stored.detail["models"]?.arrayValue ?? [] {
      let name = try Damage.text(part["name"], "models")
      let arrays = stored.arrays.filter { $0.name.hasPrefix(name + "/") }.map {
        StoredValue.Array(String($0.name.dropFirst(name.count + 1)), $0.tensor)
      }
      parts[name] = try ModelValue(
        stored: StoredValue(kind: "model", detail: part["detail"] ?? .null, arrays: arrays), threads: threads)
    }
    guard let base = parts["base"] else { throw Damage("its model") }
    self.init(plan: plan, base: base, trials: trials)
    best = parts["best"]
    for trial in trials {
      for run in trial.runs {
        guard let model = parts["\(trial.number)/\(run.seed)"] else { continue }
        models[ModelKey(trial: trial.number, seed: run.seed)] = model
      }
    }
  }
}
