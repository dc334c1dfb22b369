import Graphs
import Networks
import Tensors

/// p(z): what codes are compared with, and what samples are decoded from. N(0, I), or K diagonal Gaussians of equal weight.
///
/// Another one is a file like `MixturePrior.swift`, listed in `choices`.
package struct Prior: Sendable, Equatable {
  /// As `prior=` reads it.
  package let name: String
  /// One line, no full stop.
  package let summary: String
  /// The paper and its equation.
  package let source: String
  /// What `explain` says of it; empty for none.
  package let theory: String
  /// Writes the components, `[K, D]`; nil for N(0, I), of which the KL of a Gaussian has a closed form.
  let components: (@Sendable (ObjectiveGraph, _ count: Int) throws -> DiagonalGaussian)?
  /// Sets its parameters from the training data before the first step.
  let initialize: (@Sendable (Model, any BatchSource, _ count: Int) throws -> Void)?

  init(
    _ name: String, summary: String, source: String = "", theory: String = "",
    components: (@Sendable (ObjectiveGraph, _ count: Int) throws -> DiagonalGaussian)? = nil,
    initialize: (@Sendable (Model, any BatchSource, _ count: Int) throws -> Void)? = nil
  ) {
    (self.name, self.summary, self.source, self.theory) = (name, summary, source, theory)
    (self.components, self.initialize) = (components, initialize)
  }

  package static func == (a: Prior, b: Prior) -> Bool { a.name == b.name }

  /// N(0, I).
  package static let standardNormal = Prior("standard", summary: "N(0, I)")

  /// Those of `prior=`, the default first.
  package static let choices: [Prior] = [.standardNormal, .mixture, .vamp]

  /// Whether the KL of a Gaussian posterior is known exactly; else it is that of a draw.
  package var hasClosedForm: Bool { components == nil }
}

extension ModelConfiguration {
  static let defaultComponents = 500

  /// p(z); nil where the family has none.
  package var prior: Prior? {
    guard let own = family.prior else { return nil }
    guard let place = settings["prior"].map({ Int($0) }) else { return own }
    return Prior.choices.indices.contains(place) ? Prior.choices[place] : own
  }

  /// K of a prior that is a mixture.
  var componentCount: Int { settings["components"].map { Int($0) } ?? Self.defaultComponents }

  /// Whether the rate of an example is that of a draw, and not exact.
  package var drawsRate: Bool { prior.map { !$0.hasClosedForm } ?? false }
}

extension Setting {
  /// `prior=` and `components=`, of families whose objective takes any prior.
  static let prior: [Setting] = [
    .choice("prior", Prior.choices.map { .init($0.name, $0.summary) }, help: "distribution p(z) of codes"),
    Setting(
      "components", .integer(1...100_000), default: String(ModelConfiguration.defaultComponents),
      help: "K of prior=mixture and prior=vamp", isOwn: true, isStructural: true,
      text: { String($0.componentCount) },
      assign: { configuration, value, _ throws(InvalidSetting) in
        guard case .integer(let count) = value else { return }
        // Models with another prior say nothing of it.
        let isDefault = count == ModelConfiguration.defaultComponents
        configuration.settings["components"] = isDefault && configuration.settings["prior"] == nil ? nil : Float(count)
      }),
  ]

  /// What is wrong with a prior.
  static func objectionToPrior(_ configuration: ModelConfiguration) -> InvalidSettings? {
    guard let prior = configuration.prior, !prior.hasClosedForm else {
      return configuration.settings["components"] == nil
        ? nil : InvalidSettings("components", "only prior=mixture and prior=vamp have components")
    }
    if configuration.settings["gradient"] == 1 {
      return InvalidSettings(
        "gradient", "dreg is of the encoder and the decoder, and prior=\(prior.name) has parameters of its own")
    }
    if configuration.freeBits > 0 {
      return InvalidSettings("freebits", "prior=\(prior.name) has no KL of each dimension")
    }
    guard prior == .vamp else { return nil }
    if configuration.family.isConditional {
      return InvalidSettings("prior", "pseudo-inputs have no label, and the encoder needs one; use prior=mixture")
    }
    if configuration.likelihood.columns != nil {
      return InvalidSettings(
        "prior", "rows of a table, with categories and missing values, cannot be learned; use prior=mixture")
    }
    return nil
  }
}

