import Text

/// Commands about the session itself: its variables, its history, exit.
enum SessionCommands {
  static let all = [vars, show, drop, undo, history, quit]

  private static let vars = Command(
    "vars", aliases: ["variables"], family: .session, summary: "list the variables with their kinds and sizes",
    result: "a table", examples: [.init("vars", "all variables")]
  ) { _, execution in
    if execution.state.variables.values.contains(where: \.isClocked) { execution.readsClock = true }
    let rows = execution.state.names.compactMap { name -> [Table.Cell]? in
      guard let variable = execution.state.variables[name] else { return nil }
      return [
        .text(name), .text(variable.value.kind.rawValue), .text(variable.value.summary),
        .bytes(variable.value.byteCount), .count(variable.cell),
      ]
    }
    guard !rows.isEmpty else {
      return .report(Report(title: "no variables yet", notes: ["Start with: load digits as=d"]))
    }
    return .table(
      Table(columns: [.init("name"), .init("kind"), .init("value"), .init("memory"), .init("cell")], rows: rows))
  }

  private static let show = Command(
    "show", aliases: ["print"], family: .session, summary: "show a value in full",
    positionals: [Positional("value", .anyValue, takesPipe: true, help: "a variable or an expression")],
    result: "the value",
    examples: [.init("show m", "what m is"), .init("show mean(z)", "the value of an expression")]
  ) { arguments, _ in arguments.value("value") ?? .nothing }

  private static let drop = Command(
    "drop", family: .session, summary: "delete variables",
    details: "The memory is freed when 'undo' can no longer restore the variables.",
    positionals: [
      Positional("name", .text(placeholder: "NAME", suggestions: []), variadic: true, help: "variables to delete")
    ],
    examples: [.init("drop z", "deletes z"), .init("drop m m2", "deletes both")]
  ) { arguments, execution in
    for argument in arguments.all("name") {
      // A name that is given twice is deleted once.
      if arguments.all("name").first(where: { $0.raw == argument.raw })?.span != argument.span { continue }
      guard execution.state.variables[argument.raw] != nil else {
        throw execution.noVariable(argument.raw, at: argument.span)
      }
      execution.state.drop(argument.raw)
    }
    let names = arguments.all("name").map(\.raw).joined(separator: ", ")
    execution.note("dropped \(names); 'undo' restores it")
    return .nothing
  }

  private static let undo = Command(
    "undo", family: .session, summary: "undo the last statement that changed variables or settings",
    details:
      "Variables and settings are restored; written files are kept. The last \(UndoStack.limit) statements can be undone.",
    examples: [.init("undo", "undoes the last change")]
  ) { arguments, execution in
    guard let step = execution.core.undoStack.pop() else {
      throw arguments.fault(.nothingToUndo, "there is nothing to undo")
    }
    execution.state.restore(step.before)
    execution.keepsUndo = false
    execution.note("undone: \(TextWidth.fit(step.statement.replacing("\n", with: " "), to: execution.width - 10))")
    return .nothing
  }

  private static let history = Command(
    "history", family: .session, summary: "list earlier cells with their durations",
    positionals: [
      Positional(
        "pattern", .text(placeholder: "PATTERN", suggestions: []), required: false, help: "only cells with this text")
    ],
    options: [
      CommandOption(
        "n", .count, note: "20; all when written to a file", help: "number of cells, counted from the last"),
      CommandOption("all", .flag, default: "no", help: "earlier sessions of the workspace as well"),
    ],
    result: "a table",
    examples: [.init("history", "the last 20 cells"), .init("history train n=5", "the last 5 that train")]
  ) { arguments, execution in
    let count = arguments.integer("n") ?? (execution.redirect == nil ? 20 : .max)
    if arguments.flag("all"), execution.redirect?.hasSuffix(".session") == true {
      throw arguments.fault(.badOptionValue, "a session file holds one session", at: "all")
    }
    let history = execution.core.history
    let pattern = arguments.text("pattern").map { "*\($0)*" } ?? "*"
    let entries = history.search(pattern, limit: count, allSessions: arguments.flag("all"))
    return .table(
      Table(
        columns: historyColumns,
        rows: entries.map { entry in
          [
            .count(entry.number), .text(entry.source.replacing("\n", with: " ⏎ ")), .duration(entry.seconds),
            .text(entry.succeeded ? "" : "failed"), .text(entry.succeeded ? "ok" : "failed"),
          ]
        }))
  }

  static let historyColumns: [Table.Column] = [
    .init("cell"), .init("input"), .init("took"), .init("", for: .people), .init("status", for: .programs),
  ]

  private static let quit = Command(
    "quit", aliases: ["exit", "bye"], family: .session, summary: "exit elbo",
    examples: [.init("quit", "exits; a workspace is already up to date")]
  ) { _, execution in
    execution.wantsToQuit = true
    return .nothing
  }
}
