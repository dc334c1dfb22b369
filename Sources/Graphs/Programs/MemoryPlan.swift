import Tensors

/// Where every array of a lowered graph lies: leaves where their owner put them, gradients in the store's flat buffer,
/// the rest in one arena.
struct MemoryPlan {
  private(set) var addresses: [Int: UnsafeMutablePointer<Float>] = [:]
  /// Nodes read by another kernel than the one that computes them, or kept as results.
  private(set) var arrays: Set<Int> = []
  let arena: Storage

  /// - Parameters:
  ///   - leaves: Memory of inputs and parameters.
  ///   - fixed: Arrays with memory of their own, such as gradients.
  init(
    _ lowered: LoweredGraph, leaves: [Int: UnsafeMutablePointer<Float>], fixed: [Int: UnsafeMutablePointer<Float>],
    reuses: Bool
  ) throws(AllocationError) {
    let ir = lowered.ir
    let last = lowered.kernels.count
    // What a blocked group touches lives all through it: its kernels take turns.
    var groups: [ClosedRange<Int>] = []
    for group in lowered.groups { groups += group.span.map { group.blockCount > 1 ? group.span : $0...$0 } }
    var birth: [Int: Int] = [:]
    var death: [Int: Int] = [:]
    var insideLoop: [Int: Int] = [:]
    for (index, kernel) in lowered.kernels.enumerated() {
      for id in kernel.gives { birth[id] = groups[index].lowerBound }
      for id in kernel.reads(ir) { death[id] = max(death[id] ?? 0, groups[index].upperBound) }
      if case .loop(let loop) = kernel { for node in loop.nodes { insideLoop[node] = index } }
    }
    for root in lowered.roots { death[Fusion.viewSource(root, ir)] = last }

    var requests: [ArenaPlan.Request] = []
    for (id, first) in birth {
      let isRead = death[id] != nil
      // What lives and dies in one loop never leaves its registers.
      guard isRead || insideLoop[id] == nil else { continue }
      arrays.insert(id)
      if fixed[id] == nil {
        requests.append(
          .init(id: id, byteCount: ir[id].shape.count * 4 + 64, life: first...max(death[id] ?? first, first)))
      }
    }
    let plan = ArenaPlan(requests.sorted { $0.id < $1.id }, reuses: reuses)
    arena = try Storage(byteCount: plan.byteCount + 64)
    addresses = leaves.merging(fixed) { $1 }
    for (id, offset) in plan.offsets { addresses[id] = (arena.base + offset).assumingMemoryBound(to: Float.self) }
  }
}
