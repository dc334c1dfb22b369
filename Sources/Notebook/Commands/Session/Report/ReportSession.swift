import SessionCore

/// `report`: what a session did, as a few lines, and as a page of its own.
struct ReportSession: DeclaredCommand {
  static let about = About(
    "report", family: .session,
    summary: "summarize the session; as .html a page with data, models, figures and commands",
    details: """
      'report > run.html' writes one file that needs no other: the data with their hashes, the models with their layers, \
      settings and loss curves, every measure with its unit and error, the figures, the machine, and the commands that do \
      it again. It prints on paper, and is light or dark as the browser is. 'elbo report work.elbodb' does the same of a \
      workspace.
      """,
    returns: .init(.report),
    examples: [
      .init("report > run.html", "a page of the session"), .init("report", "the same in a few lines"),
      .init("report title=\"Digits, β\" n=20 > run.html", "its last 20 cells, under a title"),
    ])

  @Option(.count, note: "all", help: "number of cells, counted from the last") var n: Int?
  @Option(.text(placeholder: "TEXT", suggestions: []), note: "the workspace's name", help: "title of the page")
  var title: String?

  func run(_ call: Call) throws -> Value {
    let summary = try SessionSummary(call, title: title, cells: n)
    guard call.execution.redirect?.lowercased().hasSuffix(".html") == true else { return .report(summary.brief) }
    if summary.isEmpty { call.execution.note("nothing was run yet: the page holds the environment alone") }
    return .object(summary)
  }
}
