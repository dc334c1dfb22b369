import Graphs
import Tensors
import Testing

/// Convolutions that run block by block of examples, in memory that every block uses anew.
@Suite struct BlockingTests {
  /// Two convolutions, two transposed ones with a transpose between, images so large that a few of them fill a block.
  private struct Network {
    let program: Program
    let store: ParameterStore

    init(batch: Int, threads: Int, passes: Set<CompilerOptions.Pass> = Set(CompilerOptions.Pass.allCases)) throws {
      let graph = Graph()
      var specs: [ParameterSpec] = []
      func parameter(_ name: String, _ shape: Shape) throws -> Symbol {
        specs.append(ParameterSpec(name: name, shape: shape))
        return try graph.parameter(name, shape)
      }
      let x = try graph.input("x", [batch, 1, 64, 64])
      let half = ConvGeometry(kernel: 3, stride: 2, padding: 1)
      var h = try relu(x.conv2d(parameter("w1", [16, 1, 3, 3]), half) + parameter("b1", [1, 16, 1, 1]))
      h = try relu(h.conv2d(parameter("w2", [16, 16, 3, 3]), half) + parameter("b2", [1, 16, 1, 1]))
      let code = try tanh(matmul(h.flattened(), parameter("w3", [16 * 256, 3])))
      var y = try relu(matmul(code, parameter("w4", [3, 16 * 256]))).reshaped([batch, 16, 16, 16])
      y = try relu(
        y.convTranspose2d(parameter("w5", [16, 16, 3, 3]), half, outputPadding: [1, 1])
          + parameter("b5", [1, 16, 1, 1]))
      let logits = try y.convTranspose2d(parameter("w6", [16, 1, 3, 3]), half, outputPadding: [1, 1])
      let loss = try bceWithLogits(logits, x).sum() / Float(batch)
      store = try ParameterStore(specs)
      for spec in specs {
        let stream = RandomStream(seed: 1, purpose: spec.name)
        store.set(spec.name, to: try Tensor((0..<spec.shape.count).map { stream.normal($0) * 0.1 }, shape: spec.shape))
      }
      program = try Program(
        graph, outputs: [("loss", loss), ("code", code)], parameters: store, training: (loss, .sgd),
        options: CompilerOptions(threads: threads, passes: passes))
      program.hyperparameters.learningRate = 1e-3
      let pixels = RandomStream(seed: 2, purpose: "pixels")
      let input = program.input("x")
      for index in input.indices { input[index] = pixels.uniform(index) }
    }

    func train(_ steps: Int) throws -> [Float] {
      var result: [Float] = []
      for step in 0..<steps {
        program.run(step: UInt64(step))
        result.append(program.output("loss")[0])
      }
      result += program.output("code")
      for spec in store.specs { result += try store.value(spec.name).elements(as: Float.self) }
      return result
    }
  }

  /// Batches that neither threads nor blocks divide; sums over examples are added up in another order only.
  @Test(arguments: [(13, 1), (13, 2), (16, 2), (23, 3)]) func blocksChangeNothing(_ batch: Int, _ threads: Int) throws {
    let blocked = try Network(batch: batch, threads: threads)
    var passes = Set(CompilerOptions.Pass.allCases)
    passes.remove(.blocking)
    let whole = try Network(batch: batch, threads: threads, passes: passes)
    for (a, b) in zip(try blocked.train(3), try whole.train(3)) { #expect(abs(a - b) <= 1e-4 * max(abs(b), 0.1)) }
    #expect(blocked.program.arenaByteCount < whole.program.arenaByteCount)
  }

  /// Without shared memory every array has a room of its own, and the numbers are the same bits.
  @Test func roomsCanBeSharedOrNot() throws {
    var passes = Set(CompilerOptions.Pass.allCases)
    passes.remove(.arenaReuse)
    let apart = try Network(batch: 13, threads: 2, passes: passes).train(2)
    let shared = try Network(batch: 13, threads: 2).train(2)
    #expect(apart.map(\.bitPattern) == shared.map(\.bitPattern))
  }

  /// Every example falls into its thread's room, one block's examples behind one another from the room's beginning.
  @Test(arguments: [(13, 2, 3), (16, 2, 8), (23, 3, 2), (7, 2, 3), (128, 2, 21)]) func aRoomHoldsOneBlock(
    _ examples: Int, _ threads: Int, _ blockCount: Int
  ) {
    let stride = 5
    let most = ((examples + threads - 1) / threads + blockCount - 1) / blockCount
    let memory = UnsafeMutablePointer<Float>.allocate(capacity: threads * most * stride)
    defer { memory.deallocate() }
    let array = BlockArray(
      base: memory, threadStride: most * stride, stride: stride, examples: examples, threads: threads,
      blockCount: blockCount)
    for thread in 0..<threads {
      for block in 0..<blockCount {
        let range = share(share(examples, thread, of: threads), block, of: blockCount)
        #expect(range.count <= most)
        for example in range {
          let at = array.origin(around: example) + example * stride
          #expect(at == memory + (thread * most + example - range.lowerBound) * stride)
        }
      }
    }
  }
}
