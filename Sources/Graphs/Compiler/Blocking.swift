import Tensors

/// Kernels that run one after another or, with several blocks, interleaved: all kernels on the first block of examples,
/// then all on the next one.
struct KernelGroup {
  /// Indices of its kernels.
  let span: ClosedRange<Int>
  let blockCount: Int
  /// The number of examples that the blocks divide; 1 for a single kernel.
  var examples = 1
}

/// Puts kernels that work example by example next to each other, and divides each thread's examples into blocks so
/// small that intermediate values are still in the second-level cache when the next kernel reads them.
///
/// A convolutional step streams activations of several megabytes through every layer. Depth first over blocks, a
/// thread takes a few images through all layers of a group and their gradients before it fetches the next ones.
struct Blocking {
  /// The number of bytes that a block may access: most of a second-level cache of 1 MB.
  static let budget = 768 << 10

  private let ir: IR
  private let threads: Int
  private let kernels: [Kernel]
  /// The kernel that computes each node.
  private var producers: [Int: Int] = [:]

  init(_ ir: IR, _ kernels: [Kernel], threads: Int) {
    self.ir = ir
    self.kernels = kernels
    self.threads = threads
    for (index, kernel) in kernels.enumerated() { for id in kernel.outputs { producers[id] = index } }
  }

  /// Each kernel a group of its own, in the order given.
  static func none(_ kernels: [Kernel]) -> [KernelGroup] {
    kernels.indices.map { KernelGroup(span: $0...$0, blockCount: 1) }
  }

  func run() -> (kernels: [Kernel], groups: [KernelGroup]) {
    guard let batch = kernels.lazy.compactMap({ convolutionBatch($0) }).first, batch >= 2 * threads else {
      return (kernels, Self.none(kernels))
    }
    let byExample = kernels.map { examples($0) == batch }
    var order: [Int] = []
    var groups: [KernelGroup] = []
    for members in schedule(byExample, batch) {
      let start = order.count
      order += members
      let blocks = byExample[members[0]] ? blockCount(members, batch) : 1
      if blocks > 1 {
        groups.append(KernelGroup(span: start...order.count - 1, blockCount: blocks, examples: batch))
      } else {
        groups += (start..<order.count).map { KernelGroup(span: $0...$0, blockCount: 1) }
      }
    }
    return (order.map { kernels[$0] }, groups)
  }

  /// An order in which kernels that work by example come in runs as long as dependencies allow.
  private func schedule(_ byExample: [Bool], _ batch: Int) -> [[Int]] {
    var waiting = kernels.map { Set($0.reads(ir).compactMap { producers[$0] }) }
    for index in kernels.indices { waiting[index].remove(index) }
    // Processes with other numbers of rows have other runs, and all-reduce in the same order.
    let exchanges = kernels.indices.filter { kernels[$0].isAllReduce(ir) }
    for (earlier, later) in zip(exchanges, exchanges.dropFirst()) { waiting[later].insert(earlier) }
    var pending = Array(kernels.indices)
    var runs: [[Int]] = []
    var run: [Int] = []
    var runsByExample = false
    while !pending.isEmpty {
      let next = pending.first { index in
        waiting[index].isEmpty && byExample[index] == runsByExample
          && (!runsByExample || readsByExample(index, Set(run), batch))
      }
      guard let next else {
        if run.isEmpty, !pending.contains(where: { waiting[$0].isEmpty && byExample[$0] != runsByExample }) { break }
        if !run.isEmpty { runs.append(run) }
        // A run that ended because the next kernel reads across examples is followed by another run.
        if run.isEmpty || pending.contains(where: { waiting[$0].isEmpty && byExample[$0] != runsByExample }) {
          runsByExample.toggle()
        }
        run = []
        continue
      }
      run.append(next)
      pending.removeAll { $0 == next }
      for index in pending { waiting[index].remove(next) }
    }
    if !run.isEmpty { runs.append(run) }
    precondition(pending.isEmpty, "Blocking: kernels in a circle")
    return runs
  }

  private func blockCount(_ members: [Int], _ batch: Int) -> Int {
    guard members.count > 1, members.contains(where: { convolutionBatch(kernels[$0]) != nil }) else { return 1 }
    let read = Set(kernels.flatMap { $0.reads(ir) })
    let touched = Set(members.flatMap { kernels[$0].reads(ir) + kernels[$0].outputs.filter(read.contains) })
    let bytes = touched.filter { ir[$0].shape.rank > 0 && ir[$0].shape[0] == batch }
      .reduce(0) { $0 + ir[$1].shape.count / batch * 4 }
    let images = max(1, Self.budget / max(bytes, 1))
    return max(1, batch / threads / images)
  }

  private func convolutionBatch(_ kernel: Kernel) -> Int? {
    guard case .node(let id) = kernel else { return nil }
    switch ir[id].op {
    case .convolution, .channelsLast(.convWeight): return ir[ir[id].inputs[0]].shape[0]
    default: return nil
    }
  }

  /// The number of examples of a kernel that processes them independently; nil for other kernels.
  private func examples(_ kernel: Kernel) -> Int? {
    switch kernel {
    case .node(let id):
      if case .op(.transpose(let permutation)) = ir[id].op, permutation[0] == 0 { return ir[id].shape[0] }
      return convolutionBatch(kernel)
    case .loop(let loop):
      guard let space = LoopSpace(loop, ir, threads: threads), !loop.combines(ir) else { return nil }
      return space.extent / space.unit
    }
  }

  /// Whether a kernel reads the outputs of the run example by example.
  private func readsByExample(_ index: Int, _ run: Set<Int>, _ batch: Int) -> Bool {
    func isGiven(_ id: Int) -> Bool { producers[Fusion.viewSource(id, ir)].map(run.contains) ?? false }
    switch kernels[index] {
    case .node(let id):
      switch ir[id].op {
      case .convolution(_, let epilogue):
        return !isGiven(ir[id].inputs[1]) && (epilogue == .gate || !ir[id].inputs.dropFirst(2).contains(where: isGiven))
      default: return true
      }
    case .loop(let loop):
      guard let space = LoopSpace(loop, ir, threads: threads) else { return false }
      return loop.loads.allSatisfy { !isGiven($0.source) || space.readsByExample($0, of: ir[$0.source].shape, batch) }
    }
  }
}

extension Kernel {
  /// The nodes that the kernel computes.
  var outputs: [Int] {
    switch self {
    case .loop(let loop): loop.nodes + loop.sums.map(\.node)
    case .node(let id): [id]
    }
  }

  /// Whether all processes meet in it.
  func isAllReduce(_ ir: IR) -> Bool {
    if case .node(let id) = self, case .op(.allReduce) = ir[id].op { true } else { false }
  }

  /// The arrays that the kernel reads; views are resolved to the arrays behind them.
  func reads(_ ir: IR) -> [Int] {
    switch self {
    case .loop(let loop): loop.loads.map { Fusion.viewSource($0.source, ir) }
    case .node(let id): ir[id].inputs.map { Fusion.viewSource($0, ir) }
    }
  }
}

extension FusedLoop {
  /// Whether it adds up the partial sums of the threads.
  func combines(_ ir: IR) -> Bool { nodes.contains { if case .combineParts = ir[$0].op { true } else { false } } }
}
