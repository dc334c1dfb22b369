import Tensors

/// Seeded permutations, named for what they order.
package enum Permutation {
  package static func order(count: Int, seed: UInt64, purpose: String) -> [Int32] {
    RandomStream(seed: seed, purpose: purpose).permutation(count)
  }
}
