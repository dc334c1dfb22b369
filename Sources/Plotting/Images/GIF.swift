/// Writes GIF89a: one colour table for all frames, LZW, endless repetition.
package enum GIF {
  /// - Parameters:
  ///   - frames: Pictures of one size, at least one.
  ///   - delay: Hundredths of a second that each is shown.
  package static func encode(_ frames: [Picture], delay: Int = 10) -> [UInt8] {
    guard let first = frames.first else { return [] }
    let palette = IndexedColors(frames)
    var bits = 1
    while 1 << bits < palette.colors.count { bits += 1 }
    func word(_ value: Int) -> [UInt8] { [UInt8(value & 255), UInt8(value >> 8 & 255)] }
    var bytes = Array("GIF89a".utf8) + word(first.width) + word(first.height) + [UInt8(0xF0 | (bits - 1)), 0, 0]
    for index in 0..<1 << bits { bytes += index < palette.colors.count ? palette.colors[index] : [0, 0, 0] }
    if frames.count > 1 { bytes += [0x21, 0xFF, 11] + Array("NETSCAPE2.0".utf8) + [3, 1, 0, 0, 0] }
    let size = first.width * first.height
    for index in frames.indices {
      if frames.count > 1 { bytes += [0x21, 0xF9, 4, 4] + word(delay) + [0, 0] }
      bytes += [0x2C, 0, 0, 0, 0] + word(first.width) + word(first.height) + [0]
      bytes += packed(palette.indices[index * size..<(index + 1) * size], bits: max(2, bits))
    }
    return bytes + [0x3B]
  }

  /// LZW with codes that grow from `bits + 1` to 12, in blocks of at most 255 bytes.
  private static func packed(_ indices: ArraySlice<UInt8>, bits: Int) -> [UInt8] {
    let (clear, end) = (1 << bits, (1 << bits) + 1)
    var codes: [UInt8] = []
    var (buffer, filled) = (0, 0)
    var (width, next) = (bits + 1, end + 1)
    // Children of a code: (code << 8 | index) to code.
    var table: [Int: Int] = [:]
    func emit(_ code: Int) {
      buffer |= code << filled
      filled += width
      while filled >= 8 {
        codes.append(UInt8(buffer & 255))
        buffer >>= 8
        filled -= 8
      }
    }
    emit(clear)
    var current = -1
    for index in indices {
      guard current >= 0 else {
        current = Int(index)
        continue
      }
      if let longer = table[current << 8 | Int(index)] {
        current = longer
        continue
      }
      emit(current)
      if next < 4096 {
        table[current << 8 | Int(index)] = next
        if next == 1 << width { width += 1 }
        next += 1
      } else {
        emit(clear)
        table.removeAll(keepingCapacity: true)
        (width, next) = (bits + 1, end + 1)
      }
      current = Int(index)
    }
    if current >= 0 { emit(current) }
    emit(end)
    if filled > 0 { codes.append(UInt8(buffer & 255)) }
    var bytes = [UInt8(bits)]
    for start in stride(from: 0, to: codes.count, by: 255) {
      let block = codes[start..<min(start + 255, codes.count)]
      bytes.append(UInt8(block.count))
      bytes += block
    }
    return bytes + [0]
  }
}
