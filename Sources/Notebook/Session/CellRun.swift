import Tensors

/// One cell from its first statement to its last, or to the first that fails.
struct CellRun {
  let execution: Execution
  let source: String
  /// Whether the cell is numbered and kept.
  let keeps: Bool
  let silent: Bool
  let start: ContinuousClock.Instant
  var status = CellStatus.ok
  var outputs: [Output] = []
  private var result: Value?
  private var isKept = false

  init(execution: Execution, source: String, keeps: Bool, silent: Bool, start: ContinuousClock.Instant) {
    self.execution = execution
    self.source = source
    self.keeps = keeps
    self.silent = silent
    self.start = start
  }

  /// Runs all statements.
  mutating func all() {
    do {
      let table = execution.table
      let parser = Parser(execution.source) { table[$0] != nil }
      let statements = try parser.statements()
      for (position, read) in statements.enumerated() {
        let statement = Naming.asTarget(read, in: table)
        try run(statement, left: statements.count - 1 - position)
        if status != .ok || execution.wantsToQuit { break }
      }
    } catch let fault as Fault {
      status = .failed(Diagnostic(fault, source: source))
    } catch {
      status = .failed(Diagnostic(Fault(.internalError, "\(error)"), source: source))
    }
    if !isKept || status != .ok { show(keep(isLast: true)) }
    remember()
  }

  /// Runs a statement; puts the state back when it fails.
  private mutating func run(_ statement: Statement, left: Int) throws {
    let before = execution.state
    execution.begin(statement)
    do {
      defer { execution.endProgress() }
      if let redirect = statement.redirect { try Redirection(execution: execution).check(redirect, for: statement) }
      let value = try Interpreter(execution: execution).run(statement)
      if let redirect = statement.redirect {
        execution.note(try Redirection(execution: execution).write(value, to: redirect))
      }
      if let note = execution.interruptionNote {
        status = .interrupted(note)
      } else if execution.interruption.isRequested, left > 0 {
        status = .interrupted("\(left) \(left == 1 ? "statement" : "statements") not run")
      }
      finish(statement, value, before: before, isLast: left == 0)
    } catch is Stopped {
      _ = execution.takeNotes()
      rollBack(statement, to: before)
      status = .interrupted(execution.keepsWork ? "what was trained is kept" : "nothing was changed")
    } catch {
      _ = execution.takeNotes()
      let fault = Fault.translated(error)
      rollBack(statement, to: before)
      throw fault
    }
  }

  /// Puts back what a statement that failed had changed, except for work that cost time.
  private func rollBack(_ statement: Statement, to before: SessionState) {
    guard execution.keepsWork else {
      execution.state = before
      return
    }
    execution.core.undoStack.push(execution.source.text(statement.span), before: before)
    execution.session.publish(execution.state)
  }

  /// Keeps what the statement did, and then shows it.
  private mutating func finish(_ statement: Statement, _ value: Value, before: SessionState, isLast: Bool) {
    if execution.state.changes != before.changes, execution.keepsUndo {
      execution.core.undoStack.push(execution.source.text(statement.span), before: before)
    }
    execution.keepsUndo = true
    if value.kind != .nothing, !silent {
      execution.core.results.add(value, cell: execution.cell)
      result = value
    }
    execution.session.publish(execution.state)
    var shown: [Output] = []
    let notes = execution.takeNotes()
    if !statement.isSilent, statement.redirect == nil, value.kind != .nothing {
      var output = value.output(width: execution.width, format: execution.state.settings.format)
      if let target = statement.target, execution.state.settings.format == .text {
        output.text = "\(target.value) = \(value.summary)"
        output.html = nil
        output.figure = nil
        output.images = nil
      }
      output.figureTerminal = execution.state.settings.plot["terminal"]
      output.role = isLast ? .result : .display
      shown.append(output)
    }
    if !statement.isSilent { shown += notes.map { Output(role: .note, text: $0) } }
    outputs += silent ? [] : shown
    show(shown + keep(isLast: isLast))
  }

  private func show(_ outputs: [Output]) {
    guard !silent else { return }
    for output in outputs { execution.frontEnd.emit(.output(output)) }
  }

  /// Commits the cell as far as it is; remarks say when that failed or works again.
  private mutating func keep(isLast: Bool) -> [Output] {
    guard let store = execution.core.store, !store.isReadOnly else { return [] }
    if isLast { isKept = true }
    let record = keeps ? self.record(isLast: isLast) : nil
    do {
      try store.commit(record, state: execution.state)
      guard execution.core.isDetached else { return [] }
      execution.core.isDetached = false
      return [Output(role: .note, text: "\(store.path) is written again; nothing was lost")]
    } catch {
      guard !execution.core.isDetached else { return [] }
      execution.core.isDetached = true
      let note = "\(error.description). The session goes on in memory; 'save session PATH' writes it elsewhere"
      return [Output(role: .note, text: note)]
    }
  }

  private func record(isLast: Bool) -> CellRecord {
    var record = CellRecord(
      number: execution.cell, source: source, status: isLast ? "ok" : "running", error: nil,
      seconds: (ContinuousClock.now - start).seconds, outputs: outputs, result: nil)
    switch status {
    case .ok: break
    case .failed(let diagnostic): (record.status, record.error) = ("failed", diagnostic.headline)
    case .interrupted(let note): (record.status, record.error) = ("interrupted", note)
    }
    if let result { record.keep(result) }
    return record
  }

  /// Adds the cell to the history in memory, unless the store has it.
  private func remember() {
    guard keeps else { return }
    let isStored = execution.core.store != nil && !execution.core.isDetached && execution.core.store?.isReadOnly != true
    execution.core.history.add(
      HistoryEntry(
        session: 0, number: execution.cell, source: source, outputs: outputs.map(\.record),
        seconds: (ContinuousClock.now - start).seconds, succeeded: status == .ok), isStored: isStored)
  }
}
