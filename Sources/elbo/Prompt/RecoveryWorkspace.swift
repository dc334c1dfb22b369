import Glibc
import Terminal

/// A workspace that an interactive session keeps when nobody named one, so that a crash loses nothing.
///
/// It lies under `$XDG_STATE_HOME/elbo/recovery` and is locked while its program lives. One that nobody has locked is left
/// from a session that ended badly; a session that ends well takes its own away.
struct RecoveryWorkspace {
  let path: String
  private let lock: Int32

  /// The folder of all of them.
  static func folder(_ process: ProcessContext) -> String { process.stateFolder + "/recovery" }

  /// The workspace of this session: one that ended badly if the person wants it, else a new one.
  static func chosen(_ process: ProcessContext, _ editor: LineEditor) -> RecoveryWorkspace? {
    for old in abandoned(process) {
      writeAll("The session of \(old.lastUse) ended badly; what was finished in it is kept.\n", to: STDOUT_FILENO)
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
            writeAll("'\(answer)' was not run: the session is not open yet.\n", to: STDOUT_FILENO)
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
  private static func make(_ process: ProcessContext) -> RecoveryWorkspace? {
    let folder = folder(process)
    guard makeFolder(folder) else { return nil }
    var now = time(nil)
    var parts = tm()
    localtime_r(&now, &parts)
    var stamp = [CChar](repeating: 0, count: 32)
    strftime(&stamp, stamp.count, "%Y%m%d-%H%M%S", &parts)
    let name = stamp.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "session" }
    return RecoveryWorkspace(locking: "\(folder)/\(name)-\(getpid()).elbodb")
  }

  /// Those that ended badly, newest first, locked for this program.
  private static func abandoned(_ process: ProcessContext) -> [RecoveryWorkspace] {
    let folder = folder(process)
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name.hasSuffix(".elbodb") { names.append(name) }
    }
    return names.sorted(by: >).compactMap { RecoveryWorkspace(locking: folder + "/" + $0) }
  }

  private init?(locking path: String) {
    let lock = open(path + ".lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard lock >= 0 else { return nil }
    guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
      close(lock)
      return nil
    }
    self.path = path
    self.lock = lock
  }

  /// When it was last written, as the person's clock said then.
  var lastUse: String {
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
  func release() { close(lock) }

  /// Takes it away.
  func remove() {
    for suffix in ["", "-wal", "-shm", "-lock", ".lock"] { unlink(path + suffix) }
    close(lock)
  }
}
