import Foundation
import GRDB
import Tensors

extension Store {
  /// Largest part of an array in one row: SQLite limits a blob to 10⁹ bytes.
  static let partBytes = 64 << 20

  /// Keeps a cell and what it changed, in one transaction.
  ///
  /// When the file cannot be written the record waits, and goes in with the next commit that succeeds.
  package func commit(_ record: CellRecord?, state: some StorableState) throws(StoreError) {
    try commit(record.map { [$0] } ?? [], state: state)
  }

  /// Keeps cells and the state after them, all or nothing.
  package func commit(_ records: [CellRecord], state: some StorableState) throws(StoreError) {
    guard !isReadOnly else { return }
    let settings = state.storedSettings
    var written = written.withLock { $0 }
    for record in records {
      if let last = written.pending.indices.last, written.pending[last].number == record.number {
        written.pending[last] = record
      } else {
        written.pending.append(record)
      }
    }
    self.written.withLock { $0.pending = written.pending }
    do {
      try database.writeWithoutTransaction { db in
        try db.inTransaction(.immediate) {
          for record in written.pending { try write(record, &written, db) }
          try writeMetrics(written.metrics, db)
          try writeVariables(state, &written, db)
          if written.settings != settings { try writeSettings(settings, db) }
          return .commit
        }
      }
    } catch {
      self.written.withLock { $0.isBehind = true }
      throw Store.translated(error, path: path)
    }
    written.settings = settings
    written.pending = []
    written.metrics = []
    written.isBehind = false
    self.written.withLock { $0 = written }
  }

  /// Adds numbers of training steps; they are written with the next commit.
  package func add(_ rows: [MetricRow]) { if !isReadOnly { written.withLock { $0.metrics += rows } } }

  private func write(_ record: CellRecord, _ written: inout WrittenState, _ db: Database) throws {
    let cell = try db.cachedStatement(
      sql: """
        INSERT INTO cells (session, number, source, status, error, seconds, finished)
        VALUES (?, ?, ?, ?, ?, ?, strftime('%Y-%m-%dT%H:%M:%fZ'))
        ON CONFLICT (session, number) DO UPDATE SET status = excluded.status, error = excluded.error,
          seconds = excluded.seconds, finished = excluded.finished
        RETURNING id
        """)
    let id = try Int64.fetchOne(
      cell,
      arguments: [sessionID, record.number, record.source, record.status, record.error, record.seconds])
    let output = try db.cachedStatement(
      sql: "INSERT OR REPLACE INTO outputs (cell, position, role, text, html, json) VALUES (?, ?, ?, ?, ?, ?)")
    for (position, value) in record.outputs.enumerated() {
      try output.execute(
        arguments: [id, position, value.role, value.text, nil, value.detail?.text()])
    }
    try forgetResult(of: record.number - Self.resultLimit, &written, db)
    if let result = record.result { try write(result, of: record.number, &written, db) }
  }

  private func writeVariables(_ state: some StorableState, _ written: inout WrittenState, _ db: Database) throws {
    for name in written.variables.keys where state.variables[name] == nil {
      try db.cachedStatement(sql: "DELETE FROM variables WHERE name = ?").execute(arguments: [name])
      try db.cachedStatement(sql: "DELETE FROM arrays WHERE owner = ?").execute(arguments: ["variable:" + name])
      written.variables[name] = nil
    }
    for (name, variable) in state.variables where written.variables[name] != variable.revision {
      let stored = try variable.stored()
      try db.cachedStatement(
        sql: "INSERT OR REPLACE INTO variables (name, kind, summary, detail, cell) VALUES (?, ?, ?, ?, ?)"
      ).execute(
        arguments: [name, stored.kind, variable.summary, stored.detail.text(), variable.cell])
      try writeArrays(stored.arrays, owner: "variable:" + name, db)
      if let metrics = variable.metrics { try alignMetrics(of: name, with: metrics, db) }
      written.variables[name] = variable.revision
    }
  }

  func writeArrays(_ arrays: [StoredValue.Array], owner: String, _ db: Database) throws {
    try db.cachedStatement(sql: "DELETE FROM arrays WHERE owner = ?").execute(arguments: [owner])
    guard !arrays.isEmpty else { return }
    let insert = try db.cachedStatement(
      sql: "INSERT INTO arrays (owner, name, part, dtype, shape, data) VALUES (?, ?, ?, ?, ?, ?)")
    for array in arrays {
      let shape = array.tensor.shape.dimensions.map(String.init).joined(separator: ",")
      try array.tensor.withUnsafeBytes { (bytes) throws -> Void in
        var start = 0
        var part = 0
        repeat {
          let end = min(start + Store.partBytes, bytes.count)
          let data = Data(bytes[start..<end])
          try insert.execute(arguments: [owner, array.name, part, array.tensor.dtype.rawValue, shape, data])
          start = end
          part += 1
        } while start < bytes.count
      }
    }
  }

  private func writeSettings(_ settings: [String: String], _ db: Database) throws {
    let insert = try db.cachedStatement(sql: "INSERT OR REPLACE INTO settings (key, value) VALUES (?, ?)")
    try db.cachedStatement(sql: "DELETE FROM settings").execute()
    for (key, value) in settings { try insert.execute(arguments: [key, value]) }
  }
}
