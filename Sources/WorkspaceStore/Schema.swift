import GRDB
import Glibc

/// The tables of a workspace, as steps from one version to the next. STORE.md describes them.
enum Schema {
  /// "elbo" in ASCII, SQLite's `application_id`.
  static let applicationID = 0x656C_626F
  /// The version that this program writes; SQLite's `user_version`.
  static var version: Int { migrations.count }

  /// `migrations[n]` takes a workspace from version n to n + 1. Never edited once released.
  static let migrations = [
    """
    CREATE TABLE sessions (
      id INTEGER PRIMARY KEY, started TEXT NOT NULL, ended TEXT, program TEXT NOT NULL);
    CREATE TABLE cells (
      id INTEGER PRIMARY KEY, session INTEGER NOT NULL REFERENCES sessions(id), number INTEGER NOT NULL,
      source TEXT NOT NULL, status TEXT NOT NULL, error TEXT, seconds REAL NOT NULL, finished TEXT NOT NULL,
      UNIQUE (session, number));
    CREATE TABLE outputs (
      cell INTEGER NOT NULL REFERENCES cells(id) ON DELETE CASCADE, position INTEGER NOT NULL, role TEXT NOT NULL,
      text TEXT NOT NULL, html TEXT, json TEXT, PRIMARY KEY (cell, position)) WITHOUT ROWID;
    CREATE TABLE variables (
      name TEXT PRIMARY KEY, kind TEXT NOT NULL, summary TEXT NOT NULL, detail TEXT NOT NULL, cell INTEGER NOT NULL);
    CREATE TABLE results (cell INTEGER PRIMARY KEY, kind TEXT NOT NULL, detail TEXT NOT NULL);
    CREATE TABLE arrays (
      owner TEXT NOT NULL, name TEXT NOT NULL, part INTEGER NOT NULL, dtype TEXT NOT NULL, shape TEXT NOT NULL,
      data BLOB NOT NULL, PRIMARY KEY (owner, name, part));
    CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    """,
    """
    CREATE TABLE metrics (
      model TEXT NOT NULL, split TEXT NOT NULL, name TEXT NOT NULL, step INTEGER NOT NULL, epoch REAL NOT NULL,
      value REAL, unit TEXT NOT NULL, PRIMARY KEY (model, split, name, step)) WITHOUT ROWID;
    """,
  ]

  /// Rejects other files and newer workspaces by their first 100 bytes, so that SQLite creates no files beside them.
  static func checkHeader(_ path: String) throws(StoreError) {
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    var header = [UInt8](repeating: 0, count: 100)
    let count = read(descriptor, &header, header.count)
    guard count > 0 else { return }
    guard count == header.count, header.starts(with: Array("SQLite format 3\0".utf8)) else {
      throw .notAWorkspace(path: path, reason: "file is not a database")
    }
    let known = header[60..<64].reduce(0) { $0 << 8 | Int($1) }
    let application = header[68..<72].reduce(0) { $0 << 8 | Int($1) }
    guard application != applicationID || known <= version else {
      throw .newer(path: path, version: known, known: version)
    }
  }

  /// Rejects files that are not workspaces or that are newer, before anything is written. Returns the file's version.
  static func check(_ db: Database, path: String) throws -> Int {
    let known = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
    let application = try Int.fetchOne(db, sql: "PRAGMA application_id") ?? 0
    let tables = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") ?? 0
    guard application == applicationID || (tables == 0 && known == 0) else {
      throw StoreError.notAWorkspace(path: path, reason: "it is another program's database")
    }
    guard known <= version else { throw StoreError.newer(path: path, version: known, known: version) }
    return known
  }

  /// Brings a database of version `known` to this version.
  static func migrate(_ db: Database, from known: Int) throws {
    guard known < version else { return }
    try db.inTransaction(.immediate) {
      for step in known..<version { try db.execute(sql: migrations[step]) }
      try db.execute(sql: "PRAGMA application_id = \(applicationID)")
      try db.execute(sql: "PRAGMA user_version = \(version)")
      return .commit
    }
  }
}
