import Glibc

/// Keeps a second process from writing the same workspace: a lock on `PATH-lock`, beside the file that links lead to.
///
/// The lock is on a file of its own: closing a second descriptor of the database would drop SQLite's own locks.
final class WorkspaceLock: Sendable {
  private let lock: FileLock

  init(workspace: String) throws(StoreError) {
    do {
      lock = try FileLock(path: Self.realPath(workspace) + "-lock")
    } catch {
      switch error {
      case .held(let process): throw .locked(path: workspace, process: process)
      case .unusable(EACCES), .unusable(EROFS), .unusable(EPERM): throw .readOnly(path: workspace)
      case .unusable(ELOOP):
        throw .cannotWrite(path: workspace, reason: "\(workspace)-lock is a link or has a second name; remove it")
      case .unusable(let number): throw .cannotWrite(path: workspace, reason: String(cString: strerror(number)))
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
