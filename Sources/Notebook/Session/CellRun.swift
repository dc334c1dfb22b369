/// One cell from its first statement to its last, or to the first that fails.
struct CellRun {
  let execution: Execution
  let source: String
  let silent: Bool
  var status = CellStatus.ok
  var outputs: [Output] = []

  mutating func all() {
    do {
      let table = execution.table
      let parser = Parser(execution.source) { table[$0] != nil }
      let statements = try parser.statements()
      for (position, statement) in statements.enumerated() {
        try run(statement, isLast: position == statements.count - 1)
        if let note = execution.interruptionNote {
          status = .interrupted(note)
          return
        }
        if execution.interruption.isRequested, position < statements.count - 1 {
          let left = statements.count - 1 - position
          status = .interrupted("\(left) \(left == 1 ? "statement" : "statements") not run")
          return
        }
        if execution.wantsToQuit { return }
      }
    } catch let fault as Fault {
      status = .failed(Diagnostic(fault, source: source))
    } catch {
      status = .failed(Diagnostic(Fault(.internalError, "\(error)"), source: source))
    }
  }

  /// Runs a statement; puts the state back when it fails.
  private mutating func run(_ statement: Statement, isLast: Bool) throws {
    let before = execution.state
    do {
      defer { execution.endProgress() }
      let interpreter = Interpreter(execution: execution)
      let value = try interpreter.run(statement)
      if let redirect = statement.redirect {
        let note = try Redirection(execution: execution).write(value, to: redirect)
        execution.note(note)
      }
      finish(statement, value, before: before, isLast: isLast)
    } catch {
      _ = execution.takeNotes()
      execution.state = before
      throw error
    }
  }

  private mutating func finish(_ statement: Statement, _ value: Value, before: SessionState, isLast: Bool) {
    if execution.state.changes != before.changes, execution.keepsUndo {
      execution.undoStack.push(execution.source.text(statement.span), before: before)
    }
    execution.keepsUndo = true
    if value.kind != .nothing, !silent { execution.results.add(value, cell: execution.cell) }
    execution.session.publish(execution.state)
    var shown: [Output] = []
    let notes = execution.takeNotes()
    if !statement.isSilent, statement.redirect == nil, value.kind != .nothing {
      var output = value.output(width: execution.width, format: execution.state.settings.format)
      if let target = statement.target, execution.state.settings.format == .text {
        output.text = "\(target.value) = \(value.summary)"
        output.html = nil
      }
      output.role = isLast ? .result : .display
      shown.append(output)
    }
    if !statement.isSilent { shown += notes.map { Output(role: .note, text: $0) } }
    guard !silent else { return }
    outputs += shown
    for output in shown { execution.frontEnd.emit(.output(output)) }
  }
}
