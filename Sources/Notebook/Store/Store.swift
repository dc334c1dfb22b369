import GRDB
import Glibc
import Synchronization

/// A workspace file: SQLite in WAL mode through GRDB.
///
/// Every finished statement is one transaction, so a process killed at any moment leaves all that was shown. A commit
/// waits for the operating system alone (`synchronous=NORMAL`): a power cut may lose the last cells, never the file.
package final class Store: Sendable {
  package let path: String
  let isReadOnly: Bool
  let queue: DatabaseQueue
  let sessionID: Int64
  private let lock: WorkspaceLock?
  let written: Mutex<WrittenState>

  /// What the store knows to be on disk.
  struct WrittenState: Sendable {
    /// Revision of each variable as written.
    var variables: [String: Int] = [:]
    var settings: Settings?
    /// Commits that could not be written yet.
    var pending: [CellRecord] = []
    var metrics: [MetricRow] = []
  }

  /// Opens a workspace, making it when there is none.
  ///
  /// - Parameter memory: Keeps it in memory; for sessions without a workspace.
  package init(path: String, readOnly: Bool = false, program: String = "") throws(StoreError) {
    self.path = path
    self.isReadOnly = readOnly
    if readOnly {
      lock = nil
      guard access(path, R_OK) == 0 else {
        throw .cannotOpen(path: path, reason: String(cString: strerror(errno)))
      }
    } else {
      if access(path, F_OK) == 0, access(path, W_OK) != 0 { throw .readOnly(path: path) }
      try Schema.checkHeader(path)
      lock = try WorkspaceLock(workspace: path)
    }
    var configuration = Configuration()
    configuration.readonly = readOnly
    configuration.busyMode = .timeout(2)
    configuration.label = "elbo"
    configuration.prepareDatabase { db in
      try Schema.check(db, path: path)
      guard !readOnly else { return }
      // Models are megabytes: with 4 kB a cell that trained one costs thousands of system calls. Of use in new files only.
      try db.execute(sql: "PRAGMA page_size=16384")
      try db.execute(sql: "PRAGMA journal_mode=WAL")
      try db.execute(sql: "PRAGMA synchronous=NORMAL")
      try db.execute(sql: "PRAGMA foreign_keys=ON")
    }
    func begin(_ db: Database) throws -> Int64 {
      try Schema.prepare(db, path: path, readOnly: readOnly)
      guard !readOnly else { return try Int64.fetchOne(db, sql: "SELECT max(id) FROM sessions") ?? 0 }
      try db.execute(
        sql: "INSERT INTO sessions (started, program) VALUES (strftime('%Y-%m-%dT%H:%M:%fZ'), ?)",
        arguments: [program])
      return db.lastInsertedRowID
    }
    do {
      (queue, sessionID) =
        readOnly
        ? try ReadingCopy.copyingIfUnreadable(path, configuration, begin)
        : try Store.opening(path, configuration, begin)
    } catch {
      throw Store.translated(error, path: path)
    }
    written = Mutex(WrittenState())
  }

  /// A queue on `path`, and what `first` does with it.
  static func opening<T>(
    _ path: String, _ configuration: Configuration, _ first: (Database) throws -> T
  ) throws -> (DatabaseQueue, T) {
    let queue = try DatabaseQueue(path: path, configuration: configuration)
    return (queue, try queue.inDatabase(first))
  }

  /// Writes what could not be written until now, marks the session as ended well and folds the log back into the file.
  func close(_ state: SessionState) {
    guard !isReadOnly else { return }
    if written.withLock({ !$0.pending.isEmpty }) { try? commit(nil, state: state) }
    try? queue.inDatabase { db in
      try db.execute(
        sql: "UPDATE sessions SET ended = strftime('%Y-%m-%dT%H:%M:%fZ') WHERE id = ?", arguments: [sessionID])
      try db.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)")
    }
  }

  /// Lets the file grow to `pages` pages at most, so that tests can fill the disk.
  func limitPages(to pages: Int) { try? queue.inDatabase { try $0.execute(sql: "PRAGMA max_page_count = \(pages)") } }

  static func translated(_ error: any Error, path: String) -> StoreError {
    if let error = error as? StoreError { return error }
    guard let error = error as? DatabaseError else { return .cannotOpen(path: path, reason: "\(error)") }
    let reason = error.message ?? "SQLite error \(error.resultCode.rawValue)"
    switch error.resultCode {
    case .SQLITE_NOTADB, .SQLITE_CORRUPT: return .notAWorkspace(path: path, reason: reason)
    case .SQLITE_BUSY, .SQLITE_LOCKED: return .locked(path: path, process: nil)
    case .SQLITE_READONLY: return .readOnly(path: path)
    case .SQLITE_FULL, .SQLITE_IOERR: return .cannotWrite(path: path, reason: reason)
    default: return .cannotOpen(path: path, reason: reason)
    }
  }
}

/// A cell as it is kept.
struct CellRecord: Sendable {
  var number: Int
  var source: String
  var status: String
  var error: String?
  var seconds: Double
  var outputs: [Output]
  /// The value for `_N`, when it is small enough to keep.
  var result: StoredValue?

  /// Keeps the cell's value for `_N`, unless it is large, or a model or dataset, which variables keep.
  mutating func keep(_ value: Value) {
    if case .object = value { return }
    if value.byteCount <= Results.largeBytes { result = try? value.stored() }
  }
}
