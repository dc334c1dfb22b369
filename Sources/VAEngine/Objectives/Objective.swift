import Graphs

/// What a training step minimizes, and the terms that it reports.
package struct Objective {
  /// The objective, nats per example.
  package let loss: Symbol
  /// The family's terms by name, means over the batch.
  package let terms: [TermName: Symbol]

  package init(loss: Symbol, _ terms: [TermName: Symbol]) { (self.loss, self.terms) = (loss, terms) }

  /// −log p(x | z), mean over the batch (of all samples).
  package var reconstruction: Symbol { terms[.reconstruction] ?? loss }
  /// KL, mean over the batch; 0 without one.
  package var kl: Symbol { terms[.kl] ?? loss.graph.constant(0) }
}

/// The name of a term of the loss, as histories, figures and metrics have it.
package struct TermName: Hashable, Sendable {
  /// The key in files and JSON: `kl`.
  package let name: String
  /// The label of a curve: `KL`.
  package let label: String
  /// Empty for the unit of the likelihood.
  package let unit: String
  /// The setting that weighs it; nil for a term of weight 1.
  package let weight: String?

  package init(_ name: String, label: String? = nil, unit: String = "nats", weight: String? = nil) {
    (self.name, self.label, self.unit, self.weight) = (name, label ?? name, unit, weight)
  }

  package static let reconstruction = TermName("reconstruction", unit: "")
  package static let kl = TermName("kl", label: "KL", weight: "beta")

  package static func == (a: TermName, b: TermName) -> Bool { a.name == b.name }
  package func hash(into hasher: inout Hasher) { hasher.combine(name) }
}
