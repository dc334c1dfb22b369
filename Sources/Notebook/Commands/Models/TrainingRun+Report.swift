import SessionCore
import Text
import VAEngine

extension TrainingRun {
  /// The means of the last epoch; none before there is one.
  static func losses(of training: TrainingState, _ configuration: ModelConfiguration) -> [Report.Field] {
    guard let last = training.currentEpoch else { return [] }
    let unit = configuration.lossUnitPerExample
    return [
      .init("loss", .fixed(last.loss, decimals: 2), unit: unit, detail: ", mean of epoch \(last.epoch)"),
      .init("reconstruction", .fixed(last.reconstruction, decimals: 2), unit: unit),
    ] + (configuration.isPlain ? [] : [.init("kl", .fixed(last.kl, decimals: 2), unit: "nats/example")])
      + configuration.ownFields(of: last)
  }

  /// What the ranks sent one another, and how long they were at it.
  private static func fields(of exchange: Exchange, in seconds: Double) -> [Report.Field] {
    guard exchange.steps > 0 else { return [] }
    let step = exchange.ofStep
    let share = NumberText.fixed(100 * step.seconds * Double(exchange.steps) / max(seconds, 1e-9), decimals: 0)
    let count = Int(step.count.rounded())
    return [
      .init("exchanged", .bytes(step.bytes), detail: " a step, \(share) % of the time"),
      .init("all_reduces", label: "all-reduces", .count(count), detail: " a step"),
      .init("exchange_seconds", label: "exchange", .duration(step.seconds), detail: " a step, waits included"),
    ]
  }

  /// The report of `train`.
  ///
  /// - Parameter begin: Where this training began, in epochs.
  func report(_ live: Model, from begin: Double, end: TrainingEnd, steps: Int, seconds: Double, exchange: Exchange)
    -> Report
  {
    let history = live.training.history
    // Both numbers cover the whole history, of which this training may be only the last part.
    let total = Int(live.training.step)
    var fields: [Report.Field] = [.init("epochs", .count(live.training.epoch)), .init("steps", .count(total))]
    if steps < total { fields.append(.init("new_steps", label: "new steps", .count(steps))) }
    let (unit, isPlain) = (model.configuration.lossUnitPerExample, model.configuration.isPlain)
    if let last = live.training.currentEpoch {
      fields += Self.losses(of: live.training, model.configuration)
      if let held = last.validation {
        fields.append(
          .init(
            "validation", .fixed(held, decimals: 2), unit: unit,
            detail: ", \(validation?.source.count ?? 0) held out"))
      }
      if last.imagesPerSecond > 0 {
        fields.append(.init("speed", .rate(last.imagesPerSecond), unit: model.configuration.speedUnit))
      }
      if execution.options.group.size > 1 {
        let threads = live.options.threads
        fields.append(
          .init(
            "ranks", .count(execution.options.group.size),
            detail: ", \(threads) \(inflected("thread", for: threads)) each"))
        fields += Self.fields(of: exchange, in: seconds)
      }
    }
    if live.configuration.likelihood.learnsSigma, let sigma = try? live.sigma {
      fields.append(.init("sigma", label: "σ of p(x | z)", .scaled(sigma)))
    }
    fields.append(.init("seconds", label: "took", .duration(seconds)))
    var notes = history.edits.filter { $0.epoch >= begin }.map {
      "epoch \(NumberText.short($0.epoch, digits: 4)): \($0.what)"
    }
    if case .early(let best) = end {
      let held = history.epochs.first { $0.epoch == best }.map { kept in
        kept.validation.map { ", validation \(NumberText.fixed($0, decimals: 2))" }
          ?? ", loss \(NumberText.fixed(kept.loss, decimals: 2))"
      }
      notes.append(
        "stopped early: no improvement for \(plan.patience ?? 0) \(plan.patience == 1 ? "epoch" : "epochs"); restored the parameters of epoch \(best)"
          + (held ?? ""))
    }
    let recent = Array(history.epochs.suffix(5))
    var tables: [Report.NamedTable] = []
    if recent.count > 1 {
      tables.append(
        .init(
          "last_epochs",
          Table(
            columns: [.init("epoch"), .init("loss", unit: model.configuration.lossUnit), .init("reconstruction")]
              + (isPlain ? [] : [.init("kl")]),
            rows: recent.map {
              [.count($0.epoch), .fixed($0.loss, decimals: 2), .fixed($0.reconstruction, decimals: 2)]
                + (isPlain ? [] : [.fixed($0.kl, decimals: 2)])
            })))
    }
    return Report(
      title: "trained \(name ?? "the model") on \(training.title)", fields: fields, tables: tables, notes: notes)
  }
}
