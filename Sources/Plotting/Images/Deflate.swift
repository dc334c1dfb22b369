import CZlib
import Dispatch

/// zlib streams (RFC 1950) of filtered pixels, large ones packed by two threads.
enum Deflate {
  /// Fewer bytes than this are packed in less time than a thread takes to wake.
  private static let parallelThreshold = 1 << 18

  private struct Part {
    var packed: [UInt8] = []
    var checksum: UInt = 1
    var count = 0
  }

  static func stream(_ bytes: [UInt8]) -> [UInt8] {
    let parts = bytes.count >= parallelThreshold ? 2 : 1
    var results = [Part](repeating: Part(), count: parts)
    bytes.withUnsafeBufferPointer { bytes in
      results.withUnsafeMutableBufferPointer { results in
        // Each iteration writes its own element.
        nonisolated(unsafe) let (bytes, results) = (bytes, results)
        DispatchQueue.concurrentPerform(iterations: parts) { index in
          let range = bytes.count * index / parts..<bytes.count * (index + 1) / parts
          results[index] = part(UnsafeBufferPointer(rebasing: bytes[range]), isLast: index == parts - 1)
        }
      }
    }
    let sum = results.dropFirst().reduce(results[0].checksum) { adler32_combine($0, $1.checksum, $1.count) }
    // Method 8, a window of 32 kB, the fastest level.
    return [0x78, 0x01] + results.flatMap(\.packed) + PNG.bigEndian(Int(sum))
  }

  /// Blocks without a header; all but the last part end on a whole byte with an empty block, so that another may follow.
  private static func part(_ bytes: UnsafeBufferPointer<UInt8>, isLast: Bool) -> Part {
    var stream = z_stream()
    // Differences of pixels are small numbers without much repetition: Z_FILTERED spends the time on their codes.
    let started = deflateInit2_(
      &stream, 1, Z_DEFLATED, -15, 9, Z_FILTERED, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    precondition(started == Z_OK, "deflateInit2: \(started)")
    defer { deflateEnd(&stream) }
    let room = Int(deflateBound(&stream, UInt(bytes.count))) + 16
    let packed = [UInt8](unsafeUninitializedCapacity: room) { out, count in
      stream.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress)
      stream.avail_in = UInt32(bytes.count)
      stream.next_out = out.baseAddress
      stream.avail_out = UInt32(room)
      let ended = deflate(&stream, isLast ? Z_FINISH : Z_SYNC_FLUSH)
      precondition(ended == (isLast ? Z_STREAM_END : Z_OK) && stream.avail_in == 0, "deflate: \(ended)")
      count = room - Int(stream.avail_out)
    }
    return Part(packed: packed, checksum: adler32(1, bytes.baseAddress, UInt32(bytes.count)), count: bytes.count)
  }
}
