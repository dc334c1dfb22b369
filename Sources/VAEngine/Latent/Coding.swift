import Graphs
import Tensors

/// Posterior parameters of examples, `[N, D]`.
package struct Codes: Sendable {
  package var mean: Tensor
  /// log σ².
  package var logVariance: Tensor

  package init(mean: Tensor, logVariance: Tensor) { (self.mean, self.logVariance) = (mean, logVariance) }
}

extension Model {
  /// q(z | x) of every example.
  package func encode(
    _ source: any BatchSource, seed: UInt64 = 0, progress: (Double) throws -> Void = { _ in }
  ) throws -> Codes {
    try check(source)
    let rows = min(Self.evaluationRows, source.count)
    let program = try encodeProgram(rows: rows)
    let d = latentDimensions
    var mean = try Tensor(zeros: [source.count, d])
    var logVariance = try Tensor(zeros: [source.count, d])
    let stream = RandomStream.evaluatedData(seed: seed)
    try mean.withMutableElements(of: Float.self) { means in
      try logVariance.withMutableElements(of: Float.self) { variances in
        try forEachBatch(of: source, rows: rows, seed: seed) { indices, valid, step in
          var batch = stream
          batch.step = step
          source.fill(program.input("x"), indices, stream: batch, threads: options.threads)
          if configuration.family == .conditional {
            source.fillOneHot(program.input("labels"), indices, classes: configuration.classCount ?? 0)
          }
          program.run()
          let begin = Int(step) * rows * d
          let (mean, logVariance) = (program.output("mean"), program.output("logVariance"))
          for i in 0..<valid * d { (means[begin + i], variances[begin + i]) = (mean[i], logVariance[i]) }
          try progress(Double(Int(step) * rows + valid) / Double(source.count))
        }
      }
    }
    return Codes(mean: mean, logVariance: logVariance)
  }

  /// One draw from each posterior: mean + σ · ε, ε from the stream (seed, "sample").
  package func sample(_ codes: Codes, seed: UInt64) throws -> Tensor {
    let noise = try normal(codes.mean.shape, seed: seed, purpose: StreamPurpose.sample)
    let (m, v, e) = (codes.mean.elements(as: Float.self), codes.logVariance.elements(as: Float.self), noise)
    return try Tensor(zip(zip(m, v), e).map { $0.0 + expf2($0.1 * 0.5) * $1 }, shape: codes.mean.shape)
  }

  /// E[x | z] for latents `[N, D]` → `[N, C, H, W]`.
  ///
  /// - Parameters:
  ///   - labels: A class for each latent, for conditional models.
  ///   - progress: Called after every batch with the share done; what it throws ends the work.
  package func decode(
    _ z: Tensor, labels: [Int]? = nil, progress: (Double) throws -> Void = { _ in }
  ) throws -> Tensor {
    guard z.shape.rank == 2, z.shape[1] == latentDimensions, z.dtype == .float32 else {
      throw ModelError.latentShape(z.shape, wanted: latentDimensions)
    }
    let count = z.shape[0]
    guard count > 0 else { throw ModelError.noExamples }
    if configuration.family == .conditional, labels?.count != count { throw ModelError.labelsNeeded }
    let classes = configuration.classCount ?? 0
    if configuration.family == .conditional, let bad = labels?.first(where: { !(0..<classes).contains($0) }) {
      throw ModelError.unknownClass(bad, known: classes)
    }
    let rows = min(Self.evaluationRows, count)
    let program = try decodeProgram(rows: rows)
    let (d, pixels) = (latentDimensions, configuration.pixels)
    var images = try Tensor(zeros: Shape([count] + configuration.exampleShape.dimensions))
    try z.withElements(of: Float.self) { latents in
      try images.withMutableElements(of: Float.self) { images in
        for begin in stride(from: 0, to: count, by: rows) {
          try Stopping.check()
          let valid = min(rows, count - begin)
          let input = program.input("z")
          for i in 0..<valid * d { input[i] = latents[begin * d + i] }
          if let labels, configuration.family == .conditional {
            let oneHot = program.input("labels")
            oneHot.update(repeating: 0)
            for row in 0..<valid { oneHot[row * classes + labels[begin + row]] = 1 }
          }
          program.run()
          let mean = program.output("mean")
          for i in 0..<valid * pixels { images[begin * pixels + i] = mean[i] }
          try progress(Double(begin + valid) / Double(count))
        }
      }
    }
    return images
  }

  /// Draws from the prior, `[count, D]`.
  package func prior(count: Int, seed: UInt64) throws -> Tensor {
    let shape: Shape = [count, latentDimensions]
    return try Tensor(try normal(shape, seed: seed, purpose: StreamPurpose.prior), shape: shape)
  }

  private func normal(_ shape: Shape, seed: UInt64, purpose: String) throws -> [Float] {
    let graph = Graph()
    let draw = try graph.random(.normal, purpose, shape)
    let program = try Program(graph, outputs: [("draw", draw)], seed: seed, options: CompilerOptions(threads: 1))
    program.run()
    return Array(program.output("draw"))
  }
}
