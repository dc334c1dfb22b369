import CZlib
import Glibc
import Tensors
import Text

/// Inflates gzip streams.
package enum Gzip {
  /// Largest result: half of the machine's memory, at most 16 GiB.
  package static let limit = min(16 << 30, sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE)) / 2)
  /// Beyond this size, a compression ratio above `bombRatio` is treated as a decompression bomb; images stay below 100.
  static let bombSize = 256 << 20
  static let bombRatio = 400
  /// Inflated at once: some hundredths of a second.
  private static let piece = 8 << 20

  package static func isGzip(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.count > 2 && bytes[0] == 0x1F && bytes[1] == 0x8B
  }

  static let truncatedFileFix = "The file is incomplete: copy or download it again."

  static func bomb(_ path: String, _ size: Int) -> FileError {
    FileError(
      path: path, reason: "inflates to more than \(size >> 20) MiB; refused as a decompression bomb",
      fix: "If you trust the file, unpack it and load the unpacked file.")
  }

  /// All members of the stream, one after another.
  ///
  /// - Throws: `FileError` with the byte at which the data end or are damaged.
  package static func inflate(_ bytes: UnsafeRawBufferPointer, path: String, limit: Int = Gzip.limit) throws -> Storage
  {
    guard let base = bytes.baseAddress else { throw FileError(path: path, reason: "empty file", fix: truncatedFileFix) }
    var stream = z_stream()
    guard elbo_inflate_begin(&stream) == Z_OK else { throw AllocationError(bytes: 1 << 16) }
    defer { inflateEnd(&stream) }
    var storage = try Storage(byteCount: initialCapacity(bytes, limit))
    var produced = 0
    var consumed = 0
    while true {
      try Stopping.check()
      if produced == storage.byteCount {
        guard produced < limit, produced < bombSize || produced / bombRatio < consumed else {
          throw bomb(path, produced)
        }
        let larger = try Storage(byteCount: Swift.min(storage.byteCount * 2, limit))
        larger.base.copyMemory(from: storage.base, byteCount: produced)
        storage = larger
      }
      let input = Swift.min(bytes.count - consumed, Int(Int32.max))
      let room = Swift.min(storage.byteCount - produced, piece)
      stream.next_in = UnsafeMutablePointer(mutating: (base + consumed).assumingMemoryBound(to: UInt8.self))
      stream.avail_in = UInt32(input)
      stream.next_out = (storage.base + produced).assumingMemoryBound(to: UInt8.self)
      stream.avail_out = UInt32(room)
      let status = CZlib.inflate(&stream, Z_NO_FLUSH)
      consumed += input - Int(stream.avail_in)
      produced += room - Int(stream.avail_out)
      switch status {
      case Z_STREAM_END:
        // Another member may follow; other trailing bytes are ignored.
        guard consumed + 2 < bytes.count, bytes[consumed] == 0x1F, bytes[consumed + 1] == 0x8B,
          inflateReset(&stream) == Z_OK
        else { return Storage(readOnly: storage.base, byteCount: produced) { [storage] _ in _ = storage } }
      case Z_OK: continue
      case Z_BUF_ERROR where stream.avail_out == 0: continue
      case Z_BUF_ERROR:
        throw FileError(
          path: path, reason: "gzip data end early at byte \(NumberText.count(consumed))",
          fix: truncatedFileFix)
      default:
        let detail = stream.msg.map { String(cString: $0) } ?? "error \(status)"
        throw FileError(
          path: path, reason: "gzip data are damaged at byte \(NumberText.count(consumed)): \(detail)",
          fix: "Copy or download the file again.")
      }
    }
  }

  /// The initial capacity: the size in the last four bytes when it is plausible, so that the buffer need not grow.
  private static func initialCapacity(_ bytes: UnsafeRawBufferPointer, _ limit: Int) -> Int {
    let guess = Swift.max(bytes.count * 4, 1 << 16)
    guard bytes.count >= 18 else { return Swift.min(guess, limit) }
    let declaredSize = (0..<4).reduce(0) { $0 | Int(bytes[bytes.count - 4 + $1]) << (8 * $1) }
    return Swift.min(declaredSize > 0 && declaredSize / 40 < bytes.count ? declaredSize + 1 : guess, limit)
  }
}
