import Foundation
import GRDB
import JSONText
import Language
import Tensors
import Text

/// What opening a workspace found, beside the values that were handed on.
package struct OpenedWorkspace: Sendable {
  package var lastCell = 0
  /// Settings as texts by key; nil when none were ever changed.
  package var settings: [String: String]?
  /// Variables that could not be read, each with the reason.
  package var problems: [String] = []
  /// The note about a cell that the previous session did not finish.
  package var interruptedCell: String?
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

  /// Hands on everything that the workspace holds, one value after the other.
  ///
  /// - Parameters:
  ///   - variable: Takes a variable by name with its cell; returns the revision that it has from now on.
  ///   - result: Takes the value of a cell. What it throws leaves that one out.
  ///   - reason: Says why `variable` threw.
  package func restore(
    variable: (_ name: String, _ value: StoredValue, _ cell: Int) throws -> Int,
    result: (_ value: StoredValue, _ cell: Int) throws -> Void, reason: (any Error) -> String
  ) throws(StoreError) -> OpenedWorkspace {
    do {
      var opened = OpenedWorkspace()
      var revisions: [String: Int] = [:]
      try database.writeWithoutTransaction { db in
        opened.lastCell =
          try Int.fetchOne(
            db, sql: "SELECT max(number) FROM cells WHERE typeof(number) = 'integer' AND number BETWEEN 0 AND 1 << 40")
          ?? 0
        opened.interruptedCell = try interruptedCell(db)
        let settings = try Row.fetchAll(db, sql: "SELECT key, value FROM settings")
        if !settings.isEmpty {
          opened.settings = Dictionary(
            try settings.map { (try $0.text(0), try $0.text(1)) }, uniquingKeysWith: { _, last in last })
        }
        for row in try Row.fetchAll(db, sql: "SELECT name, kind, detail, cell FROM variables ORDER BY name") {
          let name = (try? row.text(0)) ?? "a variable"
          do {
            let stored = try stored(kind: row.text(1), detail: row.text(2), owner: "variable:" + name, db)
            revisions[name] = try variable(name, stored, try row.integer(3))
          } catch let error as DatabaseError {
            throw error
          } catch {
            opened.problems.append("\(name): \(reason(error))")
          }
        }
        let results = try Row.fetchAll(
          db, sql: "SELECT cell, kind, detail FROM results ORDER BY cell DESC LIMIT ?",
          arguments: [Store.restoredResults])
        for row in results.reversed() {
          // `_N` of a cell whose value cannot be read is not there.
          guard let cell = try? row.integer(0) else { continue }
          do {
            try result(try self.result(of: cell, kind: row.text(1), detail: row.text(2), db), cell)
          } catch let error as DatabaseError { throw error } catch {}
        }
      }
      written.withLock { $0.variables = revisions }
      return opened
    } catch {
      throw Store.translated(error, path: path)
    }
  }

  /// The settings as they are written from now on.
  package func begin(with settings: [String: String]) { written.withLock { $0.settings = settings } }

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
