import Glibc
import POSIX

/// An error in a file, with its place.
package struct FileError: Error, Equatable, Sendable, CustomStringConvertible {
  package let path: String
  package let reason: String
  /// How to fix it, if known.
  package let fix: String?

  package init(path: String, reason: String, fix: String? = nil) {
    (self.path, self.reason, self.fix) = (path, reason, fix)
  }

  package var description: String { "\(path): \(reason)" }
}

/// Whole files by name.
package enum FileBytes {
  /// Files from this size on stay on disk and are mapped: their pages are read on access.
  ///
  /// Smaller ones are read completely, so that they do not change when another program rewrites them: accessing a
  /// mapped file beyond its end after it was truncated would kill the process.
  package static let mappedSize = 512 << 20

  /// All bytes of a regular file; larger ones than `mappedSize` are mapped, read-only.
  ///
  /// - Throws: `FileError` for a file that is missing, unreadable, empty, or not a regular file (pipes are rejected without waiting).
  package static func map(_ path: String) throws(FileError) -> Storage {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw FileError(path: path, reason: SystemError().description) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw FileError(path: path, reason: SystemError().description) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw FileError(path: path, reason: "not a regular file") }
    let count = Int(status.st_size)
    guard count > 0 else { throw FileError(path: path, reason: "empty file", fix: "Write or copy it again.") }
    guard count >= mappedSize else { return try read(descriptor, count, path) }
    guard let memory = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), memory != MAP_FAILED else {
      throw FileError(path: path, reason: SystemError().description)
    }
    return Storage(readOnly: memory, byteCount: count, isMappedFile: true) { munmap($0, count) }
  }

  private static func read(_ descriptor: Int32, _ count: Int, _ path: String) throws(FileError) -> Storage {
    let storage: Storage
    do { storage = try Storage(byteCount: count) } catch { throw FileError(path: path, reason: error.description) }
    var done = 0
    while done < count {
      let got = Glibc.read(descriptor, storage.base + done, count - done)
      if got < 0, errno == EINTR { continue }
      guard got > 0 else {
        let reason = got < 0 ? SystemError().description : "the file became shorter while it was read"
        throw FileError(path: path, reason: reason)
      }
      done += got
    }
    return storage
  }

  /// Writes a file atomically: a temporary file beside it, synced, then renamed. Links are
  /// followed and permissions stay; anything but a regular file, such as a pipe, is written directly.
  package static func write(_ pieces: [UnsafeRawBufferPointer], to path: String) throws(FileError) {
    let (target, mode, isReplaced) = place(of: path)
    guard isReplaced else { return try writeInto(path, pieces) }
    let file: TemporaryFile
    do { file = try TemporaryFile(beside: target) } catch { throw FileError(path: path, reason: error.description) }
    for piece in pieces {
      let failure = Descriptor.write(piece, to: file.descriptor)
      guard failure == 0 else {
        file.discard()
        throw FileError(path: path, reason: SystemError(failure).description)
      }
    }
    do { try file.replaceTarget(mode: mode) } catch { throw FileError(path: path, reason: error.description) }
  }

  private static func writeInto(_ path: String, _ pieces: [UnsafeRawBufferPointer]) throws(FileError) {
    let descriptor = open(path, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError(path: path, reason: SystemError().description) }
    var failure: Int32 = 0
    for piece in pieces where failure == 0 { failure = Descriptor.write(piece, to: descriptor) }
    if close(descriptor) != 0, failure == 0 { failure = errno }
    if failure != 0 { throw FileError(path: path, reason: SystemError(failure).description) }
  }

  /// The same of bytes in an array.
  package static func write(_ bytes: [UInt8], to path: String) throws(FileError) {
    let result = bytes.withUnsafeBytes { buffer in
      Result { () throws(FileError) in try write([buffer], to: path) }
    }
    try result.get()
  }

  /// The file that a path leads to, its permissions if it is there, and whether another may take its place.
  package static func place(of path: String) -> (target: String, mode: mode_t?, isReplaced: Bool) {
    var status = stat()
    guard stat(path, &status) == 0 else { return (path, nil, true) }
    guard status.st_mode & S_IFMT == S_IFREG else { return (path, nil, false) }
    guard let whole = realpath(path, nil) else { return (path, status.st_mode & 0o7777, true) }
    defer { free(whole) }
    return (String(cString: whole), status.st_mode & 0o7777, true)
  }
}
