extension Family {
  /// The bound of k importance samples:
  ///
  ///     loss = −E log (1/k) Σ p(x, zᵢ) / q(zᵢ | x)
  package static let importanceWeighted = Family(
    "iwae", summary: "importance-weighted autoencoder, k samples", source: "Burda et al. 2016, equation 8",
    settings: [.importanceSamples, .gradient] + Setting.prior, bound: .importanceWeighted, preset: .iwae,
    published: ["sessions/published/iwae-k1.session", "sessions/published/iwae-k5.session"]
  ) { graph in
    let plan = ImportanceObjective(graph.configuration)
    guard !plan.parts else { return try graph.importanceObjective(plan) }
    let (q, target) = try graph.encoded()
    return try graph.importanceBound(q, target, samples: graph.configuration.importanceSamples)
  }
}
