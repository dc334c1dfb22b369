import Glibc

/// A new file that stands in for another until it is whole.
///
/// It is made in the same folder, so that a rename puts it in place; under a name that nobody can guess, with `O_EXCL`
/// and `O_NOFOLLOW`, so that a link which somebody put there is never written through; and nobody else may read it
/// before it is whole. Every temporary file of the program is one of these.
package struct TemporaryFile {
  package let path: String
  package let descriptor: Int32
  private let target: String

  /// - Throws: When the folder of `target` takes no new file.
  package init(beside target: String) throws(SystemError) {
    self.target = target
    let folder = Self.folder(of: target)
    for _ in 0..<8 {
      let name = folder + ".elbo-" + Self.secret + ".part"
      let opened = open(name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
      if opened >= 0 {
        (path, descriptor) = (name, opened)
        return
      }
      if errno != EEXIST, errno != EINTR { break }
    }
    throw SystemError()
  }

  /// Puts it in the place of `target`, synced, with these permissions (default: those of a new file).
  package func replaceTarget(mode: mode_t? = nil) throws(SystemError) {
    var failure: Int32 = 0
    if fchmod(descriptor, mode ?? Self.ordinaryMode) != 0 { failure = errno }
    if failure == 0, fsync(descriptor) != 0 { failure = errno }
    if close(descriptor) != 0, failure == 0 { failure = errno }
    if failure == 0, rename(path, target) != 0 { failure = errno }
    guard failure != 0 else { return }
    unlink(path)
    throw SystemError(failure)
  }

  /// Takes it away.
  package func discard() {
    unlink(path)
    close(descriptor)
  }

  /// 128 random bits: names made of them are neither guessed nor met twice.
  package static var secret: String {
    let digits = [UInt64.random(in: 0 ... .max), .random(in: 0 ... .max)].map { word in
      let text = String(word, radix: 16)
      return String(repeating: "0", count: 16 - text.count) + text
    }
    return digits.joined()
  }

  /// What `open` gives a new file: read and write, without what the umask forbids.
  private static let ordinaryMode: mode_t = {
    // It can only be read by setting it: for a moment new files are private.
    let mask = umask(0o077)
    umask(mask)
    return 0o666 & ~mask
  }()

  /// The path up to its last slash, that included; byte by byte, for a combining mark makes a slash another Character.
  private static func folder(of path: String) -> String {
    let bytes = Array(path.utf8)
    guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return "" }
    return String(decoding: bytes[...slash], as: UTF8.self)
  }
}
