import CHighway

/// Output pixels that the same kernel positions reach, each of them computed by itself.
struct PixelGroup {
  var taps: [Int32]
  /// `[pixels][taps]` floats from the start of an image, −1 for padding.
  var offsets: [Int32] = []
  var targets: [Int32] = []

  /// Multiply-adds of rows of sums, where tiles with too few rows to hide the latency of additions count as full tiles.
  private var cost: Int {
    let tiles = (targets.count + 13) / 14
    return max(targets.count, 4 * tiles) * taps.count
  }

  /// Groups of pixels that meet the same kernel positions, none in the padding; or the group as it is, when those are so
  /// small that multiplying by zeros is faster.
  func split() -> [PixelGroup] {
    var parts: [[Bool]: PixelGroup] = [:]
    var order: [[Bool]] = []
    for (pixel, target) in targets.enumerated() {
      let row = offsets[pixel * taps.count..<(pixel + 1) * taps.count]
      let inside = row.map { $0 >= 0 }
      if parts[inside] == nil {
        order.append(inside)
        parts[inside] = PixelGroup(taps: zip(taps, inside).filter(\.1).map(\.0))
      }
      parts[inside]?.targets.append(target)
      parts[inside]?.offsets += row.filter { $0 >= 0 }
    }
    let split = order.compactMap { parts[$0] }
    return split.reduce(0, { $0 + $1.cost }) < cost ? split : [self]
  }

  func bound(in arguments: ArgumentArena) -> elbo_conv_group {
    elbo_conv_group(
      offsets: arguments.store(offsets), targets: arguments.store(targets), taps: arguments.store(taps),
      pixels: Int32(targets.count), tapCount: Int32(taps.count))
  }
}
