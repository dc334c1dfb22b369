import Graphs
import Tensors

/// p(x | z) of independent elements, parameterized by the decoder's outputs: a value that says all there is to say of one.
///
/// Another likelihood is a file like `Bernoulli.swift` with a static member, listed in `all`; nothing else names one.
package struct Likelihood: Sendable {
  /// The word of `likelihood=`.
  package let name: String
  /// One line, no full stop.
  package let summary: String
  /// The paper and its equation; empty where the formula is common knowledge.
  package let source: String
  /// The key it has in files.
  let codingKey: String
  /// What `explain` says of it; empty for none.
  package let theory: String
  /// What it lets its users choose, in the order of help.
  package let options: [LikelihoodOption]
  /// The values of its options by their words; of a flag 0 or 1.
  package let values: [String: Float]
  /// The columns of a table, where each has a distribution of its own; nil for all others.
  package let columns: TableColumns?
  /// Decoder outputs per element.
  package let outputsPerPixel: Int
  package let support: Support
  /// What −log p is a logarithm of.
  package let measure: Measure
  /// What it has besides the decoder's outputs.
  let parameters: [Parameter]
  /// What `doctor` looks for in models that have it.
  package let findings: [FamilyFinding]
  /// The same likelihood with other values of its options.
  private let remake: (@Sendable ([String: Float]) -> Likelihood)?
  /// What the encoder sees of x, of the same shape; nil for x itself.
  let encoderView: (@Sendable (Symbol) throws(ShapeError) -> Symbol)?
  /// The decoder's outputs as −log p, means and draws read them, of the same shape; nil for the outputs themselves. `x` is
  /// the example where it is known.
  private let prepare: (@Sendable (_ outputs: Symbol, _ pixels: Int, _ x: Symbol?) throws(ShapeError) -> Symbol)?
  /// Initial values of its parameters, by their names, of the training data.
  let initialValues: (@Sendable (ElementMoments) -> [String: [Float]])?

  /// −log p(x | outputs), `[B]` in nats, summed over the elements, of outputs `[B, outputsPerPixel · D]` and `x` `[B, D]`.
  let write: @Sendable (_ outputs: Symbol, _ x: Symbol) throws(ShapeError) -> Symbol
  /// E[x | outputs], `[B, D]`.
  let writeMean: @Sendable (_ outputs: Symbol, _ pixels: Int) throws(ShapeError) -> Symbol
  /// The decoder's output whose E[x] is `mean`; probabilities are kept within [0.001, 0.999].
  let output: @Sendable (_ mean: Double) -> Double
  /// One draw of an element in Double; nil where there is no p(x | z) to draw from.
  let draw: (@Sendable (Draw) -> Float)?
  /// −log p(x) of the best single prediction for all examples, nats per example; nil where that has no closed form.
  let constantLoss: (@Sendable (Moments) -> Double)?

  /// A parameter that is the same for all examples.
  struct Parameter: Sendable {
    let name: String
    private let shape: Shape?
    let initial: Float
    /// Whether it is learned with the networks.
    let isTrained: Bool

    init(_ name: String, _ shape: Shape = [], initial: Float, isTrained: Bool = true) {
      (self.name, self.shape, self.initial, self.isTrained) = (name, shape, initial, isTrained)
    }

    /// One for each element of an example, `[D]`.
    init(perElement name: String, initial: Float) {
      (self.name, shape, self.initial, isTrained) = (name, nil, initial, true)
    }

    /// Of examples of `pixels` elements.
    func shape(pixels: Int) -> Shape { shape ?? [pixels] }
  }

  /// Where data must lie.
  package enum Support: Sendable {
    case unitInterval, realLine
    /// 0, 1, 2, …
    case counts
  }

  package enum Measure: Sendable {
    /// A probability of discrete data: −log p converts to bits per dimension.
    case probability
    /// A probability of 0/1 data; of gray values a cross-entropy, which is none.
    case binaryProbability
    /// A density, which depends on the unit of the data.
    case density
    /// No p(x | z) at all: a squared error, in the square of the data's unit.
    case squaredError
  }

  /// What a draw of one element is made from.
  struct Draw {
    /// The decoder's outputs for the element.
    let outputs: (Float, Float)
    /// σ, where there is one.
    let sigma: Double
    let stream: RandomStream
    let index: Int
    /// The element of the example.
    var element = 0
    /// The likelihood's own parameters, in their order.
    var own: [[Double]] = []

    /// In (0, 1): the middle of the 2⁻²⁴ that a uniform number stands for.
    var uniform: Double { Double(stream.uniform(index)) + 0x1p-25 }
  }

  /// Mean and variance of every element over the training data.
  struct ElementMoments {
    let means: [Double]
    let variances: [Double]
  }

  /// Mean and variance of every element over the examples of each group that is predicted by itself.
  struct Moments {
    let groups: [(share: Double, means: [Double], variances: [Double])]

    /// Σ over the elements, averaged over the examples.
    func sum(_ term: (_ mean: Double, _ variance: Double) -> Double) -> Double {
      groups.reduce(0) { total, group in
        total + group.share * zip(group.means, group.variances).reduce(0) { $0 + term($1.0, $1.1) }
      }
    }
  }

  /// - Parameters:
  ///   - options: With the values of `values`, or their defaults.
  ///   - remake: The likelihood with other values of its options.
  init(
    _ name: String, summary: String, source: String = "", codingKey: String? = nil, theory: String = "",
    options: [LikelihoodOption] = [], values: [String: Float] = [:],
    remake: (@Sendable ([String: Float]) -> Likelihood)? = nil,
    columns: TableColumns? = nil, outputsPerPixel: Int = 1,
    support: Support, measure: Measure, parameters: [Parameter] = [], findings: [FamilyFinding] = [],
    encoderView: (@Sendable (Symbol) throws(ShapeError) -> Symbol)? = nil,
    prepare: (@Sendable (_ outputs: Symbol, _ pixels: Int, _ x: Symbol?) throws(ShapeError) -> Symbol)? = nil,
    initialValues: (@Sendable (ElementMoments) -> [String: [Float]])? = nil,
    write: @escaping @Sendable (_ outputs: Symbol, _ x: Symbol) throws(ShapeError) -> Symbol,
    mean: @escaping @Sendable (_ outputs: Symbol, _ pixels: Int) throws(ShapeError) -> Symbol,
    output: @escaping @Sendable (_ mean: Double) -> Double, draw: (@Sendable (Draw) -> Float)?,
    constantLoss: (@Sendable (Moments) -> Double)?
  ) {
    (self.name, self.summary, self.source, self.theory) = (name, summary, source, theory)
    (self.codingKey, self.columns, self.options, self.remake) = (codingKey ?? name, columns, options, remake)
    self.values = options.reduce(into: [:]) { $0[$1.word] = values[$1.word] ?? $1.defaultValue }
    (self.outputsPerPixel, self.support, self.measure, self.parameters) = (
      outputsPerPixel, support, measure, parameters
    )
    (self.findings, self.encoderView, self.prepare, self.initialValues) = (
      findings, encoderView, prepare, initialValues
    )
    (self.write, writeMean, self.output, self.draw) = (write, mean, output, draw)
    self.constantLoss = constantLoss
  }

  /// All of them in the order of `help model`, those with options at their defaults; `columns` is made for a table.
  package static let all: [Likelihood] = [
    .bernoulli, .continuousBernoulli, .gaussian(sigma: 1), .gaussianLearned, .laplace, .studentT, .logistic256,
    .poisson(), .negativeBinomial(), .zeroInflatedNegativeBinomial(), .squaredError,
  ]

  /// The likelihood of that name; with `values` of the options that it has.
  package static func named(_ name: String, _ values: [String: Float] = [:]) -> Likelihood? {
    all.first { $0.name == name }?.with(values)
  }

  /// The same with other values of its options; those of others are not looked at.
  package func with(_ values: [String: Float]) -> Likelihood {
    guard let remake, !options.isEmpty else { return self }
    return remake(self.values.merging(values.filter { self.values[$0.key] != nil }) { $1 })
  }
}

