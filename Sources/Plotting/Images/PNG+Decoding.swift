import CZlib

/// Bytes that are no PNG, or one of a sort that is not read here.
package struct PNGError: Error, Equatable, Sendable {
  package let reason: String
}

extension PNG {
  /// Reads 8-bit grey, RGB and RGBA without interlacing; checksums are checked, transparency is laid over `background`.
  package static func decode(_ bytes: [UInt8], over background: [UInt8] = [255, 255, 255]) throws(PNGError) -> Picture {
    let (width, height, channels, samples) = try read(bytes)
    if channels == 4 {
      var picture = Picture(width: width, height: height, filledWith: background)
      picture.lay(Layer(width: width, height: height, pixels: samples))
      return picture
    }
    guard channels == 1 else { return Picture(width: width, height: height, pixels: samples) }
    return Picture(width: width, height: height, pixels: samples.flatMap { [$0, $0, $0] })
  }

  /// A picture with its transparency.
  static func layer(_ bytes: [UInt8]) throws(PNGError) -> Layer {
    let (width, height, channels, samples) = try read(bytes)
    if channels == 4 { return Layer(width: width, height: height, pixels: samples) }
    var pixels = [UInt8](repeating: 255, count: width * height * 4)
    for index in 0..<width * height {
      for c in 0..<3 { pixels[index * 4 + c] = samples[index * channels + (channels == 3 ? c : 0)] }
    }
    return Layer(width: width, height: height, pixels: pixels)
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
          let count = [0: 1, 2: 3, 6: 4][Int(bytes[at + 17])]
        else { throw PNGError(reason: "only 8-bit grey, RGB and RGBA without interlacing are read") }
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

  /// Filter types 0…4 of the specification's section 9.
  private static func unfilter(_ rows: [UInt8], width: Int, height: Int, channels: Int) throws(PNGError) -> [UInt8] {
    let length = width * channels
    var isKnown = true
    let samples = [UInt8](unsafeUninitializedCapacity: height * length) { out, count in
      count = height * length
      rows.withUnsafeBufferPointer { rows in
        for y in 0..<height {
          let (from, to) = (y * (length + 1) + 1, y * length)
          let type = rows[from - 1]
          if type > 4 { isKnown = false }
          for i in 0..<length {
            let left = i >= channels ? out[to + i - channels] : 0
            let above = y > 0 ? out[to - length + i] : 0
            switch type {
            case 1: out[to + i] = rows[from + i] &+ left
            case 2: out[to + i] = rows[from + i] &+ above
            case 3: out[to + i] = rows[from + i] &+ UInt8((Int(left) + Int(above)) / 2)
            case 4:
              let corner = y > 0 && i >= channels ? out[to - length + i - channels] : 0
              out[to + i] = rows[from + i] &+ paeth(left, above, corner)
            default: out[to + i] = rows[from + i]
            }
          }
        }
      }
    }
    guard isKnown else { throw PNGError(reason: "unknown filter") }
    return samples
  }

  private static func paeth(_ a: UInt8, _ b: UInt8, _ c: UInt8) -> UInt8 {
    let p = Int(a) + Int(b) - Int(c)
    let (pa, pb, pc) = (abs(p - Int(a)), abs(p - Int(b)), abs(p - Int(c)))
    return pa <= pb && pa <= pc ? a : pb <= pc ? b : c
  }
}
