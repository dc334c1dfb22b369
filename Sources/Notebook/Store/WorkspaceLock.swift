import Glibc

/// Keeps a second process from writing the same workspace: an exclusive `flock` on `PATH-lock`, which the system lets go
/// of when the process ends, however it ends.
///
/// The lock is on a file of its own: closing a second descriptor of the database would drop SQLite's own locks.
final class WorkspaceLock: Sendable {
  private let descriptor: Int32
  private let path: String

  init(workspace: String) throws(StoreError) {
    path = workspace + "-lock"
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      if errno == EACCES || errno == EROFS || errno == EPERM { throw .readOnly(path: workspace) }
      throw .cannotWrite(path: workspace, reason: String(cString: strerror(errno)))
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      var text = [UInt8](repeating: 0, count: 20)
      let count = pread(descriptor, &text, text.count, 0)
      close(descriptor)
      let process = count > 0 ? Int(String(decoding: text[..<count], as: UTF8.self)) : nil
      throw .locked(path: workspace, process: process)
    }
    ftruncate(descriptor, 0)
    let text = Array(String(getpid()).utf8)
    pwrite(descriptor, text, text.count, 0)
  }

  // The file is not deleted: a process that has just opened it could hold the lock of the deleted file.
  deinit { close(descriptor) }
}
