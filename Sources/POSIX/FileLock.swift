import Glibc
import Synchronization

/// An exclusive lock between processes: `flock` on a file of its own, which the system lets go of when the process
/// ends, however it ends. The file goes when the lock is released.
package final class FileLock: Sendable {
  package enum Failure: Error, Equatable, Sendable {
    /// Another process has it; its id when known.
    case held(process: Int?)
    /// `errno` of what went wrong; `ELOOP` for what is no file of its own, such as a link that somebody put there.
    case unusable(Int32)
  }
  private let path: String
  private let descriptor: Mutex<Int32?>

  package init(path: String) throws(Failure) {
    self.path = path
    descriptor = Mutex(try Self.locked(path))
  }

  deinit { release() }

  /// Takes the file away and lets go. Whoever has opened it meanwhile finds that it is no longer the one of that name.
  package func release() {
    descriptor.withLock { descriptor in
      guard let held = descriptor else { return }
      unlink(path)
      close(held)
      descriptor = nil
    }
  }

  /// Lets go and leaves the file: what it guards will be found again.
  package func abandon() {
    descriptor.withLock { descriptor in
      if let held = descriptor { close(held) }
      descriptor = nil
    }
  }

  /// Whether somebody holds the lock on this file.
  package static func isHeld(_ path: String) -> Bool {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return flock(descriptor, LOCK_SH | LOCK_NB) != 0
  }

  private static func locked(_ path: String) throws(Failure) -> Int32 {
    while true {
      let descriptor = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o644)
      guard descriptor >= 0 else {
        if errno == EINTR { continue }
        throw .unusable(errno)
      }
      guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
        let failure = errno
        defer { close(descriptor) }
        throw failure == EWOULDBLOCK ? .held(process: owner(descriptor)) : .unusable(failure)
      }
      // The one that held it may have taken the file away between our opening and our locking: then this is a lock that
      // nobody else sees.
      var (held, named) = (stat(), stat())
      guard fstat(descriptor, &held) == 0, lstat(path, &named) == 0, held.st_ino == named.st_ino,
        held.st_dev == named.st_dev
      else {
        close(descriptor)
        continue
      }
      // Its content is written over: not that of a file with another name.
      guard held.st_mode & S_IFMT == S_IFREG, held.st_nlink == 1 else {
        close(descriptor)
        throw .unusable(ELOOP)
      }
      ftruncate(descriptor, 0)
      let text = Array(String(getpid()).utf8)
      pwrite(descriptor, text, text.count, 0)
      return descriptor
    }
  }

  private static func owner(_ descriptor: Int32) -> Int? {
    var text = [UInt8](repeating: 0, count: 20)
    let count = pread(descriptor, &text, text.count, 0)
    return count > 0 ? Int(String(decoding: text[..<count], as: UTF8.self)) : nil
  }
}
