import GRDB
import VAEngine

/// One measured number of a training step, stored for queries.
package struct MetricRow: Sendable, Equatable {
  package var model: String
  package var split: String
  package var name: String
  /// Updates done when it was measured.
  package var step: Int
  package var epoch: Double
  package var value: Double
  package var unit: String
  package init(
    model: String, split: String, name: String, step: Int, epoch: Double, value: Double, unit: String
  ) {
    self.model = model
    self.split = split
    self.name = name
    self.step = step
    self.epoch = epoch
    self.value = value
    self.unit = unit
  }

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

extension Store {
  func writeMetrics(_ rows: [MetricRow], _ db: Database) throws {
    guard !rows.isEmpty else { return }
    let insert = try db.cachedStatement(
      sql: "INSERT OR REPLACE INTO metrics (model, split, name, step, epoch, value, unit) VALUES (?, ?, ?, ?, ?, ?, ?)")
    for row in rows {
      try insert.execute(
        arguments: [
          row.model, row.split, row.name, row.step, row.epoch, row.value.isFinite ? row.value : nil, row.unit,
        ])
    }
  }

  /// Makes the metrics under `name` those of `training` and of nothing else.
  ///
  /// Rows beyond its last step are of a training that was undone or of another model of this name. Where the last step is
  /// not there, or is another one, the model was not trained under this name (a fork, an opened file, a
  /// session saved later): its own history, which may be thinned, replaces the stored rows.
  func alignMetrics(of name: String, with training: TrainingState, _ db: Database) throws {
    try db.cachedStatement(sql: "DELETE FROM metrics WHERE model = ? AND step > ?")
      .execute(arguments: [name, Int(training.step)])
    guard let last = training.history.steps.last else { return }
    let known = try db.cachedStatement(
      sql: "SELECT value FROM metrics WHERE model = ? AND split = 'train' AND name = 'loss' AND step = ?")
    let value = try Double.fetchOne(known, arguments: [name, Int(last.step) + 1])
    if let value, value == Double(last.loss) { return }
    try db.cachedStatement(sql: "DELETE FROM metrics WHERE model = ?").execute(arguments: [name])
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
    rows += epochs.compactMap { MetricRow.validation($0, of: name) }
    try writeMetrics(rows, db)
  }
}
