import Graphs

extension Family {
  static let discrepancy = TermName("mmd", label: "MMD²", unit: "")

  /// The aggregate posterior against the prior by MMD, beside a share of the KL:
  ///
  ///     loss = E_q[−log p(x | z)] + (1 − α) · KL + (α + λ − 1) · MMD²(q(z), p(z))
  package static let info = Family(
    "info-vae", aliases: ["mmd-vae"], summary: "VAE whose aggregate posterior is compared with the prior by MMD",
    source: "Zhao et al. 2019, equation 6",
    settings: [
      .weight("alpha", 1, help: "nats of mutual information that the KL is not charged for, from 0 to 1"),
      .weight("lambda", 1000, help: "weight of the divergence of q(z) from the prior"),
    ],
    requires: .init(rows: 2), terms: [discrepancy],
    theory: """
      The KL of every example is what makes codes say nothing where decoders are strong. InfoVAE charges less for it and compares
      the codes of all examples together with the prior instead:

          loss = E_q[ −log p(x | z) ] + (1 − α) · KL( q(z | x) ‖ p(z) ) + (α + λ − 1) · MMD²( q(z), p(z) )

      MMD² is the unbiased estimate with inverse multiquadratic kernels over the batch, 0 on average where codes are of the prior. At
      α = 1 and λ = 1000, the defaults, it is an MMD-VAE; at α = 0 and λ = 1 a VAE. α + λ is at least 1: below, the term would
      reward codes that differ from the prior.
      """,
    findings: [mismatch("info-vae-mismatch")],
    objection: { configuration in
      let (alpha, lambda) = (configuration.settings["alpha"] ?? 0, configuration.settings["lambda"] ?? 0)
      if alpha > 1 { return InvalidSettings("alpha", "expected 0 to 1: above, the KL would be rewarded") }
      if alpha + lambda < 1 {
        return InvalidSettings("lambda", "alpha + lambda is below 1, which rewards codes that differ from the prior")
      }
      return nil
    }
  ) { graph in
    let (q, target) = try graph.encoded()
    let z = try graph.draw(q)
    let reconstruction = try graph.reconstruction(z, target).mean()
    let kl = try q.klPerDimension().sum([1]).mean()
    let mmd = try graph.discrepancy(z)
    let (alpha, lambda) = (try graph.scalar("alpha"), try graph.scalar("lambda"))
    let ofCodes = try (1 - alpha) * kl + (alpha + lambda - 1) * mmd
    return Objective(
      loss: try reconstruction + ofCodes, [.reconstruction: reconstruction, .kl: kl, discrepancy: mmd])
  }

  /// Points as codes, which together are those of the prior:
  ///
  ///     loss = −log p(x | z) + λ · MMD²(q(z), p(z)),   z = mean(x)
  package static let wae = Family(
    "wae", aliases: ["wae-mmd"], summary: "Wasserstein autoencoder: codes matched with the prior by MMD",
    source: "Tolstikhin et al. 2018, algorithm 2",
    settings: [.weight("lambda", 200, help: "weight of the divergence of q(z) from the prior")],
    requires: .init(rows: 2), posterior: .point, prior: nil, bound: .none, likelihood: .squaredError,
    terms: [discrepancy],
    theory: """
      Encoder and decoder are deterministic, and only the codes of all examples together have to be those of the prior N(0, I):

          loss = Σ (x − x̂)² + λ · MMD²( q(z), p(z) )

      with the unbiased MMD of inverse multiquadratic kernels. Its λ = 200 is the paper's λ = 10 against a cost of 0.05 (x − x̂)².
      It is no bound of log p(x): there is no ELBO and no KL, and 'nll' is refused; samples are decoded from draws of N(0, I).
      """, findings: [mismatch("wae-mismatch")]
  ) { graph in
    let (q, target) = try graph.encoded()
    let reconstruction = try graph.reconstruction(q.mean, target).mean()
    let mmd = try graph.discrepancy(q.mean)
    return Objective(
      loss: try reconstruction + graph.scalar("lambda") * mmd, [.reconstruction: reconstruction, discrepancy: mmd])
  }

  /// Codes that are not of the prior: samples decode what training never saw.
  private static func mismatch(_ id: String) -> FamilyFinding {
    FamilyFinding(id, looksFor: "an MMD² of the codes from the prior above 0.05: lambda is too small for samples") {
      evidence in
      guard let mmd = evidence.epoch?.own?["mmd"], mmd > 0.05 else { return nil }
      let lambda = Double(evidence.configuration.settings["lambda"] ?? 0)
      return .init(
        "codes are not those of the prior", evidence: "MMD² \(FamilyFinding.text(mmd))",
        advice: (setting: "lambda", value: FamilyFinding.text(max(10 * lambda, 1))))
    }
  }
}
