import Glibc
import POSIX
import Tensors

/// The input history, in a file shared by running programs: each appends under a lock, and reads what others added.
///
/// One entry per line; a newline inside an entry is written `\n`, a backslash `\\`. Entries are only ever appended,
/// except that a start which finds more than `limit` of them keeps the newest half.
package final class HistoryFile {
  private let path: String
  private let limit: Int
  private var offset = 0
  private var inode: ino_t = 0

  package init(path: String, limit: Int = 20_000) {
    self.path = path
    self.limit = limit
  }

  /// Entries that were added since the last call (all entries on the first call), oldest first.
  package func newEntries() -> [String] {
    // The first reading may shorten the file, and no other program may append to it meanwhile.
    guard let (descriptor, status) = locked(O_RDONLY, inode == 0 ? LOCK_EX : LOCK_SH) else { return [] }
    defer { close(descriptor) }
    let isFirstReading = inode == 0
    if status.st_ino != inode || Int(status.st_size) < offset {
      // First reading, or another program shortened the file: after the first, only what comes later is new.
      inode = status.st_ino
      offset = isFirstReading ? 0 : Int(status.st_size)
    }
    guard let text = read(descriptor, from: offset) else { return [] }
    offset += text.count
    var entries = text.split(separator: UInt8(ascii: "\n")).map { Self.unescape(String(decoding: $0, as: UTF8.self)) }
    if isFirstReading, entries.count > limit {
      entries = Array(entries.suffix(limit / 2))
      shorten(to: entries)
    }
    return entries
  }

  /// Adds an entry for every program that shares the file. False when it cannot be written: history is then kept in memory.
  @discardableResult
  package func append(_ entry: String) -> Bool {
    guard let (descriptor, _) = locked(O_WRONLY | O_APPEND | O_CREAT, LOCK_EX) else { return false }
    defer { close(descriptor) }
    return writeAll(Self.escape(entry) + "\n", to: descriptor)
  }

  /// The file, open and locked. One that another program has replaced while this one waited is opened again: what is written
  /// to it would be lost.
  private func locked(_ flags: Int32, _ lock: Int32) -> (descriptor: Int32, status: stat)? {
    while true {
      let descriptor = open(path, flags | O_CLOEXEC, 0o600)
      guard descriptor >= 0 else { return nil }
      while flock(descriptor, lock) != 0, errno == EINTR {}
      var (held, named) = (stat(), stat())
      guard fstat(descriptor, &held) == 0 else {
        close(descriptor)
        return nil
      }
      if stat(path, &named) == 0, named.st_ino == held.st_ino { return (descriptor, held) }
      close(descriptor)
    }
  }

  private func shorten(to entries: [String]) {
    // Where a link leads: the link itself stays.
    let (target, mode, _) = FileBytes.place(of: path)
    guard let fresh = try? TemporaryFile(beside: target) else { return }
    var status = stat()
    guard writeAll(entries.map { Self.escape($0) + "\n" }.joined(), to: fresh.descriptor),
      fstat(fresh.descriptor, &status) == 0
    else { return fresh.discard() }
    guard (try? fresh.replaceTarget(mode: mode ?? 0o600)) != nil else { return }
    inode = status.st_ino
    offset = Int(status.st_size)
  }

  private func read(_ descriptor: Int32, from start: Int) -> [UInt8]? {
    guard lseek(descriptor, off_t(start), SEEK_SET) >= 0 else { return nil }
    let bytes = Descriptor.readToEnd(descriptor)
    // Only whole lines: one that another program is writing comes with the next call.
    guard let last = bytes.lastIndex(of: UInt8(ascii: "\n")) else { return [] }
    return Array(bytes[...last])
  }

  package static func escape(_ entry: String) -> String {
    var result = ""
    for scalar in entry.unicodeScalars {
      switch scalar {
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  package static func unescape(_ line: String) -> String {
    var result = ""
    var isEscaped = false
    for scalar in line.unicodeScalars {
      if isEscaped {
        result += scalar == "n" ? "\n" : String(scalar)
        isEscaped = false
      } else if scalar == "\\" {
        isEscaped = true
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
