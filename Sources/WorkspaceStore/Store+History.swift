import GRDB
import JSONText

/// Cells of this and earlier sessions, without those that are half done.
extension Store {
  /// The last `count` cells, oldest first.
  package func lastCells(_ count: Int, withOutputs: Bool) -> [HistoryEntry] {
    cells(where: "\(isFinished) ORDER BY id DESC LIMIT ?", arguments: [count], withOutputs: withOutputs).reversed()
  }

  /// Cells `start ..< stop` of a session, oldest first.
  package func cells(ofSession session: Int, start: Int, stop: Int, withOutputs: Bool) -> [HistoryEntry] {
    cells(
      where: "session = ? AND number >= ? AND number < ? AND \(isFinished) ORDER BY id",
      arguments: [session, start, stop], withOutputs: withOutputs)
  }

  /// Cells of a session or of all, newest first.
  package func newestCells(ofSession session: Int?, limit: Int?, withOutputs: Bool) -> [HistoryEntry] {
    let condition = session.map { "session = \($0)" } ?? "true"
    return cells(
      where: "\(condition) AND \(isFinished) ORDER BY id DESC LIMIT ?", arguments: [limit ?? -1],
      withOutputs: withOutputs)
  }

  /// A cell that is half done is not a part of the history yet.
  private var isFinished: String { "NOT (session = \(sessionID) AND status = 'running')" }

  private func cells(where condition: String, arguments: StatementArguments, withOutputs: Bool) -> [HistoryEntry] {
    let entries = try? read { db -> [HistoryEntry] in
      try Row.fetchAll(
        db,
        sql: """
          SELECT id, session, number, source, seconds, status, error FROM cells WHERE \(condition)
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
          succeeded: (try? row.text(5)) == "ok", error: try? row.text(6))
      }
    }
    return entries ?? []
  }
}
