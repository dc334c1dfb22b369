import Tensors

/// Seeded permutations, one random stream for each purpose.
package enum Permutation {
  package static func order(count: Int, seed: UInt64, purpose: String) -> [Int32] {
    RandomStream(seed: seed, purpose: purpose).permutation(count)
  }
}