/// What a likelihood lets its users choose: `sigma=0.4`, `library=yes`. Options, completion, help and refusals of `model` come
/// from it.
package struct LikelihoodOption: Sendable, Equatable {
  package enum Kind: Sendable, Equatable {
    case positive, flag
  }

  package let word: String
  package let kind: Kind
  /// Of a flag 0 or 1.
  package let defaultValue: Float
  /// One line, no full stop.
  package let help: String

  init(_ word: String, _ kind: Kind, default defaultValue: Float, help: String) {
    (self.word, self.kind, self.defaultValue, self.help) = (word, kind, defaultValue, help)
  }

  /// Whether a file's number can be one.
  func allows(_ value: Float) -> Bool { kind == .flag ? value == 0 || value == 1 : value > 0 && value.isFinite }
}

extension Likelihood {
  /// Whether there is a p(x | z) to draw from: a squared error defines none.
  package var hasSamples: Bool { draw != nil }
  /// Whether −log p is of discrete data, so that it can be converted to bits per dimension.
  package var isDiscrete: Bool { measure == .probability }
  /// σ where it is an option (`sigma=`); nil for all others.
  package var sigma: Float? { values["sigma"] }
  /// Whether it is of all real numbers: then data may be scaled as one likes.
  package var isReal: Bool { support == .realLine }
  /// Whether it is of data in [0, 1] alone.
  package var isBounded: Bool { support == .unitInterval }
  /// Whether −log p is one of a density over real numbers, so that it depends on the unit of the data.
  package var isDensity: Bool { measure == .density }
  /// Whether σ is learned with the networks.
  package var learnsSigma: Bool { parameters.contains { $0.name == "logSigma" } }
  /// The unit of −log p(x | z); a squared error is none of nats.
  package var unit: String { measure == .squaredError ? "squared error" : "nats" }

