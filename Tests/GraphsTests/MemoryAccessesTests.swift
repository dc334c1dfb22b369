import Graphs
import Tensors
import Testing

/// Where threads need a barrier between them.
@Suite struct MemoryAccessesTests {
  /// A few ranges of a few threads, drawn from a small space so that they meet often.
  private func accesses(_ seed: UInt64, _ name: String) -> [MemoryAccesses.MemoryAccess] {
    let stream = RandomStream(seed: seed, purpose: name)
    func draw(_ index: Int, below bound: Int) -> Int { Int(stream.uniform(index) * Float(bound)) }
    return (0..<draw(0, below: 7)).map { index in
      let begin = draw(3 * index + 1, below: 40)
      return MemoryAccesses.MemoryAccess(
        UInt(begin)..<UInt(begin + draw(3 * index + 2, below: 8)), thread: draw(3 * index + 3, below: 3))
    }
  }

  @Test func conflictsAreOverlapsBetweenThreads() {
    var met = 0
    for seed in 0..<20_000 as Range<UInt64> {
      let (a, b, c) = (accesses(seed, "a"), accesses(seed, "b"), accesses(seed, "c"))
      // By definition: some range of one overlaps some range of the other, and their threads differ.
      let expected = a.contains { one in
        (b + c).contains { $0.thread != one.thread && $0.range.overlaps(one.range) }
      }
      var other = MemoryAccesses(b)
      other.add(MemoryAccesses(c))
      #expect(MemoryAccesses(a).conflict(with: other) == expected, "seed \(seed)")
      #expect(other.conflict(with: MemoryAccesses(a)) == expected, "seed \(seed)")
      if expected { met += 1 }
    }
    #expect(met > 2000 && met < 18_000)
  }
}
