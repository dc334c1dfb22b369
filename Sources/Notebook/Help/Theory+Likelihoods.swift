import SessionCore
import VAEngine

extension Theory {
  /// What likelihoods say of themselves, with their sources.
  static var likelihoods: [Theory] {
    Likelihood.all.filter { !$0.theory.isEmpty }.map { likelihood in
      Theory(
        likelihood.name, likelihood.summary,
        likelihood.source.isEmpty ? likelihood.theory : "\(likelihood.theory)\n\n\(likelihood.source).",
        show: ["model n mlp likelihood=\(likelihood.name)"])
    }
  }
}
