import Glibc
import Graphs
import Tensors

/// What is decoded of a latent: the mean of p(x | z), or a draw of it.
package enum DecodedKind: String, Sendable, CaseIterable, Codable {
  case means, samples
}

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
        try measureBatches(of: source, rows: rows, numbers: 2 * rows * d) { batch, numbers in
          var drawn = stream
          drawn.step = batch.step
          source.fill(program.input("x"), batch.indices, stream: drawn, threads: options.threads)
          fillLabels(of: program, from: source, batch.indices)
          program.run()
          let (mean, logVariance) = (program.output("mean"), program.output("logVariance"))
          for i in 0..<rows * d { (numbers[i], numbers[rows * d + i]) = (Double(mean[i]), Double(logVariance[i])) }
        } consume: { batch, numbers in
          let begin = Int(batch.step) * rows * d
          for i in 0..<batch.valid * d {
            (means[begin + i], variances[begin + i]) = (Float(numbers[i]), Float(numbers[rows * d + i]))
          }
          try progress(Double(Int(batch.step) * rows + batch.valid) / Double(source.count))
        }
      }
    }
    return Codes(mean: mean, logVariance: logVariance)
  }

  /// One draw from each posterior: mean + σ · ε, ε from the stream (seed, "sample").
  package func sample(_ codes: Codes, seed: UInt64) throws -> Tensor {
    let noise = try NormalDraws.values(codes.mean.shape, seed: seed, purpose: StreamPurpose.sample)
    let (m, v, e) = (codes.mean.elements(as: Float.self), codes.logVariance.elements(as: Float.self), noise)
    return try Tensor(zip(zip(m, v), e).map { $0.0 + expf2($0.1 * 0.5) * $1 }, shape: codes.mean.shape)
  }

  /// E[x | z] for latents `[N, D]` → `[N, C, H, W]`, or one draw of p(x | z) each.
  ///
  /// - Parameters:
  ///   - labels: A class for each latent, for conditional models.
  ///   - kind: Means or draws; a squared error has means alone.
  ///   - seed: Of the draws, from the stream (seed, "observation").
  ///   - progress: Called after every batch with the fraction done; errors that it throws end the work.
  package func decode(
    _ z: Tensor, labels: [Int]? = nil, as kind: DecodedKind = .means, seed: UInt64 = 0,
    progress: (Double) throws -> Void = { _ in }
  ) throws -> Tensor {
    guard kind == .means || configuration.likelihood.hasSamples else { throw ModelError.notAProbability("this model") }
    guard z.shape.rank == 2, z.shape[1] == latentDimensions, z.dtype == .float32 else {
      throw ModelError.latentShape(z.shape, wanted: latentDimensions)
    }
    let count = z.shape[0]
    guard count > 0 else { throw ModelError.noExamples }
    let needed = configuration.family.requires.labels
    if needed == .required || (needed == .optional && labels != nil), labels?.count != count {
      throw ModelError.labelsNeeded
    }
    let classes = configuration.classCount ?? 0
    let known = needed == .required ? 0..<classes : -1..<classes
    if needed != .none, let bad = labels?.first(where: { !known.contains($0) }) {
      throw ModelError.unknownClass(bad, known: classes)
    }
    let rows = min(Self.evaluationRows, count)
    let program = try kind == .means ? decodeProgram(rows: rows) : outputsProgram(rows: rows)
    let stream = RandomStream(seed: seed, purpose: StreamPurpose.observation)
    let values = kind == .means ? .init() : try drawValues
    let width = configuration.pixels * configuration.likelihood.outputsPerPixel
    let (d, pixels) = (latentDimensions, configuration.pixels)
    var images = try Tensor(zeros: Shape([count] + configuration.exampleShape.dimensions))
    try z.withElements(of: Float.self) { latents in
      try images.withMutableElements(of: Float.self) { images in
        for begin in stride(from: 0, to: count, by: rows) {
          try Stopping.check()
          let valid = min(rows, count - begin)
          let input = program.input("z")
          for i in 0..<valid * d { input[i] = latents[begin * d + i] }
          if program.hasInput("labels") {
            let oneHot = program.input("labels")
            oneHot.update(repeating: 0)
            if let labels {
              for row in 0..<valid where labels[begin + row] >= 0 { oneHot[row * classes + labels[begin + row]] = 1 }
            }
          }
          program.run()
          if kind == .means {
            let mean = program.output("mean")
            for i in 0..<valid * pixels { images[begin * pixels + i] = mean[i] }
          } else {
            let outputs = program.output("outputs")
            for row in 0..<valid {
              let first = (begin + row) * pixels
              configuration.likelihood.draw(
                UnsafeBufferPointer(rebasing: outputs[row * width..<(row + 1) * width]), values, stream: stream,
                first: first, into: UnsafeMutableBufferPointer(rebasing: images[first..<first + pixels]))
            }
          }
          try progress(Double(begin + valid) / Double(count))
        }
      }
    }
    return images
  }

  private var drawValues: Likelihood.DrawValues {
    get throws {
      let likelihood = configuration.likelihood
      if likelihood.columns != nil { return Likelihood.DrawValues(columns: try columnValues) }
      return Likelihood.DrawValues(
        sigma: try sigma ?? 0,
        own: try likelihood.parameters.map { try parameters.value($0.name).elements(as: Float.self).map(Double.init) })
    }
  }

  /// σ of p(x | z), given or learned; nil where the likelihood has none.
  package var sigma: Double? {
    get throws {
      if let sigma = configuration.likelihood.sigma { return Double(sigma) }
      guard configuration.likelihood.learnsSigma else { return nil }
      return try parameters.value("logSigma").elements(as: Float.self).first.map { exp(Double($0)) }
    }
  }
}
