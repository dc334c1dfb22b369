/// Makes damaged files whole again around the damage, so that it gets past checksums to the code behind them.
package enum Checksums {
  /// The file for one seed: as it is, with its checksums made right, or packed into an archive.
  package static func repaired(_ bytes: [UInt8], name: String, seed: Int) -> [UInt8] {
    if name.contains(".png") { return seed % 4 == 0 ? bytes : png(bytes) }
    if name.hasSuffix(".npy"), seed % 3 > 0 {
      return seed % 3 == 1 ? zip([("x.npy", bytes)]) : zip([("x.npy", bytes), ("y.npy", bytes)])
    }
    return seed % 5 == 0 && !name.contains(".jpg") ? gzip(bytes) : bytes
  }

  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { crc, _ in crc & 1 == 1 ? 0xEDB8_8320 ^ (crc >> 1) : crc >> 1 }
  }

  /// CRC-32 as PNG, gzip and zip use it.
  package static func crc32(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    ~bytes.reduce(~0) { table[Int(($0 ^ UInt32($1)) & 255)] ^ ($0 >> 8) }
  }

  private static func little(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  /// Every chunk with the checksum of what it holds.
  package static func png(_ bytes: [UInt8]) -> [UInt8] {
    var result = bytes
    var at = 8
    while at + 12 <= result.count {
      let length = (0..<4).reduce(0) { $0 << 8 | Int(result[at + $1]) }
      guard length <= result.count - at - 12 else { break }
      let crc = crc32(result[at + 4..<at + 8 + length])
      for byte in 0..<4 { result[at + 8 + length + byte] = UInt8(truncatingIfNeeded: crc >> (24 - 8 * UInt32(byte))) }
      at += 12 + length
    }
    return result
  }

  /// A gzip stream of one stored block (at most 65,535 bytes).
  package static func gzip(_ bytes: [UInt8]) -> [UInt8] {
    let content = Array(bytes.prefix(65_535))
    return [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 1] + little(content.count, 2) + little(~content.count, 2) + content
      + little(Int(crc32(content[...])), 4) + little(content.count, 4)
  }

  /// A zip archive that packs nothing.
  package static func zip(_ entries: [(name: String, bytes: [UInt8])]) -> [UInt8] {
    var (files, directory): ([UInt8], [UInt8]) = ([], [])
    for (name, bytes) in entries {
      let sizes = little(Int(crc32(bytes[...])), 4) + little(bytes.count, 4) + little(bytes.count, 4)
      let common = [20, 0, 0, 0, 0, 0, 0, 0, 0, 0] + sizes + little(name.utf8.count, 2) + [0, 0]
      directory += [0x50, 0x4B, 1, 2, 20, 0] + common + [0, 0, 0, 0, 0, 0, 0, 0, 0, 0] + little(files.count, 4)
      directory += Array(name.utf8)
      files += [0x50, 0x4B, 3, 4] + common + Array(name.utf8) + bytes
    }
    let count = little(entries.count, 2)
    return files + directory + [0x50, 0x4B, 5, 6, 0, 0, 0, 0] + count + count + little(directory.count, 4)
      + little(files.count, 4) + [0, 0]
  }
}
