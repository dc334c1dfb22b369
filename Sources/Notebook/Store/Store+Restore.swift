import Foundation
import GRDB
import Tensors

/// What a workspace gives back when it is opened.
struct RestoredSession: Sendable {
  var state: SessionState
  var results: Results
  var lastCell: Int
  /// Variables that could not be read, each with the reason.
  var problems: [String]
  /// What to say of the cell in whose middle the session before ended.
  var interruptedCell: String?
}

extension Store {
  /// Results of the last cells that come back with a workspace.
  static let restoredResults = 100

  /// The last cell that a session before this one did not end; said once.
  private func interruptedCell(_ db: Database) throws -> String? {
    let ofOthers = "FROM cells WHERE status = 'running' AND session <> ?"
    let row = try Row.fetchOne(
      db, sql: "SELECT number, source \(ofOthers) ORDER BY id DESC LIMIT 1", arguments: [sessionID])
    guard let row else { return nil }
    if !isReadOnly {
      try db.execute(
        sql: "UPDATE cells SET status = 'interrupted', error = 'cut off' WHERE status = 'running' AND session <> ?",
        arguments: [sessionID])
    }
    let (number, source): (Int, String) = (row[0], row[1])
    let line = TextWidth.fit(source.replacing("\n", with: " ⏎ "), to: 60)
    return "cell \(number) was cut off: \(line). What it had kept is here"
  }

  /// Everything the workspace holds.
  func restore(_ restorers: Restorers) throws(StoreError) -> RestoredSession {
    do {
      var restored = RestoredSession(state: SessionState(), results: Results(), lastCell: 0, problems: [])
      var revisions: [String: Int] = [:]
      try queue.inDatabase { db in
        restored.lastCell = try Int.fetchOne(db, sql: "SELECT max(number) FROM cells") ?? 0
        restored.interruptedCell = try interruptedCell(db)
        let settings = try Row.fetchAll(db, sql: "SELECT key, value FROM settings")
        if !settings.isEmpty {
          restored.state.settings = Settings(
            stored: Dictionary(settings.map { ($0[0], $0[1]) }, uniquingKeysWith: { _, last in last }))
        }
        for row in try Row.fetchAll(db, sql: "SELECT name, kind, detail, cell FROM variables ORDER BY name") {
          let name: String = row[0]
          do {
            let stored = try stored(kind: row[1], detail: row[2], owner: "variable:" + name, db)
            restored.state.set(name, to: try restorers.value(stored), cell: row[3])
            revisions[name] = restored.state.variables[name]?.revision
          } catch let error as DatabaseError {
            throw error
          } catch {
            restored.problems.append("\(name): \((error as? Fault)?.message ?? "\(error)")")
          }
        }
        let results = try Row.fetchAll(
          db, sql: "SELECT cell, kind, detail FROM results ORDER BY cell DESC LIMIT ?",
          arguments: [Store.restoredResults])
        for row in results.reversed() {
          let cell: Int = row[0]
          let stored = try stored(kind: row[1], detail: row[2], owner: "result:\(cell)", db)
          if let value = try? restorers.value(stored) { restored.results.add(value, cell: cell) }
        }
      }
      let settings = restored.state.settings
      written.withLock {
        $0.variables = revisions
        $0.settings = settings
      }
      return restored
    } catch {
      throw Store.translated(error, path: path)
    }
  }

  private func stored(kind: String, detail: String, owner: String, _ db: Database) throws -> StoredValue {
    var value = StoredValue(kind: kind, detail: try JSON(parsing: detail))
    let statement = try db.cachedStatement(
      sql: "SELECT name, part, dtype, shape, data FROM arrays WHERE owner = ? ORDER BY name, part")
    let rows = try Row.fetchCursor(statement, arguments: [owner])
    var read: (name: String, tensor: Tensor, bytes: Int)?
    func damaged(_ name: String) -> Fault { Fault(.notAWorkspace, "array '\(name)' of \(owner) is damaged") }
    func finish() throws {
      guard let done = read else { return }
      guard done.bytes == done.tensor.byteCount else { throw damaged(done.name) }
      value.arrays.append(.init(done.name, done.tensor))
      read = nil
    }
    while let row = try rows.next() {
      let name: String = row[0]
      if (row[1] as Int) == 0 {
        try finish()
        let shape = (row[3] as String).split(separator: ",").compactMap { Int($0) }
        guard let type = DType(rawValue: row[2]), let extents = Shape(validating: shape) else { throw damaged(name) }
        read = (name, try Tensor(zeros: extents, dtype: type), 0)
      }
      // Straight from SQLite's page into the tensor: a copy between would double the time of large workspaces.
      try row.withUnsafeData(atIndex: 4) { data in
        let data = data ?? Data()
        guard var part = read, part.bytes + data.count <= part.tensor.byteCount else { throw damaged(name) }
        read = nil
        try part.tensor.withUnsafeMutableBytes { bytes in
          let place = UnsafeMutableRawBufferPointer(rebasing: bytes[part.bytes..<part.bytes + data.count])
          _ = data.copyBytes(to: place)
        }
        part.bytes += data.count
        read = part
      }
    }
    try finish()
    return value
  }

  /// Cells, oldest first.
  func cells(where condition: String, arguments: StatementArguments, withOutputs: Bool) -> [HistoryEntry] {
    let entries = try? queue.inDatabase { db -> [HistoryEntry] in
      try Row.fetchAll(
        db,
        sql: """
          SELECT id, session, number, source, seconds, status FROM cells WHERE \(condition)
          """, arguments: arguments
      ).map { row in
        let outputs =
          withOutputs
          ? try String.fetchAll(
            db, sql: "SELECT text FROM outputs WHERE cell = ? ORDER BY position", arguments: [row[0] as Int64]) : []
        return HistoryEntry(
          session: row[1], number: row[2], source: row[3], outputs: outputs, seconds: row[4],
          succeeded: (row[5] as String) == "ok")
      }
    }
    return entries ?? []
  }
}

/// What a front end wants to know before it opens a workspace.
package struct WorkspaceSummary: Equatable, Sendable {
  package var cells: Int
  package var variables: [String]
  /// Whether the last session left with `quit` or the end of input.
  package var exitedCleanly: Bool
  /// When the last cell finished, ISO 8601 in UTC.
  package var lastUsed: String?

  /// Looks into a workspace without changing it; nil when there is none or it is open elsewhere.
  package static func of(_ path: String) -> WorkspaceSummary? {
    guard let store = try? Store(path: path, readOnly: true) else { return nil }
    return try? store.queue.inDatabase { db in
      WorkspaceSummary(
        cells: try Int.fetchOne(db, sql: "SELECT count(*) FROM cells") ?? 0,
        variables: try String.fetchAll(db, sql: "SELECT name FROM variables ORDER BY name"),
        exitedCleanly: try Bool.fetchOne(
          db, sql: "SELECT ended IS NOT NULL FROM sessions ORDER BY id DESC LIMIT 1") ?? true,
        lastUsed: try String.fetchOne(db, sql: "SELECT max(finished) FROM cells"))
    }
  }
}
