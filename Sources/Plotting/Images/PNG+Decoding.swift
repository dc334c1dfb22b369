import CZlib

/// Bytes that are not a PNG, or a PNG of an unsupported type.
package struct PNGError: Error, Equatable, Sendable {
  package let reason: String
}

extension PNG {
  /// Reads 8-bit gray and RGB without interlacing; checksums are checked.
  package static func decode(_ bytes: [UInt8]) throws(PNGError) -> Picture {
    let (width, height, channels, samples) = try read(bytes)
    guard channels == 1 else { return Picture(width: width, height: height, pixels: samples) }
    return Picture(width: width, height: height, pixels: samples.flatMap { [$0, $0, $0] })
  }

  private static func read(
    _ bytes: [UInt8]
  ) throws(PNGError) -> (width: Int, height: Int, channels: Int, samples: [UInt8]) {
    guard Array(bytes.prefix(8)) == signature else { throw PNGError(reason: "no PNG signature") }
    func word(_ at: Int) -> Int { (0..<4).reduce(0) { $0 << 8 | Int(bytes[at + $1]) } }
    var (width, height, channels) = (0, 0, 0)
    var packed: [UInt8] = []
    var at = 8
    while at + 12 <= bytes.count {
      let length = word(at)
      guard at + 12 + length <= bytes.count else { throw PNGError(reason: "a chunk ends early") }
      let type = String(decoding: bytes[at + 4..<at + 8], as: UTF8.self)
      let body = Array(bytes[at + 4..<at + 8 + length])
      guard Int(crc32(0, body, UInt32(body.count))) == word(at + 8 + length) else {
        throw PNGError(reason: "checksum of \(type)")
      }
      if type == "IHDR", length == 13 {
        (width, height) = (word(at + 8), word(at + 12))
        guard bytes[at + 16] == 8, bytes[at + 20] == 0,
          let count = [0: 1, 2: 3][Int(bytes[at + 17])]
        else { throw PNGError(reason: "only 8-bit gray and RGB without interlacing are read") }
        channels = count
      }
      if type == "IDAT" { packed += bytes[at + 8..<at + 8 + length] }
      at += 12 + length
      if type == "IEND" { break }
    }
    guard width > 0, height > 0, width * height <= 1 << 28 else { throw PNGError(reason: "no size") }
    var rows = [UInt8](repeating: 0, count: height * (width * channels + 1))
    var size = UInt(rows.count)
    guard uncompress(&rows, &size, packed, UInt(packed.count)) == 0, Int(size) == rows.count else {
      throw PNGError(reason: "the pixels do not unpack")
    }
    return (width, height, channels, try unfilter(rows, width: width, height: height, channels: channels))
  }

  /// Filter types 0…4 of the specification's section 9; one loop for each, so that they are compiled to vectors where
  /// they can be.
  private static func unfilter(_ rows: [UInt8], width: Int, height: Int, channels: Int) throws(PNGError) -> [UInt8] {
    let length = width * channels
    var isKnown = true
    // The first row has zeros above it.
    let nothing = [UInt8](repeating: 0, count: length)
    let samples = [UInt8](unsafeUninitializedCapacity: height * length) { out, count in
      count = height * length
      rows.withUnsafeBufferPointer { rows in
        nothing.withUnsafeBufferPointer { nothing in
          var above = nothing
          for y in 0..<height {
            let row = UnsafeBufferPointer(rebasing: rows[y * (length + 1) + 1..<(y + 1) * (length + 1)])
            let line = UnsafeMutableBufferPointer(rebasing: out[y * length..<(y + 1) * length])
            switch rows[y * (length + 1)] {
            case 0: _ = line.update(from: row)
            case 1:
              for i in 0..<channels { line[i] = row[i] }
              for i in channels..<length { line[i] = row[i] &+ line[i &- channels] }
            case 2: for i in 0..<length { line[i] = row[i] &+ above[i] }
            case 3:
              for i in 0..<channels { line[i] = row[i] &+ above[i] / 2 }
              for i in channels..<length {
                line[i] = row[i] &+ UInt8(truncatingIfNeeded: (Int32(line[i &- channels]) &+ Int32(above[i])) >> 1)
              }
            case 4:
              for i in 0..<channels { line[i] = row[i] &+ above[i] }
              for i in channels..<length {
                line[i] = row[i] &+ paeth(line[i &- channels], above[i], above[i &- channels])
              }
            default: isKnown = false
            }
            above = UnsafeBufferPointer(line)
          }
        }
      }
    }
    guard isKnown else { throw PNGError(reason: "unknown filter") }
    return samples
  }

  private static func paeth(_ a: UInt8, _ b: UInt8, _ c: UInt8) -> UInt8 {
    let (da, db) = (Int32(b) &- Int32(c), Int32(a) &- Int32(c))
    let (pa, pb, pc) = (abs(da), abs(db), abs(da &+ db))
    return pa <= pb && pa <= pc ? a : pb <= pc ? b : c
  }
}
