import CZlib
import Glibc

/// Writes PNG files: 8 bits, grey where there is no colour, one IDAT (PNG specification, third edition).
package enum PNG {
  package static func encode(_ picture: Picture) -> [UInt8] {
    let (width, height) = (picture.width, picture.height)
    let isGray = picture.pixels.withUnsafeBufferPointer { pixels in
      !stride(from: 0, to: pixels.count, by: 3).contains {
        pixels[$0] != pixels[$0 + 1] || pixels[$0] != pixels[$0 + 2]
      }
    }
    let bytes = isGray ? 1 : 3
    let length = width * bytes
    let rows = [UInt8](unsafeUninitializedCapacity: height * (length + 1)) { rows, count in
      count = height * (length + 1)
      picture.pixels.withUnsafeBufferPointer { filter($0, into: rows, width: width, height: height, bytes: bytes) }
    }
    let header = bigEndian(width) + bigEndian(height) + [8, isGray ? 0 : 2, 0, 0, 0]
    return signature + chunk("IHDR", header) + chunk("IDAT", Deflate.stream(rows)) + chunk("IEND", [])
  }

  /// The eight bytes that every PNG begins with.
  package static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  /// Each row as the difference from the one above when they are the same (enlarged images), else from the left.
  private static func filter(
    _ pixels: UnsafeBufferPointer<UInt8>, into rows: UnsafeMutableBufferPointer<UInt8>, width: Int, height: Int,
    bytes: Int
  ) {
    let (length, stride) = (width * bytes, width * 3)
    for y in 0..<height {
      let line = UnsafeMutableBufferPointer(rebasing: rows[y * (length + 1)..<(y + 1) * (length + 1)])
      let row = UnsafeBufferPointer(rebasing: pixels[y * stride..<(y + 1) * stride])
      if y > 0, let this = row.baseAddress, memcmp(this, this - stride, stride) == 0 {
        line.update(repeating: 0)
        line[0] = 2
        continue
      }
      line[0] = 1
      if bytes == 3 {
        for i in 0..<3 { line[1 + i] = row[i] }
        for i in 3..<max(length, 3) { line[1 &+ i] = row[i] &- row[i &- 3] }
      } else {
        line[1] = row[0]
        for x in 1..<max(width, 1) { line[1 &+ x] = row[3 &* x] &- row[3 &* x &- 3] }
      }
    }
  }

  /// Length, type, data and checksum.
  package static func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
    let body = Array(type.utf8) + data
    return bigEndian(data.count) + body + bigEndian(Int(crc32(0, body, UInt32(body.count))))
  }

  /// Four bytes.
  package static func bigEndian(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(value >> (24 - 8 * $0) & 255) } }
}
