import Graphs
import Tensors

extension Model {
  /// The terms of −ELBO of each example, nats, averaged over `draws` posterior draws: −log p(x | z) and the KL, which is 0
  /// for plain autoencoders.
  package func exampleTerms(
    _ source: any BatchSource, draws: Int = 1, seed: UInt64 = 0, progress: (Double) throws -> Void = { _ in }
  ) throws -> (reconstruction: [Double], kl: [Double]) {
    try check(source)
    guard draws > 0 else { throw ModelError.sampleCount(draws) }
    let rows = min(Self.evaluationRows, source.count)
    let program = try termsProgram(rows: rows)
    let d = latentDimensions
    let isAutoencoder = !configuration.family.isProbabilistic
    var reconstructions = [Double](repeating: 0, count: source.count)
    var rates = reconstructions
    try forEachBatch(of: source, rows: rows, seed: seed) { indices, valid, step in
      let stream = RandomStream.evaluatedData(seed: seed, step: step)
      source.fill(program.input("x"), indices, stream: stream, threads: options.threads)
      fillLabels(of: program, from: source, indices)
      for draw in 0..<draws {
        try Stopping.check()
        run(program, draw: step &* UInt64(draws) &+ UInt64(draw), seed: seed)
        let (reconstruction, kl) = (program.output("reconstruction"), program.output("klPerDimension"))
        for row in 0..<valid {
          reconstructions[Int(step) * rows + row] += Double(reconstruction[row]) / Double(draws)
          if configuration.drawsRate {
            rates[Int(step) * rows + row] += Double(program.output("rate")[row]) / Double(draws)
          } else {
            rates[Int(step) * rows + row] =
              isAutoencoder ? 0 : kl[row * d..<(row + 1) * d].reduce(0.0) { $0 + Double($1) }
          }
        }
      }
      try progress(Double(Int(step) * rows + valid) / Double(source.count))
    }
    return (reconstructions, rates)
  }

  /// Anomaly scores: −ELBO in nats averaged over `draws` posterior draws; the reconstruction loss for plain
  /// autoencoders. Higher scores are more anomalous (An & Cho 2015).
  package func anomalyScores(
    _ source: any BatchSource, draws: Int = 1, seed: UInt64 = 0, progress: (Double) throws -> Void = { _ in }
  ) throws -> [Double] {
    let terms = try exampleTerms(source, draws: draws, seed: seed, progress: progress)
    return zip(terms.reconstruction, terms.kl).map { $0 + $1 }
  }

  /// E[x | posterior mean] of every example, `[N, C, H, W]`.
  package func reconstruct(_ source: any BatchSource, seed: UInt64 = 0) throws -> Tensor {
    let labels: [Int]? = configuration.family.isConditional ? source.labels : nil
    return try decode(encode(source, seed: seed).mean, labels: labels)
  }

  /// Examples corrupted by `noise` and their reconstructions, both `[N, C, H, W]`; corrupted Gaussian values are
  /// not clipped.
  package func denoise(
    _ source: any BatchSource, noise: Noise, seed: UInt64 = 0
  ) throws -> (corrupted: Tensor, restored: Tensor) {
    try check(source)
    let values = try source.values(seed: seed)
    let graph = Graph()
    let x = try graph.input("x", values.shape)
    let noisyInput = try graph.scope(StreamPurpose.denoising) { () throws(ShapeError) -> Symbol in
      try noise.applied(to: x)
    }
    let program = try Program(graph, outputs: [("noisy", noisyInput)], seed: seed, options: options)
    values.withElements(of: Float.self) { _ = program.input("x").update(from: $0) }
    program.run()
    let corrupted = try Tensor(Array(program.output("noisy")), shape: values.shape)
    let labels: [Int]? = configuration.family.isConditional ? source.labels : nil
    let noisy = TensorSource(corrupted, labels: labels, classCount: source.classCount)
    return (corrupted, try reconstruct(noisy, seed: seed))
  }
}

extension Noise {
  /// `x` corrupted, drawing from the stream named `corruption` in the current scope.
  func applied(to x: Symbol) throws(ShapeError) -> Symbol {
    switch self {
    case .gaussian(let sigma): return try x + x.graph.random(.normal, StreamPurpose.corruption, x.shape) * sigma
    case .mask(let share): return try x * step(x.graph.random(.uniform, StreamPurpose.corruption, x.shape) - share)
    case .saltAndPepper(let share):
      let u = try x.graph.random(.uniform, StreamPurpose.corruption, x.shape)
      return try x * step(u - share) + step(share * 0.5 - u)
    }
  }
}
