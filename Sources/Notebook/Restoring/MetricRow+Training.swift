import SessionCore
import VAEngine
import WorkspaceStore

extension MetricRow {
  /// The terms of a training step.
  static func training(
    _ step: TrainingHistory.Step, of model: String, epoch: Double, unit: String = "nats/example"
  ) -> [MetricRow] {
    let own = (step.own ?? [:]).sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    return ([("loss", step.loss), ("reconstruction", step.reconstruction), ("kl", step.kl)] + own).map {
      MetricRow(
        model: model, split: "train", name: $0, step: Int(step.step) + 1, epoch: epoch, value: Double($1),
        unit: unit)
    }
  }

  /// The validation terms at the end of an epoch.
  static func validation(
    _ epoch: TrainingHistory.Epoch, of model: String, unit: String = "nats/example"
  ) -> MetricRow? {
    epoch.validation.map {
      MetricRow(
        model: model, split: "validation", name: "loss", step: Int(epoch.step), epoch: Double(epoch.epoch), value: $0,
        unit: unit)
    }
  }
}

extension MetricHistory {
  init(_ training: TrainingState) {
    let last = training.history.steps.last.map { (step: Int($0.step) + 1, loss: Double($0.loss)) }
    self.init(step: Int(training.step), last: last) { name in
      let epochs = training.history.epochs
      var index = 0
      var rows: [MetricRow] = []
      for step in training.history.steps {
        while index < epochs.count, epochs[index].step <= step.step { index += 1 }
        let start = index > 0 ? epochs[index - 1].step : 0
        let length = index < epochs.count ? epochs[index].step - start : 0
        let share = length > 0 ? Double(step.step + 1 - start) / Double(length) : 0
        rows += MetricRow.training(step, of: name, epoch: Double(index) + share)
      }
      return rows + epochs.compactMap { MetricRow.validation($0, of: name) }
    }
  }
}
