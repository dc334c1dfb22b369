import Glibc
import Graphs
import Networks
import Tensors

/// Training throughput of one workload: fresh batches of real images, gathered as in training, and whole updates.
package struct TrainBenchmark: Sendable {
  package var workload: Workload
  package var batch: Int
  /// Importance samples of `iwae`.
  package var k = 1
  package var steps = 200
  package var threads: Int

  package init(_ workload: Workload, threads: Int? = nil) {
    self.workload = workload
    batch = workload.defaultBatch
    self.threads = CompilerOptions(threads: threads).threads
  }

  package struct Result: Sendable, Codable {
    package var workload: String
    package var batch: Int
    package var k: Int
    package var threads: Int
    /// Best of three runs, after a warm-up.
    package var imagesPerSecond: Double
    package var gigaflops: Double
    /// Of a 1024³ matrix product, measured in the same run.
    package var matmulGigaflops: Double
    /// Mean over the last run's steps, nats per image.
    package var loss: Double
    package var peakMemoryMegabytes: Double
    /// Fraction of a step that each kernel takes on the first thread, largest first.
    package var kernels: [Share]

    package struct Share: Sendable, Codable {
      package var name: String
      package var microseconds: Double
      package var share: Double
    }

    package var fractionOfMatmul: Double { gigaflops / matmulGigaflops }
  }

  /// - Parameter images: 28×28, values in [0, 1]; for `iwae` they are binarized as they are drawn.
  package func run(_ images: any BatchSource) throws -> Result {
    let source: any BatchSource = workload == .burgess ? EnlargedImages(images) : images
    let graph = Graph()
    let loss = try workload.loss(graph, batch: batch, k: k)
    let store = try Self.parameters(of: graph)
    let program = try Program(
      graph, outputs: [("loss", loss)], parameters: store, training: [TrainingPhase(loss, .adam)], seed: 1,
      options: CompilerOptions(threads: threads))
    let order = Permutation(source.count)
    var step: UInt64 = 0
    func advance() -> Double {
      let indices = (0..<batch).map { order[(Int(step) * batch + $0) % source.count] }
      source.fill(
        program.input("x"), indices, stream: RandomStream(seed: 1, purpose: "batch", step: step), threads: threads)
      program.run(step: step)
      step += 1
      return Double(program.output("loss")[0])
    }
    for _ in 0..<20 { _ = advance() }
    var best = Double.infinity
    var meanLoss = 0.0
    for _ in 0..<3 {
      let start = ContinuousClock.now
      let total = (0..<steps).reduce(0.0) { sum, _ in sum + advance() }
      best = min(best, (ContinuousClock.now - start).seconds)
      meanLoss = total / Double(steps)
    }
    let rate = Double(steps * batch) / best
    return Result(
      workload: workload.rawValue, batch: batch, k: k, threads: threads, imagesPerSecond: rate,
      gigaflops: rate * workload.flopsPerImage(k: k) * 1e-9, matmulGigaflops: try OpBenchmark.matmul(threads: threads),
      loss: meanLoss, peakMemoryMegabytes: peakMemory(), kernels: shares(program, steps: min(steps, 50)))
  }

  private func shares(_ program: Program, steps: Int) -> [Result.Share] {
    var sums: [String: Int64] = [:]
    for step in 0..<steps {
      for (name, nanoseconds) in program.profile(step: UInt64(step)) { sums[name, default: 0] += nanoseconds }
    }
    let total = Double(max(sums.values.reduce(0, +), 1))
    return sums.sorted { ($0.value, $1.key) > ($1.value, $0.key) }.map {
      .init(name: $0.key, microseconds: Double($0.value) / Double(steps) * 1e-3, share: Double($0.value) / total)
    }
  }

  /// Parameters with PyTorch's initialization.
  static func parameters(of graph: Graph) throws -> ParameterStore {
    var specs: [ParameterSpec] = []
    for node in graph.nodes {
      if case .parameter(let name) = node.op { specs.append(ParameterSpec(name: name, shape: node.shape)) }
    }
    let store = try ParameterStore(specs)
    for spec in specs {
      let fanIn = spec.shape.rank == 4 ? spec.shape.droppingFirst.count : spec.shape[0]
      let role: ParameterRole = spec.shape.rank == 1 ? .constant(0) : .weight(fanIn: fanIn, fanOut: spec.shape[0])
      let values = Initializer.pytorch.values((spec.name, spec.shape), role, seed: 1)
      store.set(spec.name, to: try Tensor(values, shape: spec.shape))
    }
    return store
  }

  /// The process's peak resident memory in MB (1e6 bytes).
  private func peakMemory() -> Double {
    var usage = rusage()
    getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
    return Double(usage.ru_maxrss) * 1024e-6
  }
}

/// An order of all indices with a cache-unfriendly pattern: multiples of a prime.
private struct Permutation {
  let count: Int
  init(_ count: Int) { self.count = count }
  subscript(index: Int) -> Int32 { Int32(index * 104_729 % count) }
}

/// 28×28 images, each pixel doubled to 56×56, in a border of 4: 64×64.
struct EnlargedImages: BatchSource {
  private let images: any BatchSource
  let count: Int
  let exampleShape: Shape = [1, 64, 64]
  let classCount: Int? = nil

  init(_ images: any BatchSource) { (self.images, count) = (images, images.count) }

  func read(
    _ indices: UnsafeBufferPointer<Int32>, rows: Range<Int>, into destination: UnsafeMutablePointer<Float>,
    stream: RandomStream, firstRow: Int
  ) {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: rows.upperBound * 784 + 16) { small in
      guard let base = small.baseAddress else { return }
      images.read(indices, rows: rows, into: base, stream: stream, firstRow: firstRow)
      for row in rows {
        let to = destination + row * 4096
        to.update(repeating: 0, count: 4096)
        for y in 0..<56 { for x in 0..<56 { to[(y + 4) * 64 + x + 4] = base[row * 784 + y / 2 * 28 + x / 2] } }
      }
    }
  }

  func readLabels(_ indices: UnsafeBufferPointer<Int32>, into destination: UnsafeMutablePointer<Int32>) {}
}

extension Duration {
  var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
