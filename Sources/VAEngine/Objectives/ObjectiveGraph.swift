import Graphs
import Networks
import Tensors

/// Writes a model's parts into one graph for a batch of `rows`: encoder, posterior, decoder, and the loss of its family.
///
/// Inputs: `x` `[B, …]`, `labels` `[B, classes]` one-hot for conditional models, and the scalars that the family reads.
package struct ObjectiveGraph {
  package let graph: Graph
  package let configuration: ModelConfiguration
  let rows: Int
  /// The builder of layers and their parameters.
  package let builder: LayerBuilder

  /// - Parameter globalRows: Where the rows lie in a batch that several processes share; nil where they are all of it.
  package init(_ configuration: ModelConfiguration, rows: Int, globalRows: GlobalRows? = nil, training: Bool) {
    self.configuration = configuration
    self.rows = rows
    graph = Graph(rows: rows, globalRows: globalRows)
    builder = LayerBuilder(graph, activation: configuration.architecture.activation, training: training)
  }

  func input() throws(ShapeError) -> Symbol {
    try graph.input("x", Shape([rows] + configuration.exampleShape.dimensions))
  }

  func labels() throws(ShapeError) -> Symbol? {
    guard configuration.family.isConditional, let classes = configuration.classCount else { return nil }
    return try graph.input("labels", [rows, classes])
  }

  func posterior(_ x: Symbol, noise: Noise? = nil) throws(ShapeError) -> DiagonalGaussian {
    let seen = try encoderInput(x, noise: noise)
    return try graph.scope("encoder") { () throws(ShapeError) -> DiagonalGaussian in
      let h = try builder.apply(configuration.architecture.encoder, to: seen, activatesLast: true)
      return try configuration.family.posterior.write(Features(value: h, labels: labels()), builder, configuration)
    }
  }

  /// The batch as the encoder sees it: the columns of a table standardized, and which of them are observed where some are
  /// missing; corrupted by `noise`. Masking noise hides cells of a table as if they were missing, so that the model learns to
  /// tell them from the others (as in Ivanov et al. 2019, VAEAC).
  private func encoderInput(_ x: Symbol, noise: Noise? = nil) throws(ShapeError) -> Symbol {
    guard let columns = configuration.likelihood.columns else {
      let seen = try configuration.likelihood.encoderView.map { view throws(ShapeError) in try view(x) } ?? x
      return try noise?.applied(to: seen) ?? seen
    }
    var (values, mask) = (try columns.standardized(x), try columns.mask(x))
    if case .mask(let share) = noise {
      let draw = try graph.random(.uniform, StreamPurpose.corruption, mask.shape)
      let isKept = try lessOrEqual(graph.constant(share), draw)
      (values, mask) = (try values * columns.spread(isKept), try mask * isKept)
    } else if let noise {
      values = try noise.applied(to: values)
    }
    return isToldOfGaps ? try concat([values, mask], axis: 1) : values
  }

  /// Whether the encoder is told which columns are observed.
  private var isToldOfGaps: Bool {
    if case .mask = configuration.noise { return true }
    return configuration.likelihood.columns?.hasMissing == true
  }

  /// What the encoder's layers make of the batch.
  func features() throws(ShapeError) -> Features {
    let seen = try encoderInput(input())
    let h = try graph.scope("encoder") { () throws(ShapeError) -> Symbol in
      try builder.apply(configuration.architecture.encoder, to: seen, activatesLast: true)
    }
    return Features(value: h, labels: try labels())
  }

  /// How the model's codes are arranged.
  package func codeLayout() throws -> CodeLayout { try configuration.family.posterior.layout(configuration) }

  /// The likelihood's parameters for latents `[n, D]`, flattened.
  ///
  /// - Parameter labels: One-hot `[n, classes]`.
  func decode(_ z: Symbol, labels: Symbol?) throws -> Symbol {
    let layout = try codeLayout()
    let y = try graph.scope("decoder") { () throws(ShapeError) -> Symbol in
      var code = try decoderInput(layout, z)
      if let labels {
        code = try code.shape.rank == 4 ? Features.planes(code, labels) : concat([code, labels], axis: 1)
      }
      return try builder.apply(outputLayers(), to: code, activatesLast: false)
    }
    return try cropped(y)
  }

  private func decoderInput(_ layout: CodeLayout, _ z: Symbol) throws(ShapeError) -> Symbol {
    if let merge = configuration.family.posterior.merge { return try merge(layout.split(z), builder) }
    return layout.levels.count == 1 ? try layout.split(z)[0] : z
  }

  /// The decoder with the number of outputs per pixel that the likelihood needs.
  private func outputLayers() -> [Layer] {
    let factor = configuration.likelihood.outputsPerPixel
    guard factor > 1, let last = configuration.architecture.decoder.last else {
      return configuration.architecture.decoder
    }
    let wide: Layer =
      switch last {
      case .dense(let n, let a): .dense(min(n, .max / factor) * factor, a)
      case .convolution(let c, let k, let s, let p, let a):
        .convolution(channels: c * factor, kernel: k, stride: s, padding: p, a)
      case .transposedConvolution(let c, let k, let s, let p, let a):
        .transposedConvolution(channels: c * factor, kernel: k, stride: s, padding: p, a)
      case .convolution1D(let c, let k, let s, let p, let a):
        .convolution1D(channels: c * factor, kernel: k, stride: s, padding: p, a)
      case .transposedConvolution1D(let c, let k, let s, let p, let a):
        .transposedConvolution1D(channels: c * factor, kernel: k, stride: s, padding: p, a)
      default: last
      }
    return configuration.architecture.decoder.dropLast() + [wide]
  }

  /// `[n, outputsPerPixel · D]`, images that came out larger than the data cut at the center.
  private func cropped(_ y: Symbol) throws -> Symbol {
    // A vector is a series of one channel.
    let shape = configuration.exampleShape
    let example = shape.rank == 1 ? [1, 1, shape[0]] : shape
    let wanted = configuration.pixels * configuration.likelihood.outputsPerPixel
    if y.shape.droppingFirst.count == wanted { return try y.flattened() }
    guard y.shape.rank == 4, example.rank == 3, y.shape[1] * example[1] * example[2] == wanted,
      y.shape[2] >= example[1], y.shape[3] >= example[2]
    else { throw ModelError.decoderShape(y.shape.droppingFirst, wanted: shape) }
    let (top, left) = ((y.shape[2] - example[1]) / 2, (y.shape[3] - example[2]) / 2)
    return try y.slice(axis: 2, top..<top + example[1]).slice(axis: 3, left..<left + example[2]).flattened()
  }

  /// N, the number of examples of the training data: a scalar that the trainer sets.
  static let exampleCount = "examples"

  /// A scalar that the trainer sets before every step: a setting of the family by its word.
  package func scalar(_ word: String) throws(ShapeError) -> Symbol { try graph.input(word, []) }

  /// q(z | x) of the batch, its input corrupted where the family says so, and what is to be reconstructed, `[B, D]`.
  package func encoded() throws -> (q: DiagonalGaussian, target: Symbol) {
    let x = try input()
    let target = try x.flattened()
    return (try posterior(x, noise: configuration.noise), target)
  }

  /// One code of each posterior, from the stream of training.
  package func draw(_ q: DiagonalGaussian) throws(ShapeError) -> Symbol {
    guard configuration.family.posterior.isRandom else { return q.mean }
    return try q.sample(graph.random(.normal, StreamPurpose.posterior, q.mean.shape))
  }

  /// −log p(x | z), `[B]`, with the labels of the batch.
  package func reconstruction(_ z: Symbol, _ target: Symbol) throws -> Symbol {
    let labels = try labels()
    return try negativeLogLikelihood(decode(z, labels: labels), target)
  }

  /// −log p(x | outputs), `[B]`; makes the likelihood's own parameters.
  func negativeLogLikelihood(_ outputs: Symbol, _ target: Symbol) throws(ShapeError) -> Symbol {
    for parameter in configuration.likelihood.parameters {
      _ = try builder.parameter(
        parameter.name, parameter.shape(pixels: configuration.pixels), .constant(parameter.initial),
        trainable: parameter.isTrained)
    }
    return try configuration.likelihood.negativeLogLikelihood(outputs, target)
  }

  /// The family's loss and terms.
  package func terms() throws -> Objective { try configuration.family.write(self) }
}
