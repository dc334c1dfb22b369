import GRDB
import Glibc
import JSONText
import POSIX
import Synchronization

/// A workspace file: SQLite in WAL mode through GRDB, one connection that writes and others that read.
///
/// Every finished statement is one transaction, so a process killed at any moment leaves all that was shown. A commit
/// waits for the operating system alone (`synchronous=NORMAL`): a power cut may lose the last cells, never the file.
package final class Store: Sendable {
  /// "elbo" in ASCII, in the header of every workspace.
  package static let applicationID = Schema.applicationID

  package let path: String
  package let isReadOnly: Bool
  let database: any DatabaseWriter
  package let sessionID: Int64
  private let lock: WorkspaceLock?
  let written: Mutex<WrittenState>

  /// What is already written to disk, and what waits to be written.
  struct WrittenState: Sendable {
    /// Revision of each variable as written.
    var variables: [String: Int] = [:]
    var settings: [String: String]?
    /// Commits that could not be written yet.
    var pending: [CellRecord] = []
    var metrics: [MetricRow] = []
    /// Results that are on disk, the last of them.
    var results: [WrittenResult] = []
    /// The last commit failed: cells, variables or settings are not on disk.
    var isBehind = false
  }

  /// Opens a workspace; creates it if it does not exist.
  ///
  /// - Parameter memory: Keeps it in memory; for sessions without a workspace.
  package init(path: String, readOnly: Bool = false, program: String = "") throws(StoreError) {
    self.path = path
    self.isReadOnly = readOnly
    // Readers open the file later, from whatever folder the session is in then.
    let whole = Self.whole(path)
    if readOnly {
      lock = nil
      guard access(path, R_OK) == 0 else {
        throw .cannotOpen(path: path, reason: SystemError().description)
      }
    } else {
      if access(path, F_OK) == 0, access(path, W_OK) != 0 { throw .readOnly(path: path) }
      try Schema.checkHeader(path)
      lock = try WorkspaceLock(workspace: whole)
    }
    var configuration = Configuration()
    configuration.readonly = readOnly
    configuration.busyMode = .timeout(2)
    configuration.label = "elbo"
    configuration.prepareDatabase { db in
      // Of those that only read beside the one that writes, nothing is asked.
      guard readOnly || !db.configuration.readonly else { return }
      let known = try Schema.check(db, path: path)
      guard !readOnly else { return }
      // Models are megabytes: with 4 kB a cell that trained one costs thousands of system calls. Of use in new files only.
      try db.execute(sql: "PRAGMA page_size=16384")
      try db.execute(sql: "PRAGMA journal_mode=WAL")
      try db.execute(sql: "PRAGMA synchronous=NORMAL")
      try db.execute(sql: "PRAGMA foreign_keys=ON")
      // Written this early, the log is not empty when GRDB's pool looks at it: a table made and dropped to fill it would
      // take longer than all else here.
      try Schema.migrate(db, from: known)
      try db.execute(
        sql: "INSERT INTO sessions (started, program) VALUES (strftime('%Y-%m-%dT%H:%M:%fZ'), ?)",
        arguments: [program])
    }
    // Of a workspace that may be written, the session just begun: the lock keeps others out.
    func lastSession(_ db: Database) throws -> Int64 {
      try Int64.fetchOne(db, sql: "SELECT max(id) FROM sessions") ?? 0
    }
    do {
      (database, sessionID) =
        readOnly
        ? try ReadingCopy.copyingIfUnreadable(whole, configuration, lastSession)
        : try Store.opening(whole, configuration, lastSession)
    } catch {
      throw Store.translated(error, path: path)
    }
    written = Mutex(WrittenState())
  }

  /// The path from the root of the file system.
  private static func whole(_ path: String) -> String {
    guard !path.hasPrefix("/"), path != ":memory:", !path.isEmpty, let here = getcwd(nil, 0) else { return path }
    defer { free(here) }
    return String(cString: here) + "/" + path
  }

  /// The database at `path`, and what `first` does with it. One that may be written has readers beside the writer.
  static func opening<T>(
    _ path: String, _ configuration: Configuration, _ first: (Database) throws -> T
  ) throws -> (any DatabaseWriter, T) {
    let database: any DatabaseWriter =
      configuration.readonly
      ? try DatabaseQueue(path: path, configuration: configuration)
      : try DatabasePool(path: path, configuration: configuration)
    return (database, try database.writeWithoutTransaction(first))
  }

  /// Writes what could not be written until now, marks the session as closed cleanly and merges the write-ahead log
  /// into the file.
  ///
  /// - Returns: Why that could not be done, and what is lost with it; nil when all of it is on disk.
  @discardableResult
  package func close(_ state: some StorableState) -> String? {
    guard !isReadOnly else { return nil }
    // The last connection folds the log in and takes its files away; one that only reads cannot.
    (database as? DatabasePool)?.invalidateReadOnlyConnections()
    if let lost = catchUp(state) { return lost }
    try? database.writeWithoutTransaction { db in
      try db.execute(
        sql: "UPDATE sessions SET ended = strftime('%Y-%m-%dT%H:%M:%fZ') WHERE id = ?", arguments: [sessionID])
      try db.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)")
    }
    lock?.release()
    return nil
  }

  /// Writes what could not be written until now.
  ///
  /// - Returns: Why that failed again, and how much is not on disk; nil when all of it is.
  package func catchUp(_ state: some StorableState) -> String? {
    guard written.withLock({ $0.isBehind }) else { return nil }
    do throws(StoreError) {
      try commit(nil, state: state)
      return nil
    } catch {
      let count = written.withLock { $0.pending.count }
      let what =
        count == 0
        ? "the last changes" : count == 1 ? "1 cell with what it changed" : "\(count) cells with what they changed"
      return "\(error.description); not in it: \(what)"
    }
  }

  /// Reads what is committed, through a connection of its own.
  ///
  /// The one that writes is busy for as long as a commit takes, seconds for a large model. In WAL mode others see the
  /// state before it and wait for nobody.
  func read<T>(_ body: (Database) throws -> T) throws -> T { try database.read(body) }

  /// Lets the file grow to `pages` pages at most, so that tests can fill the disk.
  package func limitPages(to pages: Int) {
    try? database.writeWithoutTransaction { try $0.execute(sql: "PRAGMA max_page_count = \(pages)") }
  }

  static func translated(_ error: any Error, path: String) -> StoreError {
    if let error = error as? StoreError { return error }
    if let damage = error as? Damage { return .notAWorkspace(path: path, reason: "\(damage)") }
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
