import Glibc

/// What is wrong with a file, and where.
package struct FileError: Error, Equatable, Sendable, CustomStringConvertible {
  package let path: String
  package let reason: String
  /// What to do about it, when that is known.
  package let fix: String?

  package init(path: String, reason: String, fix: String? = nil) {
    (self.path, self.reason, self.fix) = (path, reason, fix)
  }

  package var description: String { "\(path): \(reason)" }
}

/// Whole files by name.
package enum FileBytes {
  /// A file mapped into memory, read-only; pages are read when touched.
  package static func map(_ path: String) throws(FileError) -> Storage {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError(path: path, reason: String(cString: strerror(errno))) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw FileError(path: path, reason: String(cString: strerror(errno))) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw FileError(path: path, reason: "not a regular file") }
    let count = Int(status.st_size)
    guard count > 0 else { throw FileError(path: path, reason: "empty file") }
    guard let memory = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), memory != MAP_FAILED else {
      throw FileError(path: path, reason: String(cString: strerror(errno)))
    }
    return Storage(readOnly: memory, byteCount: count, isMappedFile: true) { munmap($0, count) }
  }

  /// Writes a file so that it is either all there or not at all: a temporary file beside it, synced, then renamed.
  package static func write(_ pieces: [UnsafeRawBufferPointer], to path: String) throws(FileError) {
    let temporary = "\(path).\(getpid()).part"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw FileError(path: path, reason: String(cString: strerror(errno))) }
    var failure: Int32 = 0
    outer: for piece in pieces {
      var done = 0
      while done < piece.count, let base = piece.baseAddress {
        let written = Glibc.write(descriptor, base + done, piece.count - done)
        if written < 0 {
          if errno == EINTR { continue }
          failure = errno
          break outer
        }
        done += written
      }
    }
    if failure == 0, fsync(descriptor) != 0 { failure = errno }
    close(descriptor)
    if failure == 0, rename(temporary, path) != 0 { failure = errno }
    if failure != 0 {
      unlink(temporary)
      throw FileError(path: path, reason: String(cString: strerror(failure)))
    }
  }
}
