import CZlib
import Tensors

/// Inflates gzip streams.
package enum Gzip {
  /// Largest result; beyond it a file is taken for a bomb.
  package static let limit = 8 << 30

  package static func isGzip(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.count > 2 && bytes[0] == 0x1F && bytes[1] == 0x8B
  }

  /// All members of the stream, one after another.
  ///
  /// - Throws: `FileError` that says at which byte the data end early or are damaged.
  package static func inflate(_ bytes: UnsafeRawBufferPointer, path: String, limit: Int = Gzip.limit) throws -> Storage
  {
    guard let base = bytes.baseAddress else { throw FileError(path: path, reason: "empty file") }
    var stream = z_stream()
    guard elbo_inflate_begin(&stream) == Z_OK else { throw AllocationError(bytes: 1 << 16) }
    defer { inflateEnd(&stream) }
    var storage = try Storage(byteCount: Swift.max(bytes.count * 4, 1 << 16))
    var produced = 0
    var consumed = 0
    while true {
      if produced == storage.byteCount {
        guard produced < limit else {
          throw FileError(
            path: path, reason: "inflates to more than \(limit >> 30) GiB; refused as a decompression bomb")
        }
        let larger = try Storage(byteCount: Swift.min(storage.byteCount * 2, limit))
        larger.base.copyMemory(from: storage.base, byteCount: produced)
        storage = larger
      }
      let input = Swift.min(bytes.count - consumed, Int(Int32.max))
      let room = Swift.min(storage.byteCount - produced, Int(Int32.max))
      stream.next_in = UnsafeMutablePointer(mutating: (base + consumed).assumingMemoryBound(to: UInt8.self))
      stream.avail_in = UInt32(input)
      stream.next_out = (storage.base + produced).assumingMemoryBound(to: UInt8.self)
      stream.avail_out = UInt32(room)
      let status = CZlib.inflate(&stream, Z_NO_FLUSH)
      consumed += input - Int(stream.avail_in)
      produced += room - Int(stream.avail_out)
      switch status {
      case Z_STREAM_END:
        // Another member may follow; anything else behind is not read.
        guard consumed + 2 < bytes.count, bytes[consumed] == 0x1F, bytes[consumed + 1] == 0x8B,
          inflateReset(&stream) == Z_OK
        else { return Storage(readOnly: storage.base, byteCount: produced) { [storage] _ in _ = storage } }
      case Z_OK: continue
      case Z_BUF_ERROR where stream.avail_out == 0: continue
      case Z_BUF_ERROR: throw FileError(path: path, reason: "gzip data end early at byte \(consumed)")
      default:
        let detail = stream.msg.map { String(cString: $0) } ?? "error \(status)"
        throw FileError(path: path, reason: "gzip data are damaged at byte \(consumed): \(detail)")
      }
    }
  }
}
