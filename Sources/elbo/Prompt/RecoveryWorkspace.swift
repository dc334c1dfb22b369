import Glibc
import Notebook
import Tensors
import Terminal

/// A workspace that a prompt or a notebook's kernel keeps when nobody named one, so that a crash loses nothing.
///
/// It lies under `$XDG_STATE_HOME/elbo/recovery` and is locked while its program lives. One that nobody has locked is left
/// from a session that ended badly; a session that ends well takes its own away.
struct RecoveryWorkspace {
  let path: String
  private let lock: FileLock

  /// The folder of all of them.
  static func folder(_ process: ProcessContext) -> String { process.stateFolder + "/recovery" }

  /// The workspace of this session: one that ended badly if the person wants it, else a new one.
  static func chosen(_ process: ProcessContext, _ editor: LineEditor) -> RecoveryWorkspace? {
    for old in abandoned(process) {
      process.say("The session of \(old.lastUse) ended badly; what was finished in it is kept.")
      var isOpen = true
      while isOpen {
        isOpen = false
        switch editor.readLine(prompt: "Open it? [Y]es, [n]o and forget it, [l]ater: ") {
        case .line(let answer):
          switch answer.lowercased().trimmingPrefix(" ") {
          case "", "y", "yes": return old
          case "n", "no": old.remove()
          case "l", "later": old.release()
          default:
            // Perhaps a statement, typed ahead: nothing is forgotten for it.
            process.say("'\(answer)' was not run: the session is not open yet.")
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

  /// A new one; nil when the folder cannot be written: the session is then kept in memory.
  static func make(_ process: ProcessContext) -> RecoveryWorkspace? {
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

  /// Those that ended badly, newest first, locked for this program.
  private static func abandoned(_ process: ProcessContext) -> [RecoveryWorkspace] {
    all(process).compactMap { RecoveryWorkspace(locking: $0) }
  }

  /// The same without a lock: others may look at the same time.
  static func abandonedPaths(_ process: ProcessContext) -> [String] {
    all(process).filter { path in ![".lock", "-lock"].contains { isLocked(path + $0) } }
  }

  private static func isLocked(_ path: String) -> Bool {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return flock(descriptor, LOCK_SH | LOCK_NB) != 0
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

  init?(locking path: String, isNew: Bool = false) {
    guard let lock = try? FileLock(path: path + ".lock") else { return nil }
    // One that ended well between the look at the folder and the lock has been taken away.
    guard isNew || access(path, F_OK) == 0 else {
      lock.release()
      return nil
    }
    (self.path, self.lock) = (path, lock)
  }

  /// When it was last written, as the person's clock said then.
  var lastUse: String { Self.lastUse(of: path) }

  static func lastUse(of path: String) -> String {
    var status = stat()
    guard stat(path, &status) == 0 else { return "an unknown time" }
    var parts = tm()
    localtime_r(&status.st_mtim.tv_sec, &parts)
    var text = [CChar](repeating: 0, count: 64)
    strftime(&text, text.count, "%e %B, %H:%M", &parts)
    return text.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
      .split(separator: " ").joined(separator: " ")
  }

  /// Lets go of it without touching it: it will be found again.
  func release() { lock.abandon() }

  /// Takes it away.
  func remove() {
    for suffix in ["", "-wal", "-shm", "-lock"] { unlink(path + suffix) }
    lock.release()
  }
}
