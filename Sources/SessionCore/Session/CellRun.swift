import Figures
import Glibc
import Language
import Tensors
import Text
import WorkspaceStore

/// One cell from its first statement to its last, or to the first that fails.
package struct CellRun {
  package let execution: Execution
  package let source: String
  /// Whether the cell is numbered and kept.
  package let keeps: Bool
  package let silent: Bool
  package let start: WorkClock.Instant
  package var status = CellStatus.ok
  package var outputs: [Output] = []
  /// Of the workspace: shown with the outputs, and no part of what the cell gave.
  package private(set) var remarks: [Output] = []
  private var result: Value?
  private var isKept = false

  package init(execution: Execution, source: String, keeps: Bool, silent: Bool, start: WorkClock.Instant) {
    self.execution = execution
    self.source = source
    self.keeps = keeps
    self.silent = silent
    self.start = start
  }

  /// Runs all statements.
  package mutating func all() {
    let state = execution.state
    statements()
    if execution.isLessonStep { continueLesson(from: state) }
    if !isKept || status != .ok { show(keep(isLast: true)) }
    remember()
  }

  /// Runs all statements again and again until it is interrupted, or one of them fails; nothing of it stays.
  package mutating func watch(every seconds: Double) {
    guard execution.frontEnd.keepsTranscripts else {
      let fault = Fault(
        .notSupported, "watch runs at a prompt, where Ctrl-C ends it", at: 0..<min(5, source.utf8.count),
        fix: "Write the statement alone.")
      status = .failed(Diagnostic(fault, source: source))
      return
    }
    let before = execution.core
    var runs = 0
    while status == .ok, !execution.wantsToQuit, !execution.interruption.isRequested {
      runs += 1
      let every = NumberText.short(seconds, digits: 3)
      execution.frontEnd.emit(
        .output(Output(role: .note, text: "run \(runs), every \(every) s; Ctrl-C ends it")))
      outputs = []
      statements()
      let end = SuspendingClock.now + .seconds(seconds)
      while status == .ok, SuspendingClock.now < end, !execution.interruption.isRequested { usleep(20_000) }
    }
    if case .interrupted = status { status = .ok }
    if status == .ok {
      let text = "ended after \(runs) \(runs == 1 ? "run" : "runs"); variables are as they were"
      execution.frontEnd.emit(.output(Output(role: .note, text: text)))
    }
    var core = before
    core.state.restore(before.state)
    execution.core = core
    execution.session.publish(core.state)
  }

  private mutating func statements() {
    do {
      let table = execution.table
      let parser = Parser(execution.source) { table[$0] != nil }
      let statements = try parser.statements()
      for (position, read) in statements.enumerated() {
        let statement = Naming.asTarget(read, in: table)
        try run(statement, left: statements.count - 1 - position)
        if status != .ok || execution.wantsToQuit { break }
      }
    } catch var fault as Fault {
      // What people type at other prompts is answered with our word for it.
      if fault.isUnknownWord, let advice = Habits.advice(CellPrefix.blanked(source)) { fault.fix = advice }
      status = .failed(Diagnostic(fault, source: source))
    } catch {
      status = .failed(Diagnostic(Fault(.internalError, "\(error)"), source: source))
    }
  }

  /// Behind a command of a lesson: what there is to read next. An error that the lesson is about is an output of it.
  private mutating func continueLesson(from state: SessionState) {
    guard let step = execution.core.lesson?.step else { return }
    if case .failed(let diagnostic) = status, step.showsError {
      let output = Output(role: .display, text: VisibleText.lines(diagnostic.rendered(color: false)))
      outputs.append(output)
      show([output])
      status = .ok
    }
    guard status == .ok else {
      show([Output(role: .note, text: "'next' tries it again, 'lesson skip' passes over it, 'back', 'leave'")])
      return
    }
    execution.core.lesson?.advance(from: state)
    guard let lesson = execution.core.lesson else { return }
    let following = [
      Output(role: .display, text: "\n" + lesson.text(width: execution.width)), Output(role: .note, text: lesson.hint),
    ]
    outputs += following
    show(following)
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
        if let note = try Redirection(execution: execution).write(value, to: redirect) { execution.note(note) }
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
      status = .interrupted(execution.keepsWork ? "completed training steps are kept" : "nothing was changed")
    } catch {
      _ = execution.takeNotes()
      let fault = Fault.translated(error)
      rollBack(statement, to: before)
      throw fault
    }
  }

  /// Restores the state before a statement that failed, except for completed training.
  private func rollBack(_ statement: Statement, to before: SessionState) {
    guard execution.keepsWork else {
      execution.state = before
      return
    }
    execution.core.undoStack.push(execution.source.text(statement.span), before: before)
    execution.session.publish(execution.state)
  }

  /// Commits the changes of the statement, then shows its output.
  private mutating func finish(_ statement: Statement, _ value: Value, before: SessionState, isLast: Bool) {
    if execution.state.changes != before.changes, execution.keepsUndo {
      execution.core.undoStack.push(execution.source.text(statement.span), before: before)
    }
    execution.keepsUndo = true
    if value.kind != .nothing { execution.finished.append((execution.source.text(statement.span), value)) }
    if value.kind != .nothing, !silent {
      execution.core.results.add(value, cell: execution.cell, isClocked: execution.readsClock)
      result = value
    }
    execution.session.publish(execution.state)
    var shown: [Output] = []
    let notes = execution.takeNotes()
    if !statement.isSilent, statement.redirect == nil, value.kind != .nothing {
      let (format, writers) = (execution.state.settings.format, execution.table.knowledge.writers)
      var output: Output
      if let target = statement.target, format == .text {
        output = Output(value, text: "\(target.value) = \(value.summary)", isSummary: true, writers: writers)
      } else {
        output = value.output(width: execution.width, format: format, writers: writers)
      }
      output.text = VisibleText.lines(output.text)
      output.marked = output.marked.map(VisibleText.lines)
      output.isData = format != .text
      if execution.readsClock { output.markNumbers() }
      output.figureDisplay = FigureDisplay(settings: execution.state.settings.plot)
      output.role = isLast ? .result : .display
      shown.append(output)
    }
    if let printed = execution.printed { shown.append(printed) }
    if !statement.isSilent {
      shown += notes.map { note in
        var output = Output(role: .note, text: VisibleText.lines(note))
        if execution.readsClock { output.markNumbers() }
        return output
      }
    }
    outputs += silent ? [] : shown
    show(shown + keep(isLast: isLast))
  }

  private func show(_ outputs: [Output]) {
    guard !silent else { return }
    for output in outputs { execution.frontEnd.emit(.output(output)) }
  }

  /// Commits the cell so far; notes report when this fails and when it works again.
  private mutating func keep(isLast: Bool) -> [Output] {
    guard let store = execution.core.store, !store.isReadOnly else { return [] }
    if isLast { isKept = true }
    execution.core.keep(keeps ? record(isLast: isLast) : nil)
    // A silent cell says nothing: the next one that speaks says it.
    guard !silent, let remark = execution.core.takeRemark() else { return [] }
    remarks.append(Output(role: .note, text: remark))
    return remarks.suffix(1)
  }

  private func record(isLast: Bool) -> CellRecord {
    var record = CellRecord(
      number: execution.cell, source: source, status: isLast ? "ok" : "running", error: nil,
      seconds: (WorkClock.now - start).seconds, outputs: outputs.map { OutputRecord($0) }, result: nil)
    switch status {
    case .ok: break
    case .failed(let diagnostic): (record.status, record.error) = ("failed", diagnostic.headline)
    case .interrupted(let note): (record.status, record.error) = ("interrupted", note)
    }
    if let result { record.keep(result) }
    return record
  }

  /// Why it did not end as it was meant to; nil of a cell that did.
  private var failure: String? {
    switch status {
    case .ok: nil
    case .failed(let diagnostic): diagnostic.headline
    case .interrupted(let note): note
    }
  }

  /// Adds the cell to the history in memory, unless the store has it.
  private func remember() {
    guard keeps else { return }
    execution.core.history.add(
      HistoryEntry(
        session: 0, number: execution.cell, source: source, outputs: outputs.map(\.record),
        recordings: outputs.map(\.recording), seconds: (WorkClock.now - start).seconds, succeeded: status == .ok,
        error: failure),
      isStored: execution.core.isStored)
  }
}
