import VAEngine

extension TrainingRun {
  /// What `train` says when it is done.
  func report(_ live: Model, end: TrainingEnd, steps: Int, seconds: Double) -> Report {
    let history = live.training.history
    // Both of the whole history, of which this training may be the end only.
    let total = Int(live.training.step)
    var fields: [Report.Field] = [.init("epochs", .count(live.training.epoch)), .init("steps", .count(total))]
    if steps < total { fields.append(.init("new_steps", label: "of them now", .count(steps))) }
    if let last = live.training.currentEpoch {
      fields += [
        .init("loss", .fixed(last.loss, decimals: 2), unit: "nats/example, mean of epoch \(last.epoch)"),
        .init("reconstruction", .fixed(last.reconstruction, decimals: 2), unit: "nats/example"),
        .init("kl", .fixed(last.kl, decimals: 2), unit: "nats/example"),
      ]
      if let held = last.validation {
        fields.append(
          .init(
            "validation", .fixed(held, decimals: 2), unit: "nats/example, \(validation?.source.count ?? 0) held out"))
      }
      if last.imagesPerSecond > 0 {
        fields.append(.init("speed", .count(Int(last.imagesPerSecond)), unit: "images/s"))
      }
    }
    fields.append(.init("seconds", label: "took", .text(NumberText.duration(seconds))))
    var notes: [String] = []
    if case .early(let best) = end {
      let held = history.epochs.first { $0.epoch == best }.map { kept in
        kept.validation.map { ", validation \(NumberText.fixed($0, decimals: 2))" }
          ?? ", loss \(NumberText.fixed(kept.loss, decimals: 2))"
      }
      notes.append(
        "stopped early: no better loss for \(plan.patience ?? 0) epochs; the parameters of epoch \(best) are back"
          + (held ?? ""))
    }
    let recent = Array(history.epochs.suffix(5))
    var tables: [Report.NamedTable] = []
    if recent.count > 1 {
      tables.append(
        .init(
          "last_epochs",
          Table(
            columns: [.init("epoch"), .init("loss", unit: "nats"), .init("reconstruction"), .init("kl")],
            rows: recent.map {
              [
                .count($0.epoch), .fixed($0.loss, decimals: 2), .fixed($0.reconstruction, decimals: 2),
                .fixed($0.kl, decimals: 2),
              ]
            })))
    }
    return Report(
      title: "trained \(name ?? "the model") on \(training.title)", fields: fields, tables: tables, notes: notes)
  }
}
