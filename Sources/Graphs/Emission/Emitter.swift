import CHighway
import Tensors

/// Binds kernels to memory: one `Step` for each, divided among the threads.
struct Emitter {
  let ir: IR
  /// Users of each node.
  let uses: [Int]
  let threads: Int
  let backend: CompilerOptions.Backend
  /// Whether convolutions compute 2×2 pixels at a time.
  let inTiles: Bool
  let arguments: ArgumentArena
  /// Where each array begins, by node.
  let addresses: [Int: UnsafeMutablePointer<Float>]
  /// The arrays that exist only for the current block.
  let blockArrays: [Int: BlockArray]
  let randomState: UnsafePointer<elbo_program_random>
  let faults: IndexFaults
  /// Into how many blocks each thread's examples are divided.
  var blockCount = 1

  /// The array behind the reshapes of `id`.
  func address(_ id: Int) -> UnsafeMutablePointer<Float> {
    guard let address = addresses[Emitter.array(id, ir)] else {
      preconditionFailure("Emitter: node \(id) \(ir[id].op) of \(ir[id].shape) has no memory")
    }
    return address
  }

  /// The array behind the reshapes of `id`, or where it would begin if all its examples lay as those around `example` do.
  func address(_ id: Int, around example: Int) -> UnsafeMutablePointer<Float> {
    blockArrays[Emitter.array(id, ir)]?.origin(around: example) ?? address(id)
  }

  /// The node whose memory `id` lies in.
  static func array(_ id: Int, _ ir: IR) -> Int {
    var id = id
    while case .op(.reshape) = ir[id].op { id = ir[id].inputs[0] }
    return id
  }

  /// What errors call the array: the name of a parameter or an input, else its shape.
  func name(of id: Int) -> String {
    switch ir[Emitter.array(id, ir)].op {
    case .op(.parameter(let name)), .op(.input(let name)): "'\(name)'"
    default: "a table of \(ir[id].shape)"
    }
  }

  /// Whether `id` is an input of the program.
  func isInput(_ id: Int) -> Bool {
    if case .op(.input) = ir[Emitter.array(id, ir)].op { true } else { false }
  }

  func range(_ start: UnsafePointer<Float>, _ count: Int) -> Range<UInt> {
    let address = UInt(bitPattern: start)
    return address..<address + UInt(count) * 4
  }

  func whole(_ id: Int) -> Range<UInt> { range(address(id), ir[id].shape.count) }

  func bind<T>(_ kernel: @escaping Step.Kernel, _ value: T, reads: [Range<UInt>], writes: [Range<UInt>]) -> Step.Part {
    Step.Part(kernel: kernel, arguments: UnsafeRawPointer(arguments.store(value)), reads: reads, writes: writes)
  }

  func emit(_ kernels: ArraySlice<Kernel>, isArray: (Int) -> Bool) throws -> [Step] {
    try kernels.flatMap { try emit($0, isArray: isArray) }
  }

  /// The steps of one kernel; `isArray` says which nodes are read outside the loop that computes them.
  func emit(_ kernel: Kernel, isArray: (Int) -> Bool) throws -> [Step] {
    switch kernel {
    case .loop(let loop): return [emit(loop, isArray: isArray)]
    case .node(let id):
      if backend == .onednn, let step = try oneDNN(id) { return [step] }
      switch ir[id].op {
      case .matmul(let ta, let tb, let epilogue):
        return [matmul(id, transposeA: ta, transposeB: tb, epilogue)]
      case .op(.batchedMatmul(let ta, let tb)): return [batchedMatmul(id, transposeA: ta, transposeB: tb)]
      case .op(let op): return movement(id, op)
      case .materialize: return [materialize(id)]
      default: return try convolution(id)
      }
    }
  }

  /// The same kernel in parts over a leading extent: `part(range)` for each block and thread that has any.
  func divided(_ name: String, _ extent: Int, _ part: (Range<Int>) throws -> Step.Part) rethrows -> Step {
    Step(
      name: name,
      blocks: try (0..<blockCount).map { block in
        try (0..<threads).map { thread in
          let range = share(share(extent, thread, of: threads), block, of: blockCount)
          return range.isEmpty ? Step.Part() : try part(range)
        }
      })
  }
}