extension ObjectiveGraph {
  static let log2Pi: Float = 1.837_877_066

  /// The components of the prior, `[K, D]`; nil for N(0, I). Written once a graph: parameters and draws are shared.
  func priorComponents() throws -> DiagonalGaussian? {
    guard let prior = configuration.prior, let write = prior.components else { return nil }
    return try write(self, configuration.componentCount)
  }

  /// log p(z) of codes `[n, D]`, `[n]`:
  ///
  ///     log Σ_k exp( Σ_d log N(z_d; m_kd, σ_kd²) ) − log K
  ///
  /// by squared distances and not by a matrix product, whose terms would cancel; `[n, K, D]` stays inside the reduction.
  func logPrior(_ z: Symbol, _ components: DiagonalGaussian?) throws(ShapeError) -> Symbol {
    guard let components else { return try (square(z) + Self.log2Pi).sum([1]) * -0.5 }
    let (n, d, k) = (z.shape[0], z.shape[1], components.mean.shape[0])
    func ofComponents(_ x: Symbol) throws(ShapeError) -> Symbol { try x.reshaped([1, k, d]) }
    let difference = try z.reshaped([n, 1, d]) - ofComponents(components.mean)
    let terms = try square(difference) * ofComponents(exp(-components.logVariance))
    let constants = try (components.logVariance + Self.log2Pi).sum([1]).reshaped([1, k])
    return try ((terms.sum([2]) + constants) * -0.5).logSumExp([1]) - logOf(Float(k))
  }

  /// log q(z | x) − log p(z) of one draw of each posterior, `[B]`.
  func drawnRate(_ q: DiagonalGaussian, _ z: Symbol, _ components: DiagonalGaussian?) throws(ShapeError) -> Symbol {
    let conditional = try (square(z - q.mean) * exp(-q.logVariance) + q.logVariance + Self.log2Pi).sum([1]) * -0.5
    return try conditional - logPrior(z, components)
  }
}

extension Model {
  /// The components of the prior with the current parameters, `[K, D]` each; nil for N(0, I).
  func priorComponents() throws -> Codes? {
    guard configuration.drawsRate else { return nil }
    let program = try program(.prior) {
      let objective = ObjectiveGraph(configuration, rows: 1, training: false)
      guard let components = try objective.priorComponents() else { throw ModelError.notAProbability("this prior") }
      return try Program(
        objective.graph, outputs: [("mean", components.mean), ("logVariance", components.logVariance)],
        parameters: parameters, options: options)
    }
    program.run()
    let shape: Shape = [configuration.componentCount, latentDimensions]
    return Codes(
      mean: try Tensor(Array(program.output("mean")), shape: shape),
      logVariance: try Tensor(Array(program.output("logVariance")), shape: shape))
  }

  /// Draws from the prior, `[count, D]`: of a mixture a component each, all as likely, then a code of it. Families without
  /// one have N(0, I) drawn, to look at what their decoders make of it.
  package func prior(count: Int, seed: UInt64) throws -> Tensor {
    let d = latentDimensions
    let shape: Shape = [count, d]
    var values = try NormalDraws.values(shape, seed: seed, purpose: StreamPurpose.prior)
    if let components = try priorComponents() {
      let stream = RandomStream(seed: seed, purpose: StreamPurpose.component)
      let (means, variances) = (
        components.mean.elements(as: Float.self), components.logVariance.elements(as: Float.self)
      )
      let k = components.mean.shape[0]
      for row in 0..<count {
        let chosen = min(k - 1, Int(Double(stream.uniform(row)) * Double(k)))
        for j in 0..<d {
          values[row * d + j] =
            means[chosen * d + j] + expf2(variances[chosen * d + j] * 0.5) * values[row * d + j]
        }
      }
    }
    return try Tensor(values, shape: shape)
  }
}

/// Independent draws of N(0, 1) outside of a model's programs.
enum NormalDraws {
  static func values(_ shape: Shape, seed: UInt64, purpose: String) throws -> [Float] {
    let graph = Graph()
    let draw = try graph.random(.normal, purpose, shape)
    let program = try Program(graph, outputs: [("draw", draw)], seed: seed, options: CompilerOptions(threads: 1))
    program.run()
    return Array(program.output("draw"))
  }
}
