import Foundation
import GRDB
import Glibc
import POSIX

/// A copy of a workspace where it can be read.
///
/// SQLite reads a database in WAL mode through files beside it, which it makes when they are missing; where nothing can be
/// written (a read-only folder or disk) it cannot open it at all. The copy has its log along, so that it is whole even when
/// the session that wrote it was killed. Its files are unlinked as soon as they are open.
enum ReadingCopy {
  /// The database at `path`, or on a copy where files beside it cannot be made, and what `first` reads of it.
  static func copyingIfUnreadable<T>(
    _ path: String, _ configuration: Configuration, _ first: (Database) throws -> T
  ) throws -> (any DatabaseWriter, T) {
    do {
      return try Store.opening(path, configuration, first)
    } catch let error as DatabaseError {
      guard error.resultCode == .SQLITE_CANTOPEN || error.resultCode == .SQLITE_READONLY else { throw error }
      return try opening(path, configuration, first)
    }
  }

  private static func opening<T>(
    _ path: String, _ configuration: Configuration, _ first: (Database) throws -> T
  ) throws -> (any DatabaseWriter, T) {
    let manager = FileManager.default
    let folder = try TemporaryFolder(named: "elbo")
    defer { try? manager.removeItem(atPath: folder.path) }
    let copy = folder.path + "/workspace"
    for ending in ["", "-wal"] where access(path + ending, R_OK) == 0 {
      try manager.copyItem(atPath: path + ending, toPath: copy + ending)
      chmod(copy + ending, 0o600)
    }
    return try Store.opening(copy, configuration, first)
  }
}
