import SessionFiles

extension OutputWriter {
  /// The cells of the history's table as a session file.
  package static let session = OutputWriter(
    "session", "text/x-elbo-session",
    refusal: { _, path in ("only the history is written as a session file", "Write: history > \(path)") },
    write: { value, request in
      guard case .table(let table) = value, let execution = request.execution,
        table.columns.map(\.name) == ShowHistory.columns.map(\.name)
      else { return nil }
      let numbers = Set(table.rows.compactMap { if case .count(let number)? = $0.first { number } else { nil } })
      let entries = execution.session.history.search("*", allSessions: false, withOutputs: true).filter {
        numbers.contains($0.number)
      }
      let header = SessionExport.header(execution.session, width: execution.width).line + "\n"
      return .bytes(Array((header + entries.map(SessionExport.text(of:)).joined()).utf8))
    })
}
