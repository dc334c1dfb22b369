import GRDB

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
    return try? store.database.writeWithoutTransaction { db in
      WorkspaceSummary(
        cells: try Int.fetchOne(db, sql: "SELECT count(*) FROM cells") ?? 0,
        variables: try String.fetchAll(db, sql: "SELECT name FROM variables ORDER BY name"),
        exitedCleanly: try Bool.fetchOne(
          db, sql: "SELECT ended IS NOT NULL FROM sessions ORDER BY id DESC LIMIT 1") ?? true,
        lastUsed: try String.fetchOne(db, sql: "SELECT max(finished) FROM cells"))
    }
  }
}
