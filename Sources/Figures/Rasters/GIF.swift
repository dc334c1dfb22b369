import CImages
import Glibc

/// Writes GIF89a through giflib: one color table for all frames, endless repetition. A frame holds what differs from the
/// one before.
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
    var message = [CChar](repeating: 0, count: Int(ELBO_IMAGE_MESSAGE))
    let (width, height) = (Int32(first.width), Int32(first.height))
    let colors = Array(palette.colors.joined())
    guard let gif = elbo_gif_begin(width, height, colors, Int32(palette.colors.count), moves ? 1 : 0, &message) else {
      preconditionFailure(String(nulTerminated: message))
    }
    let size = first.width * first.height
    for index in frames.indices {
      let own = palette.indices[index * size..<(index + 1) * size]
      let frame =
        index == 0
        ? (x: 0, y: 0, width: first.width, height: first.height, pixels: Array(own))
        : difference(own, palette.indices[(index - 1) * size..<index * size], width: first.width, same: same)
      // Left in place when the next one comes, with a transparent color from the second frame on.
      let part = elbo_gif_frame(
        left: Int32(frame.x), top: Int32(frame.y), width: Int32(frame.width), height: Int32(frame.height),
        delay: moves ? Int32(delay) : -1, transparent: index == 0 ? -1 : Int32(same))
      precondition(elbo_gif_add(gif, part, frame.pixels, &message) != 0, String(nulTerminated: message))
    }
    var count = 0
    guard let bytes = elbo_gif_end(gif, &count, &message) else { preconditionFailure(String(nulTerminated: message)) }
    defer { free(bytes) }
    return Array(UnsafeBufferPointer(start: bytes, count: count))
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
}
