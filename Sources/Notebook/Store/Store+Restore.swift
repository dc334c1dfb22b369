import Foundation
import GRDB
import JSONText
import Language
import Tensors
import Text

/// The content of a workspace when it is opened.
struct RestoredSession: Sendable {
  var state: SessionState
  var results: Results
  var lastCell: Int
  /// Variables that could not be read, each with the reason.
  var problems: [String]
  /// The note about a cell that the previous session did not finish.
  var interruptedCell: String?
}

extension Store {
  /// The number of results of the last cells that are restored.
  static let restoredResults = 100

  /// The last cell that an earlier session did not finish; reported once.
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
    guard let number = try? row.integer(0), let source = try? row.text(1) else { return nil }
    let line = TextWidth.fit(source.replacing("\n", with: " ⏎ "), to: 60)
    return "cell \(number) did not finish: \(line). Its last checkpoint was restored"
  }

  /// Everything the workspace holds.
  func restore(_ restorers: Restorers) throws(StoreError) -> RestoredSession {
    do {
      var restored = RestoredSession(state: SessionState(), results: Results(), lastCell: 0, problems: [])
      var revisions: [String: Int] = [:]
      try queue.inDatabase { db in
        restored.lastCell =
          try Int.fetchOne(
            db, sql: "SELECT max(number) FROM cells WHERE typeof(number) = 'integer' AND number BETWEEN 0 AND 1 << 40")
          ?? 0
        restored.interruptedCell = try interruptedCell(db)
        let settings = try Row.fetchAll(db, sql: "SELECT key, value FROM settings")
        if !settings.isEmpty {
          restored.state.settings = Settings(
            stored: Dictionary(
              try settings.map { (try $0.text(0), try $0.text(1)) }, uniquingKeysWith: { _, last in last }))
        }
        for row in try Row.fetchAll(db, sql: "SELECT name, kind, detail, cell FROM variables ORDER BY name") {
          let name = (try? row.text(0)) ?? "a variable"
          do {
            let stored = try stored(kind: row.text(1), detail: row.text(2), owner: "variable:" + name, db)
            restored.state.set(name, to: try restorers.value(stored), cell: try row.integer(3))
            revisions[name] = restored.state.variables[name]?.revision
          } catch let error as DatabaseError {
            throw error
          } catch {
            let fault = Fault.translated(error)
            restored.problems.append("\(name): \(fault.message) (\(fault.code.rawValue))")
          }
        }
        let results = try Row.fetchAll(
          db, sql: "SELECT cell, kind, detail FROM results ORDER BY cell DESC LIMIT ?",
          arguments: [Store.restoredResults])
        for row in results.reversed() {
          // `_N` of a cell whose value cannot be read is not there.
          guard let cell = try? row.integer(0) else { continue }
          do {
            let stored = try result(of: cell, kind: row.text(1), detail: row.text(2), db)
            restored.results.add(try restorers.value(stored), cell: cell)
          } catch let error as DatabaseError { throw error } catch {}
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

  /// The value of a cell, which may be that of an earlier one.
  private func result(of cell: Int, kind: String, detail: String, _ db: Database) throws -> StoredValue {
    guard kind == Self.sameKind else { return try stored(kind: kind, detail: detail, owner: "result:\(cell)", db) }
    let row = try Row.fetchOne(
      db, sql: "SELECT kind, detail FROM results WHERE cell = ? AND kind <> 'same'", arguments: [detail])
    guard let row else { throw Damage("cell \(detail), whose value it is, has none") }
    return try stored(kind: row.text(0), detail: row.text(1), owner: "result:\(detail)", db)
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
      let name = try row.text(0)
      if try row.integer(1) == 0 {
        try finish()
        let words = try row.text(3).split(separator: ",", omittingEmptySubsequences: true)
        let shape = words.compactMap { Int($0) }
        guard let type = DType(rawValue: try row.text(2)), let extents = Shape(validating: shape),
          shape.count == words.count
        else { throw damaged(name) }
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
    let entries = try? read { db -> [HistoryEntry] in
      try Row.fetchAll(
        db,
        sql: """
          SELECT id, session, number, source, seconds, status FROM cells WHERE \(condition)
          """, arguments: arguments
      ).compactMap { row -> HistoryEntry? in
        guard let id = try? row.integer(0), let session = try? row.integer(1), let number = try? row.integer(2),
          let source = try? row.text(3)
        else { return nil }
        let outputs =
          withOutputs
          ? try Row.fetchAll(
            db, sql: "SELECT text, json FROM outputs WHERE cell = ? ORDER BY position", arguments: [id])
          : []
        // Only what is small was ever looked at for marks: older workspaces hold whole results there.
        let recordings = outputs.map { output -> String in
          let plain = (try? output.text(0)) ?? ""
          guard let detail = try? output.text(1), detail.contains("\"marked\"") else { return plain }
          return (try? JSON(parsing: detail))?["marked"]?.stringValue ?? plain
        }
        return HistoryEntry(
          session: session, number: number, source: source, outputs: outputs.map { (try? $0.text(0)) ?? "" },
          recordings: recordings, seconds: Double.fromDatabaseValue(row[4]) ?? 0,
          succeeded: (try? row.text(5)) == "ok")
      }
    }
    return entries ?? []
  }
}

extension Row {
  /// A column that holds text; one of another type, which SQLite does not keep from being there, is damage.
  func text(_ index: Int) throws(Damage) -> String {
    guard let text = String.fromDatabaseValue(self[index]) else { throw Damage("column \(index) is no text") }
    return text
  }

  func integer(_ index: Int) throws(Damage) -> Int {
    guard let number = Int.fromDatabaseValue(self[index]) else { throw Damage("column \(index) is no whole number") }
    return number
  }
}

/// Summary of a workspace, for front ends that ask before opening it.
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
