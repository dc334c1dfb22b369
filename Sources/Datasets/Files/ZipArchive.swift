import CZip
import Tensors
import Text

/// A zip archive in memory, read by libzip.
final class ZipArchive {
  struct Entry {
    let name: String
    let size: Int
    let packedSize: Int
    fileprivate let index: UInt64
  }

  let entries: [Entry]
  private let archive: OpaquePointer
  private let storage: Storage
  private let path: String

  /// - Throws: `FileError` when it is not an archive, when an entry's name leaves the archive's folder (`..`, a leading
  ///   `/`), or when an entry is encrypted.
  init(_ storage: Storage, path: String) throws(FileError) {
    (self.storage, self.path) = (storage, path)
    var error = zip_error_t()
    zip_error_init(&error)
    defer { zip_error_fini(&error) }
    guard let source = zip_source_buffer_create(storage.base, UInt64(storage.byteCount), 0, &error) else {
      throw Self.failure(path, "cannot be opened", &error)
    }
    guard let archive = zip_open_from_source(source, ZIP_RDONLY, &error) else {
      zip_source_free(source)
      throw Self.failure(path, "is not a complete zip archive", &error)
    }
    self.archive = archive
    var entries: [Entry] = []
    do {
      for index in 0..<UInt64(Swift.max(0, zip_get_num_entries(archive, 0))) {
        entries.append(try Self.entry(archive, index, path))
      }
    } catch {
      zip_discard(archive)
      throw error
    }
    self.entries = entries
  }

  deinit { zip_discard(archive) }

  private static func entry(_ archive: OpaquePointer, _ index: UInt64, _ path: String) throws(FileError) -> Entry {
    var status = zip_stat_t()
    guard zip_stat_index(archive, index, 0, &status) == 0, let text = status.name else {
      throw FileError(
        path: path, reason: "entry \(index) of the zip archive cannot be read", fix: Gzip.truncatedFileFix)
    }
    let name = String(cString: text)
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    guard !name.hasPrefix("/"), !parts.contains(".."), !name.contains("\\") else {
      throw FileError(
        path: path, reason: "the zip entry '\(name)' points outside of the archive; refused",
        fix: "Write the archive again with numpy.savez.")
    }
    guard status.encryption_method == 0 else {
      throw FileError(
        path: path, reason: "the zip entry '\(name)' is encrypted", fix: "Write the archive again without a password.")
    }
    return Entry(
      name: name, size: Int(clamping: status.size), packedSize: Int(clamping: status.comp_size), index: index)
  }

  /// An entry's content, checked against its CRC-32.
  func read(_ entry: Entry, limit: Int = Gzip.limit) throws -> Storage {
    let place = "\(path):\(entry.name)"
    guard entry.size > 0 else { throw FileError(path: place, reason: "empty entry", fix: Self.corruptFileFix) }
    guard entry.packedSize <= storage.byteCount else {
      throw FileError(
        path: place, reason: "the entry declares \(entry.packedSize) bytes, the archive is smaller",
        fix: Self.corruptFileFix)
    }
    // Deflate expands one byte to at most 1032.
    guard entry.size / 1040 <= entry.packedSize else {
      throw FileError(
        path: place, reason: "the entry declares \(entry.size) bytes, more than its data can hold",
        fix: Self.corruptFileFix)
    }
    guard entry.size < limit, entry.size < Gzip.bombSize || entry.size / Gzip.bombRatio < entry.packedSize else {
      throw Gzip.bomb(place, entry.size)
    }
    guard let file = zip_fopen_index(archive, entry.index, 0) else {
      throw Self.failure(place, "cannot be unpacked", zip_get_error(archive))
    }
    defer { zip_fclose(file) }
    let content = try Storage(byteCount: entry.size)
    var done = 0
    while done < entry.size {
      try Stopping.check()
      let count = Int(zip_fread(file, content.base + done, UInt64(min(entry.size - done, 8 << 20))))
      if count < 0 { throw Self.failure(place, "is damaged", zip_file_get_error(file)) }
      if count == 0 {
        throw FileError(
          path: place, reason: "ends at byte \(NumberText.count(done)) of \(NumberText.count(entry.size))",
          fix: Self.corruptFileFix)
      }
      done += count
    }
    // One byte more makes libzip compare the checksum.
    var rest: UInt8 = 0
    guard zip_fread(file, &rest, 1) == 0 else { throw Self.failure(place, "is damaged", zip_file_get_error(file)) }
    return content
  }

  private static let corruptFileFix = "Copy or download the file again, or write it again with numpy.savez."

  private static func failure(
    _ path: String, _ what: String, _ error: UnsafeMutablePointer<zip_error_t>?
  ) -> FileError {
    let detail = error.map { String(cString: zip_error_strerror($0)) } ?? "unknown error"
    return FileError(path: path, reason: "\(what): \(detail)", fix: "Copy or download the file again.")
  }
}
