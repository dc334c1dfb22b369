/// `history`.
package struct ShowHistory: DeclaredCommand {
  package init() {}

  package static let about = About(
    "history", family: .session, summary: "list earlier cells with their durations", returns: .init(.table),
    examples: [.init("history", "the last 20 cells"), .init("history train n=5", "the last 5 that train")])

  @Argument(.text(placeholder: "PATTERN", suggestions: []), help: "only cells with this text") var pattern: String?
  @Option(.count, note: "20; all when written to a file", help: "number of cells, counted from the last") var n: Int?
  @Option(default: false, help: "earlier sessions of the workspace as well") var all: Bool

  package func run(_ call: Call) throws -> Value {
    let redirect = call.execution.redirect
    if all, redirect?.hasSuffix(".session") == true {
      throw $all.fault(.badOptionValue, "a session file holds one session")
    }
    let entries = call.execution.core.history.search(
      pattern.map { "*\($0)*" } ?? "*", limit: n ?? (redirect == nil ? 20 : .max), allSessions: all)
    return .table(
      Table(
        columns: Self.columns,
        rows: entries.map { entry in
          [
            .count(entry.number), .text(entry.source.replacing("\n", with: " ⏎ ")), .duration(entry.seconds),
            .text(entry.succeeded ? "" : "failed"), .text(entry.succeeded ? "ok" : "failed"),
          ]
        }))
  }

  static let columns: [Table.Column] = [
    .init("cell"), .init("input"), .init("took"), .init("", for: .people), .init("status", for: .programs),
  ]
}
