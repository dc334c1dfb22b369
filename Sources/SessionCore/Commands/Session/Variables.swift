import Text

/// `vars`.
package struct ListVariables: DeclaredCommand {
  package init() {}

  package static let about = About(
    "vars", aliases: ["variables"], family: .session, summary: "list the variables with their kinds and sizes",
    returns: .init(.table), examples: [.init("vars", "all variables")])

  package func run(_ call: Call) -> Value {
    let execution = call.execution
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
}

package struct Show: DeclaredCommand {
  package init() {}

  package static let about = About(
    "show", aliases: ["print"], family: .session, summary: "show a value in full", returns: .init("the value"),
    examples: [.init("show m", "what m is"), .init("show mean(z)", "the value of an expression")])

  @Argument(takesPipe: true, help: "a variable or an expression") var value: Value

  package func run(_ call: Call) -> Value { value }
}

package struct Drop: DeclaredCommand {
  package init() {}

  package static let about = About(
    "drop", family: .session, summary: "delete variables",
    details: "The memory is freed when 'undo' can no longer restore the variables.",
    examples: [.init("drop z", "deletes z"), .init("drop m m2", "deletes both")])

  @Rest(.text(placeholder: "NAME", suggestions: []), completes: .variables, help: "variables to delete")
  var name: [String]

  package func run(_ call: Call) throws -> Value {
    let execution = call.execution
    var dropped: Set<String> = []
    // A name that is given twice is deleted once.
    for (name, place) in zip(name, $name) where dropped.insert(name).inserted {
      guard execution.state.variables[name] != nil else { throw execution.noVariable(name, at: place.span) }
      execution.state.drop(name)
    }
    execution.note("dropped \(name.joined(separator: ", ")); 'undo' restores it")
    return .nothing
  }
}

package struct Undo: DeclaredCommand {
  package init() {}

  package static let about = About(
    "undo", family: .session, summary: "undo the last statement that changed variables or settings",
    details:
      "Variables and settings are restored; written files are kept. The last \(UndoStack.limit) statements can be undone, "
      + "and 'redo' does them again.",
    examples: [.init("undo", "undoes the last change")])

  package func run(_ call: Call) throws -> Value {
    let execution = call.execution
    guard let step = execution.core.undoStack.undo(execution.state) else {
      throw call.fault(.nothingToUndo, "there is nothing to undo")
    }
    execution.state.restore(step.before)
    execution.keepsUndo = false
    execution.note("undone: \(TextWidth.fit(step.statement.replacing("\n", with: " "), to: execution.width - 10))")
    return .nothing
  }
}

package struct Redo: DeclaredCommand {
  package init() {}

  package static let about = About(
    "redo", family: .session, summary: "restore what the last 'undo' took back",
    details: """
      Variables and settings become what they were before 'undo'; nothing is computed again. After a statement that \
      changes something else there is nothing to restore.
      """,
    examples: [.init("redo", "takes the last 'undo' back")])

  package func run(_ call: Call) throws -> Value {
    let execution = call.execution
    guard let (step, after) = execution.core.undoStack.redo() else {
      throw call.fault(.nothingToUndo, "nothing was undone since the last change", fix: "Up brings earlier lines back.")
    }
    execution.state.restore(after)
    execution.keepsUndo = false
    execution.note("done again: \(TextWidth.fit(step.statement.replacing("\n", with: " "), to: execution.width - 12))")
    return .nothing
  }
}

package struct Quit: DeclaredCommand {
  package init() {}

  package static let about = About(
    "quit", aliases: ["exit", "bye"], family: .session, summary: "exit elbo",
    examples: [.init("quit", "exits; a workspace is already up to date")])

  package func run(_ call: Call) -> Value {
    call.execution.wantsToQuit = true
    return .nothing
  }
}
