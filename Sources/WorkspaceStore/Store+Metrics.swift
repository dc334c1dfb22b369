import GRDB

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
}

/// What a training measured, for the store.
package struct MetricHistory: Sendable {
  /// Updates done.
  package let step: Int
  /// The last step of the history, and its loss.
  package let last: (step: Int, loss: Double)?
  /// All that is still known, under the name of a variable; made when it is needed.
  package let rows: @Sendable (_ name: String) -> [MetricRow]

  package init(
    step: Int, last: (step: Int, loss: Double)?, rows: @escaping @Sendable (_ name: String) -> [MetricRow]
  ) {
    (self.step, self.last, self.rows) = (step, last, rows)
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

  /// Makes the metrics under `name` those of `history` and of nothing else.
  ///
  /// Rows beyond its last step are of a training that was undone or of another model of this name. Where the last step is
  /// not there, or is another one, the model was not trained under this name (a fork, an opened file, a
  /// session saved later): its own history, which may be thinned, replaces the stored rows.
  func alignMetrics(of name: String, with history: MetricHistory, _ db: Database) throws {
    try db.cachedStatement(sql: "DELETE FROM metrics WHERE model = ? AND step > ?")
      .execute(arguments: [name, history.step])
    guard let last = history.last else { return }
    let known = try db.cachedStatement(
      sql: "SELECT value FROM metrics WHERE model = ? AND split = 'train' AND name = 'loss' AND step = ?")
    let value = try Double.fetchOne(known, arguments: [name, last.step])
    if let value, value == last.loss { return }
    try db.cachedStatement(sql: "DELETE FROM metrics WHERE model = ?").execute(arguments: [name])
    try writeMetrics(history.rows(name), db)
  }
}
