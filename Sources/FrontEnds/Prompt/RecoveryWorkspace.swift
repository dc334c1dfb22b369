import Glibc
import POSIX
import Terminal

/// A workspace that a prompt or a notebook's kernel keeps when nobody named one, so that a crash loses nothing.
///
/// It lies under `$XDG_STATE_HOME/elbo/recovery` and is locked while its program lives. An unlocked one was left
/// by a session that did not exit cleanly; a session that exits cleanly deletes its own.
package struct RecoveryWorkspace {
  package let path: String
  private let lock: FileLock

  /// The folder of all of them.
  package static func folder(_ process: ProcessContext) -> String { process.stateFolder + "/recovery" }

  /// The workspace of this session: one of a session that did not exit cleanly if the user wants it, else a new one.
  package static func chosen(_ process: ProcessContext, _ editor: LineEditor) -> RecoveryWorkspace? {
    for old in abandoned(process) {
      process.say("The session of \(old.lastUse) did not exit cleanly; completed cells were saved.")
      var isOpen = true
      while isOpen {
        isOpen = false
        switch editor.readLine(prompt: "Open it? [Y]es, [n]o, delete it, [l]ater: ", isStatement: false) {
        case .line(let answer):
          switch answer.lowercased().trimmingPrefix(" ") {
          case "", "y", "yes": return old
          case "n", "no": old.remove()
          case "l", "later": old.release()
          default:
            // The answer may be a statement that was typed ahead, so nothing is deleted.
            process.say("'\(answer)' was not run: answer y, n or l first.")
            isOpen = true
          }
        case .terminated(let signal): exit(128 + signal)
        default:
          writeAll("\n", to: STDOUT_FILENO)
          old.release()
        }
      }
    }
    return make(process)
  }

  /// A new one; nil when the folder cannot be written: the session then stays in memory.
  package static func make(_ process: ProcessContext) -> RecoveryWorkspace? {
    let folder = folder(process)
    guard makeFolder(folder) else { return nil }
    var now = time(nil)
    var parts = tm()
    localtime_r(&now, &parts)
    var stamp = [CChar](repeating: 0, count: 32)
    strftime(&stamp, stamp.count, "%Y%m%d-%H%M%S", &parts)
    let name = stamp.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "session" }
    return RecoveryWorkspace(locking: "\(folder)/\(name)-\(TemporaryFile.secret).elbodb", isNew: true)
  }

  /// Workspaces of sessions that did not exit cleanly, newest first, locked by this program.
  private static func abandoned(_ process: ProcessContext) -> [RecoveryWorkspace] {
    all(process).compactMap { RecoveryWorkspace(locking: $0) }
  }

  /// The same without a lock: others may look at the same time.
  package static func abandonedPaths(_ process: ProcessContext) -> [String] {
    all(process).filter { path in ![".lock", "-lock"].contains { FileLock.isHeld(path + $0) } }
  }

  /// Every recovery workspace there is, newest first.
  private static func all(_ process: ProcessContext) -> [String] {
    let folder = folder(process)
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name.hasSuffix(".elbodb") { names.append(name) }
    }
    return names.sorted(by: >).map { folder + "/" + $0 }
  }

  package init?(locking path: String, isNew: Bool = false) {
    guard let lock = try? FileLock(path: path + ".lock") else { return nil }
    // One that ended well between the look at the folder and the lock has been taken away.
    guard isNew || access(path, F_OK) == 0 else {
      lock.release()
      return nil
    }
    (self.path, self.lock) = (path, lock)
  }

  /// The local time of the last write.
  package var lastUse: String { Self.lastUse(of: path) }

  package static func lastUse(of path: String) -> String {
    var status = stat()
    guard stat(path, &status) == 0 else { return "an unknown time" }
    var parts = tm()
    localtime_r(&status.st_mtim.tv_sec, &parts)
    var text = [CChar](repeating: 0, count: 64)
    strftime(&text, text.count, "%e %B, %H:%M", &parts)
    return text.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
      .split(separator: " ").joined(separator: " ")
  }

  /// Unlocks it without changes, so that it is offered again.
  package func release() { lock.abandon() }

  /// Deletes it.
  package func remove() {
    for suffix in ["", "-wal", "-shm", "-lock"] { unlink(path + suffix) }
    lock.release()
  }
}
