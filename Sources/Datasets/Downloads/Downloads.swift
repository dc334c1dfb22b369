import CTransfer
import Glibc
import POSIX
import Tensors

/// Downloads the files of a dataset into a folder, each from the first mirror whose file has the expected hash.
///
/// A file is written as `NAME.gz.part` and renamed when its SHA-256 matches; an interrupted download is resumed.
package struct Downloads {
  let set: KnownSet
  let folder: String
  let mirrors: [String]
  package var connectSeconds = 10
  /// A transfer slower than 512 bytes a second for this long is aborted, and the next mirror is tried.
  package var stallSeconds = 20

  package init(set: KnownSet, folder: String, mirrors: [String]) {
    (self.set, self.folder, self.mirrors) = (set, folder, mirrors)
  }

  /// - Throws: `DownloadError` when every mirror failed; `FileError` for the folder; what `progress` throws.
  package func run(_ progress: (DownloadProgress) throws -> Void) throws {
    try Self.makeFolder(folder)
    let total = set.files.reduce(0) { $0 + $1.packedBytes }
    var before = 0
    for file in set.files {
      let exists = ["\(file.name).gz", file.name].contains { access("\(folder)/\($0)", R_OK) == 0 }
      if !exists {
        try fetch(file) { done in
          try progress(DownloadProgress(file: "\(file.name).gz", done: before + done, total: total))
        }
      }
      before += file.packedBytes
      try progress(DownloadProgress(file: "\(file.name).gz", done: before, total: total))
    }
  }

  private func fetch(_ file: KnownSet.File, progress: (Int) throws -> Void) throws {
    let path = "\(folder)/\(file.name).gz"
    let part = "\(path).part"
    var attempts: [String] = []
    // The beginning from another mirror may be wrong: request the whole file from this mirror.
    var waiting = mirrors[...]
    while let mirror = waiting.popFirst() {
      let url = "\(mirror)/\(file.name).gz"
      let isContinued = access(part, F_OK) == 0
      do {
        try transfer(url, to: part, limit: file.packedBytes, progress: progress)
      } catch let failure as TransferFailure {
        attempts.append("\(Self.host(mirror)): \(failure.text)")
        if failure.isFinal { break }
        continue
      }
      let storage = try FileBytes.map(part)
      // The bytes belong to the storage, which would be released after its last use.
      let found = withExtendedLifetime(storage) { SHA256Digest.hex([storage.bytes]) }
      guard found == file.packedHash else {
        unlink(part)
        if isContinued {
          waiting = [mirror] + waiting
          continue
        }
        attempts.append(
          "\(Self.host(mirror)): \(file.name).gz has SHA-256 \(found.prefix(12))…, not \(file.packedHash.prefix(12))…")
        continue
      }
      guard rename(part, path) == 0 else {
        throw FileError(path: path, reason: SystemError().description)
      }
      return
    }
    throw DownloadError(attempts: attempts)
  }

  private struct TransferFailure: Error {
    let text: String
    /// No other mirror can help.
    var isFinal = false
  }

  /// Passes the closure and its error through C.
  private final class Watcher {
    let progress: (Int) throws -> Void
    var error: (any Error)?
    init(_ progress: @escaping (Int) throws -> Void) { self.progress = progress }
  }

  private func transfer(_ url: String, to part: String, limit: Int, progress: (Int) throws -> Void) throws {
    let descriptor = Self.openPart(part)
    guard descriptor >= 0 else {
      throw FileError(path: part, reason: SystemError().description, fix: "The cache must be writable.")
    }
    defer {
      // Nothing was received, so there is nothing to resume.
      if lseek(descriptor, 0, SEEK_END) == 0 { unlink(part) }
      close(descriptor)
    }
    var from = Int(lseek(descriptor, 0, SEEK_END))
    if from >= limit {
      // The file is already complete (the hash decides), or it is not a partial download of this file.
      if from == limit { return }
      ftruncate(descriptor, 0)
      lseek(descriptor, 0, SEEK_SET)
      from = 0
    }
    try withoutActuallyEscaping(progress) { progress in
      let watcher = Watcher(progress)
      var message = [CChar](repeating: 0, count: Int(ELBO_TRANSFER_MESSAGE))
      func attempt(from: Int) -> elbo_transfer_result {
        message.withUnsafeMutableBufferPointer { message in
          url.withCString { url in
            var request = elbo_transfer_request()
            (request.url, request.descriptor, request.from, request.limit) = (
              url, descriptor, Int64(from), Int64(limit)
            )
            (request.connectSeconds, request.stallSeconds) = (Int32(connectSeconds), Int32(stallSeconds))
            request.message = message.baseAddress
            request.context = Unmanaged.passUnretained(watcher).toOpaque()
            request.progress = { context, done in
              guard let context else { return 0 }
              let watcher = Unmanaged<Watcher>.fromOpaque(context).takeUnretainedValue()
              do { try watcher.progress(Int(done)) } catch { watcher.error = error }
              return watcher.error == nil ? 0 : 1
            }
            return elbo_transfer(&request)
          }
        }
      }
      var result = attempt(from: from)
      if result == ELBO_TRANSFER_NO_RESUME {
        ftruncate(descriptor, 0)
        lseek(descriptor, 0, SEEK_SET)
        result = attempt(from: 0)
      }
      let text = String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      switch result {
      case ELBO_TRANSFER_DONE:
        let size = Int(lseek(descriptor, 0, SEEK_END))
        fchmod(descriptor, 0o644)
        if size < limit { throw TransferFailure(text: "the response ends at byte \(size) of \(limit)") }
      case ELBO_TRANSFER_STOPPED: throw watcher.error ?? TransferFailure(text: "stopped", isFinal: true)
      case ELBO_TRANSFER_UNWRITABLE:
        throw FileError(path: part, reason: text, fix: "The cache directory needs free space and write permission.")
      case ELBO_TRANSFER_NO_LIBRARY:
        throw TransferFailure(text: "libcurl is not installed (apt install libcurl4)", isFinal: true)
      default: throw TransferFailure(text: text.isEmpty ? "no response" : text)
      }
    }
  }

  /// What an interrupted download left, to be continued, else a new file. Its name can be guessed, so nothing that
  /// somebody put there is written to: no link, no file of another owner, none that has a second name.
  private static func openPart(_ path: String) -> Int32 {
    let flags = O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC
    let found = open(path, flags, 0o600)
    if found < 0, errno != ELOOP { return found }
    if found >= 0 {
      var status = stat()
      if fstat(found, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_nlink == 1,
        status.st_uid == geteuid()
      {
        return found
      }
      close(found)
    }
    unlink(path)
    return open(path, flags | O_EXCL, 0o600)
  }

  /// `https://host/path` → `host`.
  private static func host(_ url: String) -> String {
    let parts = url.split(separator: "/", omittingEmptySubsequences: true)
    return parts.count > 1 ? String(parts[1]) : url
  }

  static func makeFolder(_ path: String) throws(FileError) {
    if mkdir(path, 0o755) == 0 || errno == EEXIST { return }
    if errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex {
      try makeFolder(String(path[..<slash]))
      if mkdir(path, 0o755) == 0 || errno == EEXIST { return }
    }
    throw FileError(path: path, reason: SystemError().description, fix: "The cache must be writable.")
  }
}
