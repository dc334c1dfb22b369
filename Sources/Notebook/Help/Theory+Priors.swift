import SessionCore
import VAEngine

extension Theory {
  /// What priors say of themselves, with their sources.
  static var priors: [Theory] {
    Prior.choices.filter { !$0.theory.isEmpty }.map { prior in
      Theory(
        prior.name, "prior=\(prior.name): \(prior.summary)", "\(prior.theory)\n\n\(prior.source).",
        show: ["model n mlp prior=\(prior.name) components=100"])
    }
  }
}
