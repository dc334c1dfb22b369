import CZlib

/// Writes PNG files: 8-bit RGB, no filter, one IDAT (PNG specification, third edition).
enum PNG {
  static func encode(_ picture: GridPicture) -> [UInt8] {
    var rows: [UInt8] = []
    rows.reserveCapacity(picture.height * (picture.width * 3 + 1))
    for row in 0..<picture.height {
      rows.append(0)
      rows += picture.pixels[row * picture.width * 3..<(row + 1) * picture.width * 3]
    }
    var size = compressBound(UInt(rows.count))
    var packed = [UInt8](repeating: 0, count: Int(size))
    compress2(&packed, &size, rows, UInt(rows.count), 4)
    let header = bigEndian(picture.width) + bigEndian(picture.height) + [8, 2, 0, 0, 0]
    return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + chunk("IHDR", header)
      + chunk("IDAT", Array(packed.prefix(Int(size)))) + chunk("IEND", [])
  }

  private static func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
    let body = Array(type.utf8) + data
    return bigEndian(data.count) + body + bigEndian(Int(crc32(0, body, UInt32(body.count))))
  }

  private static func bigEndian(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(value >> (24 - 8 * $0) & 255) } }
}
