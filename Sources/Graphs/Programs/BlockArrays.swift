/// Where an array lies that lives and dies within the blocks of one group.
///
/// Each thread has room for one block of its examples, and the next block overwrites it: however large the batch is, what
/// passes from kernel to kernel stays in the cache, at addresses that are there already.
package struct BlockArray {
  /// Thread 0's room.
  package let base: UnsafeMutablePointer<Float>
  /// Floats from one thread's room to the next one's.
  package let threadStride: Int
  /// Floats of an example.
  package let stride: Int
  package let examples: Int
  package let threads: Int
  package let blockCount: Int

  package init(
    base: UnsafeMutablePointer<Float>, threadStride: Int, stride: Int, examples: Int, threads: Int, blockCount: Int
  ) {
    (self.base, self.threadStride, self.stride) = (base, threadStride, stride)
    (self.examples, self.threads, self.blockCount) = (examples, threads, blockCount)
  }

  /// Where the array would begin if all its examples lay around `example` as those of its block do.
  ///
  /// - Parameter example: One behind the last for an empty share, which touches nothing.
  package func origin(around example: Int) -> UnsafeMutablePointer<Float> {
    let example = min(example, examples - 1)
    let thread = owner(of: example, in: examples, parts: threads)
    let mine = share(examples, thread, of: threads)
    let block = owner(of: example - mine.lowerBound, in: mine.count, parts: blockCount)
    return base + (thread * threadStride - share(mine, block, of: blockCount).lowerBound * stride)
  }
}

/// The arrays that live and die within the blocks of one group, planned in one thread's room.
struct BlockArraysPlan {
  let group: KernelGroup
  private let threads: Int
  private let plan: ArenaPlan
  private let strides: [Int: Int]

  /// Nil when the group has no such arrays.
  ///
  /// - Parameters:
  ///   - birth: The kernel that gives each array.
  ///   - death: The last kernel that reads each array.
  init?(
    _ group: KernelGroup, _ lowered: LoweredGraph, arrays: Set<Int>, definedAt: [Int: Int], lastReadAt: [Int: Int],
    threads: Int, reuses: Bool
  ) {
    guard group.blockCount > 1 else { return nil }
    let ir = lowered.ir
    let most = (((group.examples + threads - 1) / threads) + group.blockCount - 1) / group.blockCount
    var strides: [Int: Int] = [:]
    var requests: [ArenaPlan.Request] = []
    for index in group.span {
      for id in lowered.kernels[index].writesByExample(ir) where arrays.contains(id) {
        guard let last = lastReadAt[id], group.span.contains(last), ir[id].shape.rank > 0,
          ir[id].shape[0] == group.examples
        else { continue }
        strides[id] = ir[id].shape.count / group.examples
        requests.append(
          .init(
            id: id, byteCount: most * ir[id].shape.droppingFirst.count * 4 + 64, life: (definedAt[id] ?? index)...last))
      }
    }
    guard !requests.isEmpty else { return nil }
    self.group = group
    self.threads = threads
    self.strides = strides
    plan = ArenaPlan(requests.sorted { $0.id < $1.id }, reuses: reuses)
  }

  var ids: Dictionary<Int, Int>.Keys { strides.keys }
  /// For all threads.
  var byteCount: Int { threads * plan.byteCount }

  func place(at base: UnsafeMutableRawPointer) -> [Int: BlockArray] {
    Dictionary(
      uniqueKeysWithValues: strides.map { id, stride in
        let start = (base + (plan.offsets[id] ?? 0)).assumingMemoryBound(to: Float.self)
        return (
          id,
          BlockArray(
            base: start, threadStride: plan.byteCount / 4, stride: stride, examples: group.examples, threads: threads,
            blockCount: group.blockCount)
        )
      })
  }
}

extension Kernel {
  /// Those of the nodes it computes that it writes example by example when it runs in blocks.
  func writesByExample(_ ir: IR) -> [Int] {
    switch self {
    case .loop(let loop): return loop.nodes + loop.sums.filter { !$0.isLeading }.map(\.node)
    case .node(let id):
      if case .channelsLast(.convWeight) = ir[id].op { return [] }
      return [id]
    }
  }
}
