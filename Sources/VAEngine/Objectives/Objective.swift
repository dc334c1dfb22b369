import Graphs

/// What a training step minimizes, and the terms that it reports.
package struct Objective {
  /// The objective, nats per example.
  package let loss: Symbol
  /// The family's terms by name, means over the batch.
  package let terms: [TermName: Symbol]
  /// Losses of other parameters than the model's, which a step minimizes with it.
  package let opponents: [Opponent]

  package init(loss: Symbol, _ terms: [TermName: Symbol], against opponents: [Opponent] = []) {
    (self.loss, self.terms, self.opponents) = (loss, terms, opponents)
  }

  /// −log p(x | z), mean over the batch (of all samples).
  package var reconstruction: Symbol { terms[.reconstruction] ?? loss }
  /// KL, mean over the batch; 0 without one.
  package var kl: Symbol { terms[.kl] ?? loss.graph.constant(0) }
}

/// A loss of its own for a group of parameters that the model's loss does not train: the cross-entropy of a critic.
///
/// All losses of a step are differentiated at the same parameters, each with respect to its group and nothing else, and all
/// groups are updated together (`TrainingPhase`). The loss may read the model's codes and the model's loss the critic:
/// neither moves the other's parameters.
package struct Opponent {
  /// As named by `LayerBuilder.group`.
  package let group: String
  package let loss: Symbol
  package let optimizer: OptimizerKind
  /// Its own: neither the learning rate of `train` nor its schedule or clipping reach this group.
  package let hyperparameters: Hyperparameters
  /// A scalar: at steps where it is not above 0 the group stays as it is.
  package let gate: Symbol?

  package init(
    _ group: String, loss: Symbol, optimizer: OptimizerKind = .adam, hyperparameters: Hyperparameters = .init(),
    gate: Symbol? = nil
  ) {
    (self.group, self.loss, self.optimizer) = (group, loss, optimizer)
    (self.hyperparameters, self.gate) = (hyperparameters, gate)
  }
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
