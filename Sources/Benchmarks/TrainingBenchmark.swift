import Glibc
import Graphs
import Tensors

/// Times training steps of a workload on real images.
///
/// Every step draws another batch, fills the input and runs the compiled step, as a trainer does. The fastest of three
/// rounds counts: what else the machine does can only slow a round down.
package struct TrainingBenchmark: Sendable {
  /// What was measured.
  package struct Result: Sendable, Equatable {
    package let imagesPerSecond: Double
    /// Of the workload's matrix products and convolutions.
    package let gigaflops: Double
    /// A 1024³ product of the same engine in the same run.
    package let productGigaflops: Double
    /// Mean loss of the last round, nats/image.
    package let loss: Double
    /// Largest resident size of the process so far, in bytes.
    package let peakBytes: Int
  }
  package let workload: Workload
  package let batch: Int
  package let k: Int
  package let steps: Int
  package let threads: Int?
  /// Images of 28×28 bytes, one after the other.
  package let pixels: [UInt8]

  package init(_ workload: Workload, batch: Int? = nil, k: Int = 1, steps: Int, threads: Int? = nil, pixels: [UInt8]) {
    (self.workload, self.k, self.steps, self.threads) = (workload, k, steps, threads)
    self.batch = batch ?? workload.defaultBatch
    self.pixels = pixels
  }

  /// - Parameter isCancelled: Asked between steps; nil comes back when it says so.
  package func run(isCancelled: () -> Bool = { false }) throws -> Result? {
    let graph = Graph()
    let loss = try workload.loss(graph, batch: batch, k: k)
    let program = try Program(
      graph, outputs: [("loss", loss)], parameters: try Self.parameters(of: graph), training: (loss, .adam), seed: 1,
      options: CompilerOptions(threads: threads))
    var step: UInt64 = 0
    var best = Double.infinity
    var total = 0.0
    for round in 0..<4 {
      total = 0
      var seconds = 0.0
      // The first round warms caches and code up.
      let count = round == 0 ? min(20, steps) : steps
      for _ in 0..<count {
        if isCancelled() { return nil }
        let start = ContinuousClock.now
        fill(program.input("x"), Int(step))
        program.run(step: step)
        seconds += (ContinuousClock.now - start).inSeconds
        total += Double(program.output("loss")[0])
        step += 1
      }
      if round > 0 { best = min(best, seconds) }
    }
    let rate = Double(steps * batch) / best
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return Result(
      imagesPerSecond: rate, gigaflops: rate * workload.flopsPerImage(k: k) / 1e9,
      productGigaflops: try productGigaflops(), loss: total / Double(steps), peakBytes: usage.ru_maxrss * 1024)
  }

  /// Uniform in ±1/√fan-in; biases 0.
  private static func parameters(of graph: Graph) throws -> ParameterStore {
    var specs: [ParameterSpec] = []
    for node in graph.nodes {
      if case .parameter(let name) = node.op { specs.append(ParameterSpec(name: name, shape: node.shape)) }
    }
    let store = try ParameterStore(specs)
    for spec in specs where spec.shape.rank > 1 {
      let fanIn = spec.shape.rank == 4 ? spec.shape[1] * spec.shape[2] * spec.shape[3] : spec.shape[0]
      let bound = 1 / Float(fanIn).squareRoot()
      let stream = RandomStream(seed: 1, purpose: spec.name)
      let values = (0..<spec.shape.count).map { index in
        (Float(stream.block(UInt32(index / 4))[index % 4] >> 8) * 0x1p-23 - 1) * bound
      }
      store.set(spec.name, to: try Tensor(values, shape: spec.shape))
    }
    return store
  }

  /// The batch of a step: images spread over the whole set. 64×64 workloads get each pixel twice in both directions.
  private func fill(_ x: UnsafeMutableBufferPointer<Float>, _ step: Int) {
    let count = pixels.count / 784
    for row in 0..<batch {
      let image = (step &* 7919 &+ row &* 104_729) % count * 784
      switch workload {
      case .mlp, .conv: for p in 0..<784 { x[row * 784 + p] = Float(pixels[image + p]) / 255 }
      case .iwae: for p in 0..<784 { x[row * 784 + p] = pixels[image + p] > 127 ? 1 : 0 }
      case .burgess:
        for y in 0..<56 {
          let line = row * 4096 + (4 + y) * 64 + 4
          for column in 0..<56 { x[line + column] = Float(pixels[image + y / 2 * 28 + column / 2]) / 255 }
        }
      }
    }
  }

  /// The speed of a 1024×1024×1024 product, best of 10.
  private func productGigaflops() throws -> Double {
    let graph = Graph()
    let product = try matmul(graph.input("a", [1024, 1024]), graph.input("b", [1024, 1024]))
    let program = try Program(graph, outputs: [("c", product)], options: CompilerOptions(threads: threads))
    for (index, name) in ["a", "b"].enumerated() {
      let values = program.input(name)
      for i in values.indices { values[i] = Float((i &* 31 &+ index) % 17) / 17 - 0.5 }
    }
    var best = Double.infinity
    for _ in 0..<10 {
      let start = ContinuousClock.now
      program.run()
      best = min(best, (ContinuousClock.now - start).inSeconds)
    }
    return 2 * 1024 * 1024 * 1024 / best / 1e9
  }
}

extension Duration {
  fileprivate var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
