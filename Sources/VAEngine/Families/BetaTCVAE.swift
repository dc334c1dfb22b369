import Graphs

extension Family {
  private static let totalCorrelation = TermName("tc", label: "total correlation", weight: "beta")
  private static let mutualInformation = TermName("mi", label: "mutual information", weight: "alpha")
  private static let dimensionwise = TermName("dimensionwise", label: "dimension-wise KL", weight: "gamma")

  /// The KL in three parts, each with a weight (`ObjectiveGraph.klParts`):
  ///
  ///     loss = E_q[−log p(x | z)] + α · MI + β · TC + γ · DW
  package static let betaTC = Family(
    "beta-tcvae", summary: "VAE whose total correlation is weighted by beta", source: "Chen et al. 2018, equation 4",
    settings: Setting.klWeight(6, help: "weight of the total correlation") + [
      .weight("alpha", 1, help: "weight of the mutual information"),
      .weight("gamma", 1, help: "weight of the dimension-wise KL"),
      .choice(
        "estimator",
        [
          .init("mss", "minibatch-stratified sampling, unbiased for q(z)"),
          .init("mws", "minibatch-weighted sampling, as the paper's experiments"),
        ], help: "estimate of q(z) from a batch"),
    ],
    requires: .init(rows: 2), terms: [mutualInformation, totalCorrelation, dimensionwise], weighsKL: false,
    theory: """
      The KL of the ELBO has three parts, and disentangling needs only one of them small:

          E KL( q(z | x) ‖ p(z) ) = I(x; z) + KL( q(z) ‖ Π q(z_d) ) + Σ_d KL( q(z_d) ‖ p(z_d) )
                                    mutual    total correlation       dimension-wise
          loss = E_q[ −log p(x | z) ] + α · I + β · TC + γ · DW

      beta= weighs the total correlation, which is 0 where dimensions are independent; alpha= and gamma=, by default 1, the
      others. q(z) is estimated from the batch, so large batches (256 and more) have less of its bias: estimator=mss weighs a
      code's own posterior by 1/N, N the examples of the training data, and is right on average; mws is what the paper ran. At
      α = β = γ = 1 the loss is −ELBO by one draw. 'evaluate m split=yes' measures the three on held-out data.
      """,
    findings: [
      FamilyFinding(
        "total-correlation",
        looksFor: "a total correlation above a quarter of the KL: beta is too small to make dimensions independent"
      ) { evidence in
        guard let tc = evidence.epoch?.own?["tc"], evidence.evaluation.kl.mean > 0.5 else { return nil }
        let share = tc / evidence.evaluation.kl.mean
        guard share > 0.25 else { return nil }
        return .init(
          "dimensions depend on each other", evidence: "total correlation \(FamilyFinding.text(share)) of the KL",
          advice: (setting: "beta", value: FamilyFinding.text(2 * Double(evidence.configuration.beta.target))))
      }
    ]
  ) { graph in
    let (q, target) = try graph.encoded()
    let z = try graph.draw(q)
    let reconstruction = try graph.reconstruction(z, target).mean()
    let estimator = AggregateEstimator(rawValue: Int(graph.configuration.settings["estimator"] ?? 0)) ?? .stratified
    let parts = try graph.klParts(q, z, estimator: estimator, examples: graph.scalar(ObjectiveGraph.exampleCount))
    let ofDensities =
      try graph.scalar("alpha") * parts.mutualInformation + graph.scalar("beta") * parts.totalCorrelation
      + graph.scalar("gamma") * parts.dimensionwise
    return Objective(
      loss: try reconstruction + ofDensities,
      [
        .reconstruction: reconstruction, .kl: try q.klPerDimension().sum([1]).mean(),
        mutualInformation: parts.mutualInformation, totalCorrelation: parts.totalCorrelation,
        dimensionwise: parts.dimensionwise,
      ])
  }
}
