import Graphs

extension Family {
  private static let offDiagonal = TermName(
    "offdiagonal", label: "off-diagonal covariance", unit: "", weight: "offdiagonal")
  private static let diagonal = TermName("diagonal", label: "diagonal covariance", unit: "", weight: "diagonal")

  private static let theoryOfCovariances = """
    The covariance C of the codes over the batch is pulled to the identity, that of the prior:

        loss = −ELBO + λ_od · Σ_{i≠j} C_ij² + λ_d · Σ_i (C_ii − 1)²

        I     C = Cov( mean(x) )
        II    C = Cov( mean(x) ) + E[ diag σ²(x) ]

    I is of the posterior means alone, II of draws, that is of q(z). offdiagonal= is λ_od, diagonal= λ_d: ten times as much for
    I, as much for II, as the paper has them. What stays of the first term, 'm.offdiagonal', says how correlated codes are.
    """

  /// Covariance of the posterior means over the batch (Kumar et al. 2018, section 3.1).
  package static let dipI = dip("dip-vae-i", aliases: [], ofDraws: false, diagonal: 100)
  /// Covariance of draws of the posteriors.
  package static let dipII = dip("dip-vae-ii", aliases: ["dip-vae"], ofDraws: true, diagonal: 10)

  private static func dip(_ word: String, aliases: [String], ofDraws: Bool, diagonal weight: Double) -> Family {
    Family(
      word, aliases: aliases,
      summary: "VAE with uncorrelated \(ofDraws ? "codes, of draws" : "codes, of posterior means")",
      source: "Kumar et al. 2018, equations \(ofDraws ? "7" : "6")",
      settings: Setting.klWeight(1) + [
        .weight("offdiagonal", 10, help: "weight of the squared covariances of pairs of dimensions"),
        .weight("diagonal", weight, help: "weight of the squared distances of variances from 1"),
      ],
      requires: .init(rows: 2), terms: [offDiagonal, diagonal], theory: theoryOfCovariances,
      findings: [
        FamilyFinding(
          "\(word)-covariance",
          looksFor: "covariances of dimensions of 0.1 and more (root mean square): offdiagonal is too small"
        ) { evidence in
          let d = Double(evidence.configuration.latentDimensions)
          guard let sum = evidence.epoch?.own?["offdiagonal"], d > 1 else { return nil }
          let root = (sum / (d * (d - 1))).squareRoot()
          guard root > 0.1 else { return nil }
          let now = Double(evidence.configuration.settings["offdiagonal"] ?? 0)
          return .init(
            "codes stay correlated", evidence: "covariances of \(FamilyFinding.text(root))",
            advice: (setting: "offdiagonal", value: FamilyFinding.text(max(10 * now, 1))))
        }
      ]
    ) { graph in
      let (q, target) = try graph.encoded()
      let d = q.mean.shape[1]
      let centered = try q.mean - q.mean.mean([0], keepingAxes: true).overGlobalBatch()
      let own = try matmul(centered, centered, transposeA: true) * (1 / Float(q.mean.shape[0]))
      let covariance = own.overGlobalBatch()
      let isOff = try graph.graph.array((0..<d * d).map { $0 / d == $0 % d ? 0 : 1 }, [d, d])
      var variances = try square(centered).mean([0])
      if ofDraws { variances = try variances + exp(q.logVariance).mean([0]) }
      variances = variances.overGlobalBatch()
      return try graph.evidence(
        q, target,
        own: [
          (offDiagonal, square(covariance * isOff).sum()), (diagonal, square(variances - 1).sum()),
        ])
    }
  }
}
