import Graphs
import Networks
import Tensors

/// A kind of model, declared in one place: its word and source, its settings, what it requires of the data, the parts of
/// its objective and the objective itself, its theory, what `doctor` looks for in it, and published recipes.
///
/// Everything else is derived from this value: the options of `model` and `set` with their completion, help and refusals,
/// the terms of the history, of `plot loss`, of the metrics and of JSON. Another family is a file like `CapacityVAE.swift`
/// and a word in `builtIn`; nothing else names one.
package struct Family: Sendable {
  /// As `model` reads it.
  package let word: String
  package let aliases: [String]
  /// One line, no full stop.
  package let summary: String
  /// The paper and its equation.
  package let source: String
  package let settings: [Setting]
  package let requires: Requirements
  package let posterior: Posterior
  /// p(z); nil where there is none, and with it neither KL nor ELBO nor samples.
  package let prior: Prior?
  package let bound: Bound
  /// The likelihood of a model that names none.
  package let likelihood: Likelihood
  /// The architecture of a model that names none.
  package let preset: Preset
  /// Of the history and of figures, beside the loss; the reconstruction first.
  package let terms: [TermName]
  /// What `explain` says of it beyond the topics that every family shares; empty for none.
  package let theory: String
  package let findings: [FamilyFinding]
  /// Recorded runs of published results, in `sessions/published`.
  package let published: [String]
  /// Whether its `beta` weighs the KL.
  private let weighsKL: Bool
  /// What is wrong with a combination of its settings; nil for nothing.
  package let objection: @Sendable (ModelConfiguration) -> InvalidSettings?
  /// Sets parameters from the training data before the first step: centers, pseudo-inputs, codebooks.
  let initialize: (@Sendable (Model, any BatchSource) throws -> Void)?
  let write: @Sendable (ObjectiveGraph) throws -> Objective

  /// What a family needs of the data.
  package struct Requirements: Sendable, Equatable {
    /// Encoder and decoder are given the label of each example, as one-hot.
    package var labels = Labels.none
    /// Examples that a batch has at least: two where a term couples the rows.
    package var rows = 1
    /// Whether a term of the objective couples the examples of a batch, so that its mean over the batch is not one of means
    /// over parts of it: where a batch is divided, such a term needs the codes of all of it.
    package var couplesRows: Bool { rows > 1 }
    package init(labels: Labels = .none, rows: Int = 1) { (self.labels, self.rows) = (labels, rows) }

    package enum Labels: Sendable, Equatable {
      case none
      /// An example without one, class −1, has zeros in its place.
      case optional
      /// Data with an example that has none are refused.
      case required
    }
  }

  /// - Parameters:
  ///   - settings: In the order of help.
  ///   - terms: Beside the reconstruction and, with a prior, the KL.
  ///   - weighsKL: Whether `beta`, where it is a setting, weighs the KL and not another term.
  ///   - objection: What is wrong with a combination of settings; nil for nothing.
  ///   - initialize: Sets parameters from the training data before the first step.
  ///   - objective: Writes the loss of a training step into the graph.
  package init(
    _ word: String, aliases: [String] = [], summary: String, source: String, settings: [Setting] = [],
    requires: Requirements = Requirements(), posterior: Posterior = .gaussian, prior: Prior? = .standardNormal,
    bound: Bound = .elbo, likelihood: Likelihood = .bernoulli, preset: Preset = .conv, terms: [TermName] = [],
    weighsKL: Bool = true, theory: String = "", findings: [FamilyFinding] = [], published: [String] = [],
    objection: @escaping @Sendable (ModelConfiguration) -> InvalidSettings? = { _ in nil },
    initialize: (@Sendable (Model, any BatchSource) throws -> Void)? = nil,
    objective: @escaping @Sendable (ObjectiveGraph) throws -> Objective
  ) {
    (self.word, self.aliases, self.summary, self.source) = (word, aliases, summary, source)
    (self.settings, self.requires, self.posterior, self.prior) = (settings, requires, posterior, prior)
    let takesPriors = settings.contains { $0.word == "prior" }
    self.weighsKL = weighsKL
    self.objection = { objection($0) ?? (takesPriors ? Setting.objectionToPrior($0) : nil) }
    (self.bound, self.likelihood, self.preset, self.theory) = (bound, likelihood, preset, theory)
    self.terms = [.reconstruction] + (prior == nil ? [] : [.kl]) + terms
    (self.findings, self.published, self.initialize, write) = (findings, published, initialize, objective)
  }
}

extension Family {
  static let builtIn: [Family] = [
    .autoencoder, .vae, .beta, .capacity, .denoising, .conditional, .importanceWeighted, .betaTC, .dipI, .dipII, .info,
    .wae, .regularized, .multiplyImportanceWeighted, .combinationImportanceWeighted, .partiallyImportanceWeighted,
  ]

  /// Families that a program adds to those of the engine, for the task it runs.
  @TaskLocal package static var additional: [Family] = []

  /// All there are, in the order of help.
  package static var all: [Family] { builtIn + additional }

  /// The family of a word or an alias.
  package static func named(_ word: String) -> Family? { all.first { $0.word == word || $0.aliases.contains(word) } }

  /// Whether encoder and decoder are given the label.
  package var isConditional: Bool { requires.labels != .none }
  /// Whether it has a prior, a posterior and a bound of log p(x).
  package var isProbabilistic: Bool { prior != nil }
  /// Whether beta weighs the KL: an importance-weighted bound has no such term, a plain autoencoder no KL.
  package var hasWeightedKL: Bool { weighsKL && setting("beta") != nil }
  /// Whether the KL is pushed towards a capacity.
  package var hasCapacity: Bool { setting("capacity") != nil }
  /// Whether training corrupts the input.
  package var corruptsInput: Bool { setting("noise") != nil }
  /// Terms of its own, beside the reconstruction and the KL.
  package var ownTerms: [TermName] { terms.filter { $0 != .reconstruction && $0 != .kl } }
  package func setting(_ word: String) -> Setting? { settings.first { $0.word == word } }
  package func term(_ name: String) -> TermName? { terms.first { $0.name == name } }
}

extension Family: Hashable, CustomStringConvertible {
  package static func == (a: Family, b: Family) -> Bool { a.word == b.word }
  package func hash(into hasher: inout Hasher) { hasher.combine(word) }
  package var description: String { word }
}

/// As its word.
extension Family: Codable {
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(word)
  }

  package init(from decoder: any Decoder) throws {
    let word = try decoder.singleValueContainer().decode(String.self)
    guard let found = Self.named(word) else {
      throw ModelError.checkpoint("the model's family '\(word)' is not one of this program")
    }
    self = found
  }
}
