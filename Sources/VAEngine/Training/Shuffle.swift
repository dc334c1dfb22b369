import Tensors

/// The order of examples in an epoch: a seeded permutation, so that a position in it is all that resuming needs.
package enum Shuffle {
  /// Fisher–Yates over words of the stream (seed, "shuffle", epoch); element i swaps with `word · (i + 1) >> 32`, whose
  /// bias is below 2⁻³² · n.
  package static func order(count: Int, seed: UInt64, epoch: Int) -> [Int32] {
    var order = (0..<Int32(count)).map { $0 }
    let stream = RandomStream(seed: seed, purpose: StreamPurpose.shuffle, step: UInt64(epoch))
    var block = stream.block(0)
    for index in stride(from: count - 1, to: 0, by: -1) {
      let position = count - 1 - index
      if position % 4 == 0 { block = stream.block(UInt32(position / 4)) }
      let other = Int((UInt64(block[position % 4]) * UInt64(index + 1)) >> 32)
      order.swapAt(index, other)
    }
    return order
  }
}
