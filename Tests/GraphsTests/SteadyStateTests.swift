import CAllocations
import CTeam
import Graphs
import Tensors
import Testing

/// What holds from one step to the next: the same bits from the same numbers, and no memory asked for.
@Suite struct SteadyStateTests {
  /// A small convolutional VAE with everything a training step has: draws, norms, pooling, clipping and running
  /// statistics that are assigned.
  private func network(_ options: CompilerOptions, batch: Int = 8) throws -> TrainedNetwork {
    let network = try TrainedNetwork(
      images: [batch, 1, 12, 12], scale: 0.2, optimizer: .adam, options: options
    ) { x, parameter in
      let down = ConvGeometry(kernel: 3, stride: 2, padding: 1)
      let bias = try parameter("bias", [5]).reshaped([1, 5, 1, 1])
      var h = try relu(x.conv2d(parameter("w1", [5, 1, 3, 3]), down) + bias)
      let norm = try h.batchNorm(scale: parameter("scale", [5]) + 1, shift: parameter("shift", [5]))
      h = try norm.result.pooled(.max, ConvGeometry(kernel: 2, stride: 2)).flattened()
      h = try h * (step(parameter.graph.random(.uniform, "dropout", h.shape) - 0.2) * 1.25)
      let mean = try matmul(h, parameter("w2", [45, 4]))
      let logVariance = try matmul(h, parameter("w3", [45, 4]))
      let z = try mean + exp(logVariance * 0.5) * parameter.graph.random(.normal, "noise", [batch, 4])
      let hidden = try relu(matmul(z, parameter("w4", [4, 5 * 36]))).reshaped([batch, 5, 6, 6])
      let logits = try hidden.convTranspose2d(parameter("w5", [5, 1, 3, 3]), down, outputPadding: [1, 1])
      let divergence = try (square(mean) + expm1(logVariance) - logVariance).sum() * (0.5 / Float(batch))
      let running = try parameter("running", [5], trainable: false)
      return .init(
        loss: try bceWithLogits(logits, x).sum() / Float(batch) + divergence, outputs: [("z", z)],
        assignments: [("running", try running * 0.9 + norm.mean.reshaped([5]) * 0.1)])
    }
    network.program.mainHyperparameters.clipNorm = 5
    network.program.mainHyperparameters.learningRate = 0.01
    return network
  }

  @Test(arguments: [1, 2]) func trainingGivesTheSameBitsEveryTime(_ threads: Int) throws {
    let options = CompilerOptions(threads: threads)
    let first = try network(options).train(30)
    #expect(first.allSatisfy { $0.isFinite })
    #expect(first[29] < first[0])
    for _ in 0..<3 { #expect(try network(options).train(30).map(\.bitPattern) == first.map(\.bitPattern)) }
  }

  /// Passes reorder sums and fuse multiplications with additions; Adam divides small gradients by themselves, which
  /// makes of a rounding a step as large as the learning rate where a gradient is nearly zero.
  @Test(arguments: CompilerOptions.Pass.allCases) func everyPassCanBeLeftOut(_ pass: CompilerOptions.Pass) throws {
    for threads in [1, 2] {
      let whole = try network(CompilerOptions(threads: threads), batch: 24).train(4)
      let passes = Set(CompilerOptions.Pass.allCases).subtracting([pass])
      let without = try network(CompilerOptions(threads: threads, passes: passes), batch: 24).train(4)
      for (a, b) in zip(whole[..<4], without) { #expect(abs(a - b) <= 2e-5 * abs(a), "loss without \(pass.rawValue)") }
      for (a, b) in zip(whole[4...], without[4...]) {
        #expect(abs(a - b) <= 1e-4, "parameter without \(pass.rawValue)")
      }
    }
  }

  @Test(arguments: [[1], [17], [33, 5], [128, 784]] as [Shape])
  func drawsAreTheSameForAnyNumberOfThreads(_ shape: Shape) throws {
    let graph = Graph()
    let symbols = [
      ("normal", try graph.random(.normal, "a", shape)), ("uniform", try graph.random(.uniform, "b", shape)),
      ("bernoulli", try graph.bernoulli(graph.constant(0.3, shape), "c")),
    ]
    func draw(_ threads: Int) throws -> [[UInt32]] {
      let program = try Program(graph, outputs: symbols, seed: 9, options: CompilerOptions(threads: threads))
      program.run(step: 1 << 33)
      return symbols.map { program.output($0.0).map(\.bitPattern) }
    }
    let one = try draw(1)
    for threads in 2...4 { #expect(try draw(threads) == one) }
    let stream = RandomStream(seed: 9, purpose: "b", step: 1 << 33)
    #expect(one[1] == (0..<shape.count).map { stream.uniform($0).bitPattern })
    let normals = RandomStream(seed: 9, purpose: "a", step: 1 << 33)
    for (index, bits) in one[0].enumerated() { #expect(abs(Float(bitPattern: bits) - normals.normal(index)) < 2e-6) }
  }

  @Test(arguments: [1, 2]) func aTrainingStepAllocatesNothing(_ threads: Int) throws {
    let network = try network(CompilerOptions(threads: threads))
    let source = Images(count: 64)
    let indices = (0..<8).map { Int32($0 * 5) }
    let input = network.program.input("x")
    func advance(_ step: UInt64) -> Float {
      source.fill(input, indices, stream: RandomStream(seed: 1, purpose: 3, step: step), threads: threads)
      network.program.mainHyperparameters.learningRate = 1e-3
      network.program.run(step: step)
      return network.program.output("loss")[0]
    }
    let counter = UnsafeMutablePointer<Int>.allocate(capacity: 1)
    counter.initialize(to: 0)
    defer { counter.deallocate() }
    func count(_ counts: Bool) {
      elbo_team_each(
        { context, _ in elbo_count_allocations(context?.assumingMemoryBound(to: Int.self)) }, counts ? counter : nil,
        Int32(threads))
    }
    var total = advance(0) + advance(1)
    count(true)
    for step in 2..<50 { total += advance(UInt64(step)) }
    let allocations = counter.pointee
    // That counting counts, on every thread.
    elbo_team_each(
      { _, _ in UnsafeMutableRawPointer.allocate(byteCount: 100, alignment: 8).deallocate() }, nil, Int32(threads))
    count(false)
    #expect(allocations == 0)
    #expect(counter.pointee - allocations >= threads)
    #expect(total.isFinite)
  }

  /// More threads than a loop reads arrays: what they summed is added up in groups.
  @Test(arguments: [12, 13, 25, 64]) func anyNumberOfThreadsComputesTheSame(_ threads: Int) throws {
    let (few, many) = (CompilerOptions(threads: 1), CompilerOptions(threads: threads))
    let one = try network(few, batch: 16).train(1)
    let all = try network(many, batch: 16).train(1)
    #expect(one.count == all.count)
    for (a, b) in zip(one, all) { #expect(abs(a - b) <= 1e-3 * max(1, abs(a))) }
  }

  private struct Images: BatchSource {
    let count: Int
    let exampleShape: Shape = [1, 12, 12]
    let classCount: Int? = nil

    func read(
      _ indices: UnsafeBufferPointer<Int32>, rows: Range<Int>, into destination: UnsafeMutablePointer<Float>,
      stream: RandomStream, firstRow: Int
    ) {
      for row in rows {
        for pixel in 0..<144 { destination[row * 144 + pixel] = stream.uniform(Int(indices[row]) * 144 + pixel) }
      }
    }

    func readLabels(_ indices: UnsafeBufferPointer<Int32>, into destination: UnsafeMutablePointer<Int32>) {}
  }
}
