import Tensors

/// Where every array of a lowered graph lies: leaves where their owner put them, gradients in the store's flat buffer,
/// the rest in one arena, of which blocked groups have parts for what they alone touch.
struct MemoryPlan {
  private(set) var addresses: [Int: UnsafeMutablePointer<Float>] = [:]
  private(set) var blockArrays: [Int: BlockArray] = [:]
  /// By the first kernel of a group, the memory of its block arrays.
  private(set) var blockMemory: [Int: Range<UInt>] = [:]
  /// Nodes read by another kernel than the one that computes them, or kept as results.
  private(set) var arrays: Set<Int> = []
  let arena: Storage

  /// - Parameters:
  ///   - leaves: Memory of inputs and parameters.
  ///   - fixed: Arrays with memory of their own, such as gradients.
  ///   - groups: The kernels of `lowered`, in order.
  init(
    _ lowered: LoweredGraph, groups: [KernelGroup], threads: Int, leaves: [Int: UnsafeMutablePointer<Float>],
    fixed: [Int: UnsafeMutablePointer<Float>], reuses: Bool
  ) throws(AllocationError) {
    let ir = lowered.ir
    let last = lowered.kernels.count
    // What a blocked group touches lives all through it, its kernels take turns; but for what it alone touches.
    let liveSpans = groups.flatMap { group in group.span.map { group.blockCount > 1 ? group.span : $0...$0 } }
    var definedAt: [Int: Int] = [:]
    var lastReadAt: [Int: Int] = [:]
    var insideLoop: [Int: Int] = [:]
    for (index, kernel) in lowered.kernels.enumerated() {
      for id in kernel.outputs { definedAt[id] = index }
      for id in kernel.reads(ir) { lastReadAt[id] = max(lastReadAt[id] ?? 0, index) }
      if case .loop(let loop) = kernel { for node in loop.nodes { insideLoop[node] = index } }
    }
    for root in lowered.roots { lastReadAt[Fusion.viewSource(root, ir)] = last }

    // What lives and dies in one loop never leaves its registers.
    arrays = Set(definedAt.keys.filter { lastReadAt[$0] != nil || insideLoop[$0] == nil })
    let blocked = groups.compactMap { [arrays] in
      BlockArraysPlan(
        $0, lowered, arrays: arrays.filter { fixed[$0] == nil }, definedAt: definedAt, lastReadAt: lastReadAt,
        threads: threads,
        reuses: reuses)
    }
    let inBlockArrays = Set(blocked.flatMap(\.ids))
    var requests: [ArenaPlan.Request] = []
    for (id, first) in definedAt where arrays.contains(id) && fixed[id] == nil && !inBlockArrays.contains(id) {
      let begin = liveSpans[first].lowerBound
      let end = lastReadAt[id].map { $0 < last ? liveSpans[$0].upperBound : last } ?? liveSpans[first].upperBound
      requests.append(.init(id: id, byteCount: ir[id].shape.count * 4 + 64, life: begin...max(begin, end)))
    }
    // Behind the nodes, the groups' parts.
    for (index, plan) in blocked.enumerated() {
      requests.append(.init(id: ir.nodes.count + index, byteCount: plan.byteCount, life: plan.group.span))
    }
    let plan = ArenaPlan(requests.sorted { $0.id < $1.id }, reuses: reuses)
    arena = try Storage(byteCount: plan.byteCount + 64)
    addresses = leaves.merging(fixed) { $1 }
    for (id, offset) in plan.offsets where id < ir.nodes.count {
      addresses[id] = (arena.base + offset).assumingMemoryBound(to: Float.self)
    }
    for (index, group) in blocked.enumerated() {
      let base = arena.base + (plan.offsets[ir.nodes.count + index] ?? 0)
      blockArrays.merge(group.place(at: base)) { $1 }
      blockMemory[group.group.span.lowerBound] = UInt(bitPattern: base)..<UInt(bitPattern: base + group.byteCount)
    }
  }
}
