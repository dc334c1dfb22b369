import Tensors

/// Seeded permutations: Fisher–Yates over the words of a stream.
package enum Permutation {
  package static func order(count: Int, seed: UInt64, purpose: String) -> [Int32] {
    var order = (0..<Int32(count)).map { $0 }
    let stream = RandomStream(seed: seed, purpose: purpose)
    for index in stride(from: count - 1, to: 0, by: -1) {
      let position = count - 1 - index
      let word = stream.block(UInt32(position / 4))[position % 4]
      order.swapAt(index, Int((UInt64(word) * UInt64(index + 1)) >> 32))
    }
    return order
  }
}
