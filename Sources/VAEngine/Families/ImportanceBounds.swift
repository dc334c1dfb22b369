import Graphs

extension Setting {
  /// M of the bounds that are averaged.
  fileprivate static let repeats = Setting.count(
    "repeats", 1...10000, 8, help: "M: how many bounds of k samples are averaged for an example")

  /// The gradient of the encoder of an importance-weighted bound.
  static let gradient = Setting.choice(
    "gradient",
    [
      .init("standard", "by reparameterization, as every other gradient"),
      .init("dreg", "doubly reparameterized: its noise does not drown it as k grows"),
    ], help: "estimate of the encoder's gradient of an importance-weighted bound")
}

extension Family {
  private static let theoryOfDReG = """
    gradient=dreg takes the encoder's gradient by w̃² through the samples alone, the score of q left out (Tucker et al. 2019, \
    equation 8); the decoder's is the bound's own. The standard one is ever more noise, compared with its size, as k grows.
    """

  /// Means over M bounds of k samples (Rainforth et al. 2018, equation 9).
  package static let multiplyImportanceWeighted = Family(
    "miwae", summary: "mean of M importance-weighted bounds of k samples",
    source: "Rainforth et al. 2018, Tighter variational bounds are not necessarily better, equation 9",
    settings: [.importanceSamples, .repeats, .gradient] + Setting.prior, bound: .importanceWeighted, preset: .iwae,
    theory: """
      The mean of M bounds of k samples each, from M · k draws for an example:

          loss = −(1/M) Σ_m log (1/k) Σ_i w_mi,     w = p(x, z) / q(z | x)

      k tightens the bound, M lowers the noise of the encoder's gradient: with the same number of draws, repeats=8 k=8 often trains
      better encoders than k=64. At repeats=1 it is iwae. 'evaluate' reports the ELBO, validation the bound of k samples.

      \(theoryOfDReG)
      """, findings: [oneRepeat("miwae")]
  ) { graph in try graph.importanceObjective(ImportanceObjective(graph.configuration)) }

  /// Between the ELBO and the bound of k samples (Rainforth et al. 2018, equation 10).
  package static let combinationImportanceWeighted = Family(
    "ciwae", summary: "a convex combination of the ELBO and the bound of k samples",
    source: "Rainforth et al. 2018, Tighter variational bounds are not necessarily better, equation 10",
    settings: [
      .importanceSamples,
      .weight("elbo", 0.5, help: "share of the ELBO in a convex combination with the bound of k samples, from 0 to 1"),
      .gradient,
    ] + Setting.prior, bound: .importanceWeighted, preset: .iwae,
    theory: """
      A share b (elbo=) of the ELBO, and the rest of the bound of k samples, from the same draws:

          loss = −b · (1/k) Σ log w_i − (1 − b) · log (1/k) Σ w_i

      At elbo=1 it is the ELBO by k draws, at elbo=0 iwae.

      \(theoryOfDReG)
      """,
    findings: [
      FamilyFinding("ciwae-share", looksFor: "elbo=0 or elbo=1, which are iwae and a VAE") { evidence in
        guard let share = evidence.configuration.settings["elbo"], share == 0 || share == 1 else { return nil }
        return .init(
          share == 0 ? "the combination is iwae" : "the combination is the ELBO", evidence: "elbo \(Int(share))",
          advice: (setting: "elbo", value: "0.5"))
      }
    ],
    objection: { configuration in
      (configuration.settings["elbo"] ?? 0) > 1
        ? InvalidSettings("elbo", "expected a share from 0 to 1") : nil
    }
  ) { graph in try graph.importanceObjective(ImportanceObjective(graph.configuration)) }

  /// The encoder by MIWAE, the decoder by the bound of all M · k samples (Rainforth et al. 2018, equation 11).
  package static let partiallyImportanceWeighted = Family(
    "piwae", summary: "encoder by miwae, decoder by the bound of all M k samples",
    source: "Rainforth et al. 2018, Tighter variational bounds are not necessarily better, equations 11–12",
    settings: [.importanceSamples, .repeats, .gradient] + Setting.prior, bound: .importanceWeighted, preset: .iwae,
    theory: """
      Each network descends what suits it, at the same draws:

          encoder   −(1/M) Σ_m log (1/k) Σ_i w_mi
          decoder   −log (1/Mk) Σ_mi w_mi

      The loss that is reported is the decoder's, the tighter bound.

      \(theoryOfDReG)
      """, findings: [oneRepeat("piwae")]
  ) { graph in try graph.importanceObjective(ImportanceObjective(graph.configuration, poolsDecoder: true)) }

  private static func oneRepeat(_ word: String) -> FamilyFinding {
    FamilyFinding("\(word)-repeats", looksFor: "repeats=1, which is iwae") { evidence in
      guard evidence.configuration.settings["repeats"] == 1 else { return nil }
      return .init("one bound is iwae", evidence: "repeats 1", advice: (setting: "repeats", value: "8"))
    }
  }
}
