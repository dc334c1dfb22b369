import CHighway
import Tensors

/// The kernels of a graph bound to memory, one list of instructions per thread.
struct Assembly {
  let memory: MemoryPlan
  var emitter: Emitter
  var lists: InstructionLists
  /// Where the run stops for the other processes.
  private(set) var exchanges: [Exchange] = []

  /// An array that is all-reduced, in place.
  struct Exchange {
    let values: UnsafeMutableBufferPointer<Float>
    /// By thread, the first instruction after it.
    let ends: [Int]
  }

  /// - Parameters:
  ///   - leaves: Memory of inputs and parameters.
  ///   - fixed: Arrays with memory of their own, such as gradients.
  init(
    _ lowered: LoweredGraph, options: CompilerOptions, leaves: [Int: UnsafeMutablePointer<Float>],
    fixed: [Int: UnsafeMutablePointer<Float>], seed: UInt64
  ) throws {
    var groups = lowered.groups
    while true {
      let memory = try MemoryPlan(
        lowered, groups: groups, threads: options.threads, leaves: leaves, fixed: fixed,
        reuses: options.passes.contains(.arenaReuse))
      let assembly = try Assembly(lowered, groups, memory, options: options, seed: seed)
      guard let group = assembly.nonInterleavableGroup else {
        self = assembly
        return
      }
      // Split the group: each of its kernels becomes a group of its own and runs over the whole batch.
      groups.replaceSubrange(group...group, with: groups[group].span.map { KernelGroup(span: $0...$0, blockCount: 1) })
    }
  }

  /// The index of a group whose kernels cannot be interleaved block by block.
  private var nonInterleavableGroup: Int?

  private init(
    _ lowered: LoweredGraph, _ groups: [KernelGroup], _ memory: MemoryPlan, options: CompilerOptions, seed: UInt64
  ) throws {
    self.memory = memory
    let arguments = ArgumentArena()
    emitter = Emitter(
      ir: lowered.ir, uses: lowered.ir.useCounts(), threads: options.threads, backend: options.backend,
      inTiles: options.passes.contains(.winograd), arguments: arguments, addresses: memory.addresses,
      blockArrays: memory.blockArrays,
      randomState: UnsafePointer(
        arguments.store(
          elbo_program_random(stream: elbo_random_state(seed: seed, step: 0), firstRow: 0, globalRows: 0))),
      faults: IndexFaults())
    lists = InstructionLists(threads: options.threads)
    for (index, group) in groups.enumerated() {
      emitter.blockCount = group.blockCount
      let steps = try emitter.emit(lowered.kernels[group.span], isArray: memory.arrays.contains)
      if group.blockCount == 1 {
        for step in steps { lists.append(step) }
        if case .node(let id) = lowered.kernels[group.span.lowerBound], case .op(.allReduce) = lowered.ir[id].op {
          exchanges.append(
            Exchange(
              values: UnsafeMutableBufferPointer(start: emitter.address(id), count: lowered.ir[id].shape.count),
              ends: lists.lists.map(\.count)))
        }
      } else if InstructionLists.canInterleave(steps, reusing: memory.blockMemory[group.span.lowerBound]) {
        lists.append(steps)
      } else {
        nonInterleavableGroup = index
        return
      }
    }
    emitter.blockCount = 1
  }
}
