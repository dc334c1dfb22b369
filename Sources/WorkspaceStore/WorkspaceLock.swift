import Glibc
import POSIX

/// Keeps a second process from writing the same workspace: a lock on `PATH-lock`, beside the file that links lead to.
///
/// The lock is on a file of its own: closing a second descriptor of the database would drop SQLite's own locks.
final class WorkspaceLock: Sendable {
  private let lock: FileLock

  init(workspace: String) throws(StoreError) {
    let real = Self.realPath(workspace)
    do {
      lock = try FileLock(path: real + "-lock")
    } catch {
      switch error {
      case .held(let process): throw .locked(path: workspace, process: process)
      case .unusable(EACCES), .unusable(EROFS), .unusable(EPERM): throw .readOnly(path: workspace)
      case .unusable(ELOOP):
        throw .cannotWrite(path: workspace, reason: "\(workspace)-lock is a link or has a second name; remove it")
      case .unusable(let number): throw .cannotWrite(path: workspace, reason: SystemError(number).description)
      }
    }
    try Self.checkNeighbors(real, of: workspace)
  }

  /// SQLite follows links to the files that it keeps beside a database, and would write over what they lead to.
  private static func checkNeighbors(_ path: String, of workspace: String) throws(StoreError) {
    for suffix in ["-wal", "-shm", "-journal"] {
      var status = stat()
      if lstat(path + suffix, &status) == 0, status.st_mode & S_IFMT == S_IFLNK {
        throw .cannotWrite(path: workspace, reason: "\(workspace)\(suffix) is a link; remove it")
      }
    }
  }

  /// The session ended well: the file goes.
  func release() { lock.release() }

  /// Two names of one workspace have one lock.
  private static func realPath(_ path: String) -> String {
    guard let whole = realpath(path, nil) else { return path }
    defer { free(whole) }
    return String(cString: whole)
  }
}
