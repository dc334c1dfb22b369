import Graphs
import VAEngine

extension Family {
  /// A family as someone would add it: a VAE whose posterior means are pulled to 0 once more,
  ///
  ///     loss = −log p(x | z) + β · KL + ρ · mean over the batch of Σ mean²
  ///
  /// with a term, a setting, a page and something for the doctor to look for. Nothing else in the program knows of it.
  static let example = Family(
    "example-vae", aliases: ["shrunk"], summary: "VAE with a ridge on its codes",
    source: "Hoerl & Kennard 1970, equation 2.1",
    settings: Setting.klWeight(1) + [.weight("rho", 0.5, help: "weight of the squared codes")],
    requires: .init(rows: 2), terms: [TermName("ridge", label: "ridge", unit: "", weight: "rho")],
    theory: """
      The squared length of the codes is added to the loss:

          ρ · E Σ mean²
      """,
    findings: [
      FamilyFinding("ridge", looksFor: "a rho above 10, which leaves the codes no room") { evidence in
        guard let rho = evidence.configuration.settings["rho"], rho > 10, let epoch = evidence.epoch else {
          return nil
        }
        return .init(
          "rho is too large", evidence: "ridge \(epoch.own?["ridge"] ?? 0)", advice: (setting: "rho", value: "1"))
      }
    ]
  ) { graph in
    let (q, target) = try graph.encoded()
    let ridge = try square(q.mean).sum([1]).mean()
    return try graph.evidence(q, target, own: [(TermName("ridge", unit: "", weight: "rho"), ridge)])
  }
}
