import GRDB
import Tensors

/// A result that the store has written, held so that the same value again is written as a reference to it.
struct WrittenResult: Sendable {
  /// As many are held as large results are kept; each is of 1 MB at most.
  static let limit = Store.largeResultLimit
  let cell: Int
  let value: StoredValue

  /// Whether both are the same arrays in memory, under the same description. Nothing is compared: showing a tensor
  /// again must not take longer the larger it is.
  func isSame(_ other: StoredValue) -> Bool {
    guard value.kind == other.kind, value.arrays.count == other.arrays.count, value.detail == other.detail else {
      return false
    }
    return zip(value.arrays, other.arrays).allSatisfy { a, b in
      a.name == b.name && a.tensor.storage === b.tensor.storage && a.tensor.shape == b.tensor.shape
        && a.tensor.dtype == b.tensor.dtype
    }
  }
}

extension Store {
  /// How many cells back `_N` reaches.
  package static let resultLimit = 1000
  /// How many large results are held in memory.
  package static let largeResultLimit = 16
  /// Bytes from which a result is large; larger ones are not kept.
  package static let largeResultBytes = 1 << 20

  /// The kind of a result that is the value of an earlier cell, whose number is its detail.
  static let sameKind = "same"

  /// Keeps the value of a cell for `_N`.
  func write(_ result: StoredValue, of cell: Int, _ written: inout WrittenState, _ db: Database) throws {
    written.results.removeAll { $0.cell == cell }
    let insert = try db.cachedStatement(sql: "INSERT OR REPLACE INTO results (cell, kind, detail) VALUES (?, ?, ?)")
    if !result.arrays.isEmpty, let earlier = written.results.first(where: { $0.isSame(result) }) {
      try writeArrays([], owner: "result:\(cell)", db)
      try insert.execute(arguments: [cell, Self.sameKind, String(earlier.cell)])
      return
    }
    try insert.execute(arguments: [cell, result.kind, result.detail.text()])
    try writeArrays(result.arrays, owner: "result:\(cell)", db)
    guard !result.arrays.isEmpty else { return }
    written.results.append(WrittenResult(cell: cell, value: result))
    if written.results.count > WrittenResult.limit { written.results.removeFirst() }
  }

  /// Values of cells that `_N` no longer reaches need not be kept; one that later cells refer to becomes the first of
  /// theirs.
  func forgetResult(of cell: Int, _ written: inout WrittenState, _ db: Database) throws {
    guard cell > 0 else { return }
    written.results.removeAll { $0.cell == cell }
    let heir = try Int.fetchOne(
      db.cachedStatement(sql: "SELECT min(cell) FROM results WHERE kind = 'same' AND detail = ?"),
      arguments: [String(cell)])
    if let heir {
      try db.execute(
        sql: """
          UPDATE results SET (kind, detail) = (SELECT kind, detail FROM results WHERE cell = ?) WHERE cell = ?
          """, arguments: [cell, heir])
      try db.execute(
        sql: "UPDATE arrays SET owner = ? WHERE owner = ?", arguments: ["result:\(heir)", "result:\(cell)"])
      try db.execute(
        sql: "UPDATE results SET detail = ? WHERE kind = 'same' AND detail = ?",
        arguments: [String(heir), String(cell)])
    }
    try db.cachedStatement(sql: "DELETE FROM results WHERE cell = ?").execute(arguments: [cell])
    try db.cachedStatement(sql: "DELETE FROM arrays WHERE owner = ?").execute(arguments: ["result:\(cell)"])
  }
}
