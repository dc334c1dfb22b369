import Graphs
import Tensors
import Testing

/// Convolutions that run block by block of examples, in memory that every block uses anew.
@Suite struct BlockingTests {
  /// Two convolutions, two transposed ones, images so large that a few of them fill a block.
  private func network(batch: Int, threads: Int, without pass: CompilerOptions.Pass? = nil) throws -> TrainedNetwork {
    var passes = Set(CompilerOptions.Pass.allCases)
    if let pass { passes.remove(pass) }
    let network = try TrainedNetwork(
      images: [batch, 1, 64, 64], scale: 0.1, optimizer: .sgd,
      options: CompilerOptions(threads: threads, passes: passes)
    ) { x, parameter in
      let half = ConvGeometry(kernel: 3, stride: 2, padding: 1)
      var h = try relu(x.conv2d(parameter("w1", [16, 1, 3, 3]), half) + parameter("b1", [1, 16, 1, 1]))
      h = try relu(h.conv2d(parameter("w2", [16, 16, 3, 3]), half) + parameter("b2", [1, 16, 1, 1]))
      let code = try tanh(matmul(h.flattened(), parameter("w3", [16 * 256, 3])))
      var y = try relu(matmul(code, parameter("w4", [3, 16 * 256]))).reshaped([batch, 16, 16, 16])
      y = try relu(
        y.convTranspose2d(parameter("w5", [16, 16, 3, 3]), half, outputPadding: [1, 1])
          + parameter("b5", [1, 16, 1, 1]))
      let logits = try y.convTranspose2d(parameter("w6", [16, 1, 3, 3]), half, outputPadding: [1, 1])
      return .init(loss: try bceWithLogits(logits, x).sum() / Float(batch))
    }
    network.program.mainHyperparameters.learningRate = 1e-3
    return network
  }

  /// Batches that neither threads nor blocks divide; sums over examples are added up in another order only.
  @Test(arguments: [(13, 1), (13, 2), (16, 2), (23, 3)]) func blocksChangeNothing(_ batch: Int, _ threads: Int) throws {
    let blocked = try network(batch: batch, threads: threads).train(3)
    let whole = try network(batch: batch, threads: threads, without: .blocking).train(3)
    for (a, b) in zip(blocked, whole) { #expect(abs(a - b) <= 1e-4 * max(abs(b), 0.1)) }
  }

  /// What only the decoder's blocks touch, its 16×32×32 activations and their gradients among them, does not grow with
  /// the batch.
  @Test(arguments: [1, 2]) func blocksNeedNoMoreForMoreExamples(_ threads: Int) throws {
    func growth(without pass: CompilerOptions.Pass? = nil) throws -> Int {
      try network(batch: 52, threads: threads, without: pass).program.arenaByteCount
        - network(batch: 26, threads: threads, without: pass).program.arenaByteCount
    }
    #expect(try growth(without: .blocking) - growth() >= 26 * 16 * 32 * 32 * 4)
  }

  /// Without shared memory every array has a room of its own, and the numbers are the same bits.
  @Test func roomsCanBeSharedOrNot() throws {
    let apart = try network(batch: 13, threads: 2, without: .arenaReuse).train(2)
    let shared = try network(batch: 13, threads: 2).train(2)
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
