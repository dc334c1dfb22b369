import Glibc
import Language
import POSIX
import SessionCore
import Tensors
import WorkspaceStore

/// What `save session` and `open` do with workspaces.
enum WorkspaceFile {
  /// `save session PATH`: writes everything to a workspace, in which the session continues.
  static func save(to path: String, shown: String, at span: Range<Int>?, _ execution: Execution) throws {
    if let own = execution.core.store, isSame(path, own.path) {
      guard !own.isReadOnly else { throw StoreError.readOnly(path: shown).fault.placed(at: span) }
      execution.note("the session is already stored in \(shown)")
      return
    }
    guard access(path, F_OK) != 0 else {
      throw Fault(.unwritableFile, "\(shown) already exists", at: span, fix: "Choose another name, or open it.")
    }
    try execution.checkWritable(path, shown: shown, at: span)
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
    execution.note("the session is now stored in \(shown)")
  }

  private static func record(_ entry: HistoryEntry, _ results: Results) -> CellRecord {
    var record = CellRecord(
      number: entry.number, source: entry.source, status: entry.succeeded ? "ok" : "failed", error: nil,
      seconds: entry.seconds, outputs: zip(entry.outputs, entry.recordings).map { OutputRecord(text: $0, marked: $1) },
      result: nil)
    if entry.succeeded, let value = results[entry.number] { record.keep(value) }
    return record
  }

  /// `open PATH`: replaces this session by the one in a workspace.
  static func open(
    _ path: String, shown: String, readOnly: Bool, new: Bool, at span: Range<Int>?, _ execution: Execution
  ) throws {
    // The rest of the statement would run in the other session.
    guard execution.isAlone else {
      throw Fault(
        .wrongKind, "'open' replaces the session; it cannot be assigned or piped", at: span,
        fix: "Write: open \(FileNature.word(shown))"
      )
    }
    if let own = execution.core.store, isSame(path, own.path), readOnly || !own.isReadOnly {
      guard readOnly == own.isReadOnly else {
        throw StoreError.locked(path: shown, process: Int(getpid())).fault.placed(at: span)
      }
      execution.note("\(shown) is already the workspace of this session")
      return
    }
    if !new, access(path, F_OK) != 0 {
      throw Fault(
        .unreadableFile, "\(shown): \(SystemError())", at: span,
        fix: "Create a workspace with: save session \(FileNature.word(shown))")
    }
    if access(path, F_OK) != 0 { try execution.checkWritable(path, shown: shown, at: span) }
    let path = try execution.openableWorkspace(path)
    // Left behind, what its disk has no room for would be gone.
    if let lost = execution.core.store?.catchUp(execution.state) {
      throw Fault(.unwritableFile, lost, at: span, fix: "Move this session to another file first: save session PATH")
    }
    do {
      let store = try Store(path: path, readOnly: readOnly, program: execution.options.version)
      // Open all variables or none: a variable that was not read would be lost with the next commit.
      var core = try Stopping.when({ false }) { () throws(StoreError) in
        try Session.Core(store: store, options: execution.options, table: execution.table)
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
