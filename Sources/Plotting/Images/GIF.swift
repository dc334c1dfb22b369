/// Writes GIF89a: one color table for all frames, LZW, endless repetition. A frame holds what differs from the one
/// before.
package enum GIF {
  /// - Parameters:
  ///   - frames: Pictures of one size, at least one.
  ///   - delay: Hundredths of a second that each is shown.
  package static func encode(_ frames: [Picture], delay: Int = 10) -> [UInt8] {
    guard let first = frames.first else { return [] }
    let moves = frames.count > 1
    // The last entry stands for "as before".
    let palette = IndexedColors(frames, limit: moves ? 255 : 256)
    let same = UInt8(truncatingIfNeeded: palette.colors.count)
    var bits = 1
    while 1 << bits < palette.colors.count + (moves ? 1 : 0) { bits += 1 }
    func word(_ value: Int) -> [UInt8] { [UInt8(value & 255), UInt8(value >> 8 & 255)] }
    var bytes = Array("GIF89a".utf8) + word(first.width) + word(first.height) + [UInt8(0xF0 | (bits - 1)), 0, 0]
    for index in 0..<1 << bits { bytes += index < palette.colors.count ? palette.colors[index] : [0, 0, 0] }
    if moves { bytes += [0x21, 0xFF, 11] + Array("NETSCAPE2.0".utf8) + [3, 1, 0, 0, 0] }
    let size = first.width * first.height
    for index in frames.indices {
      let own = palette.indices[index * size..<(index + 1) * size]
      let frame =
        index == 0
        ? (x: 0, y: 0, width: first.width, height: first.height, pixels: Array(own))
        : difference(own, palette.indices[(index - 1) * size..<index * size], width: first.width, same: same)
      // Left in place when the next one comes, with a transparent color from the second frame on.
      if moves { bytes += [0x21, 0xF9, 4, index == 0 ? 4 : 5] + word(delay) + [same, 0] }
      bytes += [0x2C] + word(frame.x) + word(frame.y) + word(frame.width) + word(frame.height) + [0]
      bytes += packed(frame.pixels[...], bits: max(2, bits))
    }
    return bytes + [0x3B]
  }

  /// The rectangle in which a frame differs from the one before, `same` where it does not.
  private static func difference(
    _ own: ArraySlice<UInt8>, _ before: ArraySlice<UInt8>, width: Int, same: UInt8
  ) -> (x: Int, y: Int, width: Int, height: Int, pixels: [UInt8]) {
    let (a, b) = (Array(own), Array(before))
    var (left, right, top, bottom) = (width, -1, Int.max, -1)
    for index in a.indices where a[index] != b[index] {
      let (x, y) = (index % width, index / width)
      (left, right) = (min(left, x), max(right, x))
      (top, bottom) = (min(top, y), max(bottom, y))
    }
    guard bottom >= 0 else { return (0, 0, 1, 1, [same]) }
    var pixels: [UInt8] = []
    pixels.reserveCapacity((right - left + 1) * (bottom - top + 1))
    for y in top...bottom {
      for at in y * width + left...y * width + right { pixels.append(a[at] == b[at] ? same : a[at]) }
    }
    return (left, top, right - left + 1, bottom - top + 1, pixels)
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
