import GRDB

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

  /// Brings the database to this version; refuses what is not a workspace and what is newer.
  static func prepare(_ db: Database, path: String, readOnly: Bool) throws {
    let known = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
    let application = try Int.fetchOne(db, sql: "PRAGMA application_id") ?? 0
    let tables = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") ?? 0
    guard application == applicationID || (tables == 0 && known == 0) else {
      throw StoreError.notAWorkspace(path: path, reason: "it is another program's database")
    }
    guard known <= version else { throw StoreError.newer(path: path, version: known, known: version) }
    guard known < version, !readOnly else { return }
    try db.inTransaction(.immediate) {
      for step in known..<version { try db.execute(sql: migrations[step]) }
      try db.execute(sql: "PRAGMA application_id = \(applicationID)")
      try db.execute(sql: "PRAGMA user_version = \(version)")
      return .commit
    }
  }
}
