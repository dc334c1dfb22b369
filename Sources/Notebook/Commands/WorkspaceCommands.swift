import Glibc
import Tensors

/// Commands about the workspace file.
enum WorkspaceCommands {
  /// `save session PATH`: everything into a workspace, where the session goes on.
  static func save(to path: String, shown: String, at span: Range<Int>?, _ execution: Execution) throws {
    if let own = execution.core.store, isSame(path, own.path) {
      guard !own.isReadOnly else { throw StoreError.readOnly(path: shown).fault.placed(at: span) }
      execution.note("\(shown) has everything already")
      return
    }
    guard access(path, F_OK) != 0 else {
      throw Fault(.unwritableFile, "\(shown) exists already", at: span, fix: "Choose another name, or open it.")
    }
    do throws(StoreError) {
      let store = try Store(path: path, program: execution.options.version)
      do throws(StoreError) {
        let cells = execution.core.history.search("*", allSessions: false, withOutputs: true)
        try store.commit(cells.map { record($0, execution.core.results) }, state: execution.state)
      } catch {
        for ending in ["", "-wal", "-shm", "-lock"] { unlink(path + ending) }
        throw error
      }
      execution.adopt(store)
    } catch {
      throw error.naming(shown).fault.placed(at: span)
    }
    execution.note("the session is kept in \(shown) from now on")
  }

  private static func record(_ entry: HistoryEntry, _ results: Results) -> CellRecord {
    var record = CellRecord(
      number: entry.number, source: entry.source, status: entry.succeeded ? "ok" : "failed", error: nil,
      seconds: entry.seconds, outputs: entry.outputs.map { Output(role: .result, text: $0) }, result: nil)
    if entry.succeeded, let value = results[entry.number] { record.keep(value) }
    return record
  }

  /// `open PATH`: leaves this session for a workspace, with everything it holds.
  static func open(
    _ path: String, shown: String, readOnly: Bool, new: Bool, at span: Range<Int>?, _ execution: Execution
  ) throws {
    // What comes after in the statement would be done in the other session.
    guard execution.isAlone else {
      throw Fault(
        .wrongKind, "a workspace is no value: it takes the place of this session", at: span, fix: "Write: open \(shown)"
      )
    }
    if let own = execution.core.store, isSame(path, own.path), readOnly || !own.isReadOnly {
      guard readOnly == own.isReadOnly else {
        throw StoreError.locked(path: shown, process: Int(getpid())).fault.placed(at: span)
      }
      execution.note("\(shown) is this session's workspace, with everything in it")
      return
    }
    if !new, access(path, F_OK) != 0 {
      throw Fault(
        .unreadableFile, "\(shown): \(String(cString: strerror(errno)))", at: span,
        fix: "Make a workspace with: save session \(shown)")
    }
    do {
      let store = try Store(path: path, readOnly: readOnly, program: execution.options.version)
      // All of it or nothing: a variable that was not read would be one that is gone.
      var core = try Stopping.when({ false }) { () throws(StoreError) in
        try Session.Core(store: store, options: execution.options)
      }
      core.cell = max(core.cell + 1, 1)
      for problem in core.problems { execution.note("could not be restored: \(problem)") }
      if let interruptedCell = core.interruptedCell { execution.note(interruptedCell) }
      execution.core.store?.close(execution.state)
      execution.enter(core)
    } catch {
      throw error.naming(shown).fault.placed(at: span)
    }
    let count = execution.state.names.count
    execution.note("opened \(shown): \(count) \(count == 1 ? "variable" : "variables")")
  }

  /// Whether two paths lead to one file.
  private static func isSame(_ first: String, _ second: String) -> Bool {
    var (one, other) = (stat(), stat())
    guard stat(first, &one) == 0, stat(second, &other) == 0 else { return first == second }
    return one.st_dev == other.st_dev && one.st_ino == other.st_ino
  }
}
