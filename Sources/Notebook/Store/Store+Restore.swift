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
}

extension Store {
  /// Results of the last cells that come back with a workspace.
  static let restoredResults = 100

  /// Everything the workspace holds.
  func restore(_ restorers: Restorers) throws(StoreError) -> RestoredSession {
    do {
      var restored = RestoredSession(state: SessionState(), results: Results(), lastCell: 0, problems: [])
      var revisions: [String: Int] = [:]
      try queue.inDatabase { db in
        restored.lastCell = try Int.fetchOne(db, sql: "SELECT max(number) FROM cells") ?? 0
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
      books.withLock {
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
    var parts: [Data] = []
    func finish(_ name: String, _ dtype: String, _ shape: String) throws {
      guard let type = DType(rawValue: dtype),
        let extents = Shape(validating: shape.split(separator: ",").compactMap { Int($0) }),
        extents.count * type.size == parts.reduce(0, { $0 + $1.count })
      else { throw Fault(.notAWorkspace, "array '\(name)' of \(owner) is damaged") }
      var tensor = try Tensor(zeros: extents, dtype: type)
      try tensor.withUnsafeMutableBytes { bytes in
        var offset = 0
        for part in parts {
          part.copyBytes(to: UnsafeMutableRawBufferPointer(rebasing: bytes[offset..<offset + part.count]))
          offset += part.count
        }
      }
      value.arrays.append(.init(name, tensor))
      parts = []
    }
    let statement = try db.cachedStatement(
      sql: "SELECT name, part, dtype, shape, data FROM arrays WHERE owner = ? ORDER BY name, part")
    let rows = try Row.fetchAll(statement, arguments: [owner])
    for (index, row) in rows.enumerated() {
      parts.append(row[4])
      let isLast = index + 1 == rows.count || (rows[index + 1][1] as Int) == 0
      if isLast { try finish(row[0], row[2], row[3]) }
    }
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
  package var endedWell: Bool
  /// When the last cell finished, ISO 8601 in UTC.
  package var lastUsed: String?

  /// Looks into a workspace without changing it; nil when there is none or it is open elsewhere.
  package static func of(_ path: String) -> WorkspaceSummary? {
    guard let store = try? Store(path: path, readOnly: true) else { return nil }
    return try? store.queue.inDatabase { db in
      WorkspaceSummary(
        cells: try Int.fetchOne(db, sql: "SELECT count(*) FROM cells") ?? 0,
        variables: try String.fetchAll(db, sql: "SELECT name FROM variables ORDER BY name"),
        endedWell: try Bool.fetchOne(
          db, sql: "SELECT ended IS NOT NULL FROM sessions ORDER BY id DESC LIMIT 1") ?? true,
        lastUsed: try String.fetchOne(db, sql: "SELECT max(finished) FROM cells"))
    }
  }
}