  /// −log p(x | outputs) in nats, one per example: summed over pixels, `[B]`.
  ///
  /// - Parameters:
  ///   - outputs: `[B, outputsPerPixel · D]`.
  ///   - x: `[B, D]`, inside the support.
  package func negativeLogLikelihood(_ outputs: Symbol, _ x: Symbol) throws(ShapeError) -> Symbol {
    try write(prepared(outputs, pixels: x.shape[1], x: x), x)
  }

  /// The decoder's outputs as draws read them, of the same shape.
  func prepared(_ outputs: Symbol, pixels: Int, x: Symbol? = nil) throws(ShapeError) -> Symbol {
    guard let prepare else { return outputs }
    return try prepare(outputs, pixels, x)
  }

  /// E[x | outputs], `[B, D]`.
  ///
  /// - Parameter x: The example that is rebuilt, where there is one: of counts with `library=yes` its total is that of the
  ///   mean; without an example it is the mean total of the training data.
  func mean(_ outputs: Symbol, pixels: Int, x: Symbol? = nil) throws(ShapeError) -> Symbol {
    try writeMean(prepared(outputs, pixels: pixels, x: x), pixels)
  }

  /// What draws are made with besides the decoder's outputs.
  struct DrawValues {
    /// σ of the Gaussian ones; 0 of others.
    var sigma = 0.0
    /// Of a table's columns.
    var columns: ColumnValues?
    /// The likelihood's own parameters, in their order.
    var own: [[Double]] = []
  }

  /// One draw of p(x | z) for each pixel of an example.
  ///
  /// - Parameters:
  ///   - outputs: Prepared, `outputsPerPixel` for each pixel.
  ///   - stream: Element `first + i` is drawn for pixel i.
  func draw(
    _ outputs: UnsafeBufferPointer<Float>, _ values: DrawValues, stream: RandomStream, first: Int,
    into pixels: UnsafeMutableBufferPointer<Float>
  ) {
    if let columns, let values = values.columns {
      return columns.draw(outputs, values, stream: stream, first: first, into: pixels)
    }
    let count = pixels.count
    for i in 0..<count {
      let pair = (outputs[i], outputsPerPixel > 1 ? outputs[count + i] : 0)
      let one = Draw(
        outputs: pair, sigma: values.sigma, stream: stream, index: first + i, element: i, own: values.own)
      pixels[i] = draw?(one) ?? outputs[i]
    }
  }
}

extension Likelihood: Hashable, CustomStringConvertible {
  package static func == (a: Likelihood, b: Likelihood) -> Bool {
    a.name == b.name && a.values == b.values && a.columns == b.columns
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(name)
    hasher.combine(values)
    hasher.combine(columns)
  }

  /// As a training state identifies it: `gaussian(sigma: 0.4)`.
  package var description: String {
    if let columns {
      return "\(codingKey)(\(columns.models.map { "\($0.name): \($0.kind.rawValue)" }.joined(separator: ", ")))"
    }
    let texts = values.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
    return texts.isEmpty ? codingKey : "\(codingKey)(\(texts.joined(separator: ", ")))"
  }
}

/// `{"gaussian": {"sigma": 0.4}}`, `{"bernoulli": {}}`, `{"columns": {"models": […], "hasMissing": false}}`.
extension Likelihood: Codable {
  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(_ text: String) { stringValue = text }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    if let columns { return try container.encode(columns, forKey: Key(codingKey)) }
    var options = container.nestedContainer(keyedBy: Key.self, forKey: Key(codingKey))
    for (word, value) in values { try options.encode(value, forKey: Key(word)) }
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    if container.allKeys.map(\.stringValue) == ["columns"] {
      let columns = try container.decode(TableColumns.self, forKey: Key("columns"))
      guard columns.isSound else { throw ModelError.checkpoint("the model's columns are none") }
      self = .columns(columns)
      return
    }
    guard let key = container.allKeys.first, container.allKeys.count == 1,
      let found = Self.all.first(where: { $0.codingKey == key.stringValue })
    else {
      let keys = container.allKeys.map(\.stringValue).joined(separator: ", ")
      throw ModelError.checkpoint("the model's likelihood (\(keys)) is not one of this program")
    }
    guard !found.options.isEmpty else {
      self = found
      return
    }
    let options = try container.nestedContainer(keyedBy: Key.self, forKey: key)
    var values: [String: Float] = [:]
    for option in found.options { values[option.word] = try options.decode(Float.self, forKey: Key(option.word)) }
    self = found.with(values)
  }
}
