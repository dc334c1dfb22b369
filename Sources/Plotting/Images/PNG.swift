import CZlib

/// Writes PNG files: 8 bits, grey where there is no colour, one IDAT (PNG specification, third edition).
package enum PNG {
  package static func encode(_ picture: Picture) -> [UInt8] {
    let (width, height) = (picture.width, picture.height)
    let isGrey = picture.pixels.withUnsafeBufferPointer { pixels in
      !stride(from: 0, to: pixels.count, by: 3).contains {
        pixels[$0] != pixels[$0 + 1] || pixels[$0] != pixels[$0 + 2]
      }
    }
    let bytes = isGrey ? 1 : 3
    let length = width * bytes
    let rows = [UInt8](unsafeUninitializedCapacity: height * (length + 1)) { rows, count in
      count = height * (length + 1)
      picture.pixels.withUnsafeBufferPointer { filter($0, into: rows, width: width, height: height, bytes: bytes) }
    }
    var size = compressBound(UInt(rows.count))
    var packed = [UInt8](repeating: 0, count: Int(size))
    compress2(&packed, &size, rows, UInt(rows.count), 3)
    let header = bigEndian(width) + bigEndian(height) + [8, isGrey ? 0 : 2, 0, 0, 0]
    return signature + chunk("IHDR", header) + chunk("IDAT", Array(packed.prefix(Int(size)))) + chunk("IEND", [])
  }

  static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  /// Each row as the difference from the one above when they are the same (enlarged images), else from the left.
  private static func filter(
    _ pixels: UnsafeBufferPointer<UInt8>, into rows: UnsafeMutableBufferPointer<UInt8>, width: Int, height: Int,
    bytes: Int
  ) {
    let length = width * bytes
    let (step, stride) = (3, width * 3)
    for y in 0..<height {
      let out = y * (length + 1)
      let begin = y * stride
      var isSame = y > 0
      if y > 0 {
        for i in 0..<stride where pixels[begin + i] != pixels[begin - stride + i] {
          isSame = false
          break
        }
      }
      rows[out] = isSame ? 2 : 1
      if isSame {
        for i in 0..<length { rows[out + 1 + i] = 0 }
        continue
      }
      for x in 0..<width {
        for c in 0..<bytes {
          let value = pixels[begin + x * step + c]
          rows[out + 1 + x * bytes + c] = x == 0 ? value : value &- pixels[begin + (x - 1) * step + c]
        }
      }
    }
  }

  private static func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
    let body = Array(type.utf8) + data
    return bigEndian(data.count) + body + bigEndian(Int(crc32(0, body, UInt32(body.count))))
  }

  static func bigEndian(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(value >> (24 - 8 * $0) & 255) } }
}
