import Graphs
import Tensors

extension Family {
  private static let codes = TermName("embedding", label: "½ squared codes", unit: "", weight: "embedding")
  private static let penalty = TermName("penalty", label: "decoder penalty", unit: "", weight: "lambda")

  /// A plain autoencoder whose codes are kept small and whose decoder is kept smooth:
  ///
  ///     loss = −log p(x | z) + w · ½‖z‖² + λ · L
  ///     L2   L = ‖θ_decoder‖²
  ///     GP   L = ‖∂G/∂z‖²_F = E ‖∇_z vᵀG(z)‖²,   v = ±1
  ///
  /// The gradient penalty is of one random v for each example and step, which is right on average (Hutchinson 1990), and is
  /// differentiated again with respect to the decoder.
  package static let regularized = Family(
    "rae", summary: "regularized autoencoder: small codes and a smooth decoder instead of noise",
    source: "Ghosh et al. 2020, equations 8–11",
    settings: [
      .weight("embedding", 1e-4, help: "weight of ½ the squared length of codes"),
      .weight("lambda", 1e-7, help: "weight of the decoder's penalty"),
      .choice(
        "penalty",
        [
          .init("l2", "the squared length of the decoder's parameters"),
          .init("gp", "gradient penalty: the squared length of the decoder's Jacobian"),
        ], help: "what keeps the decoder smooth"),
    ],
    posterior: .point, prior: nil, bound: .none, likelihood: .squaredError, terms: [codes, penalty],
    theory: """
      A VAE's noise makes its decoder smooth. A regularized autoencoder has no noise and says so directly:

          loss = Σ (x − x̂)² + w · ½ ‖z‖² + λ · L
          penalty=l2    L = ‖θ‖² of the decoder
          penalty=gp    L = ‖∂x̂/∂z‖², its Jacobian at the codes

      Codes are points and follow no prior that is known, so there is no ELBO. The gradient penalty costs another pass through the
      decoder and back.
      """,
    findings: [
      FamilyFinding(
        "shrunk-codes", looksFor: "codes of which no dimension varies by more than 0.001: embedding is too large"
      ) { evidence in
        let largest = evidence.evaluation.meanVariance.max() ?? 0
        let weight = Double(evidence.configuration.settings["embedding"] ?? 0)
        guard largest < 1e-3, weight > 0 else { return nil }
        return .init(
          "codes have shrunk to nothing", evidence: "largest variance \(FamilyFinding.text(largest))",
          advice: (setting: "embedding", value: FamilyFinding.text(weight / 10)))
      }
    ]
  ) { graph in
    let (q, target) = try graph.encoded()
    let outputs = try graph.decode(q.mean, labels: graph.labels())
    let reconstruction = try graph.negativeLogLikelihood(outputs, target).mean()
    let length = try square(q.mean).sum([1]).mean() * 0.5
    let smoothness =
      graph.configuration.settings["penalty"] == 1
      ? try graph.squaredJacobian(of: outputs, at: q.mean) : try graph.squaredDecoderWeights()
    return Objective(
      loss: try reconstruction + graph.scalar("embedding") * length + graph.scalar("lambda") * smoothness,
      [.reconstruction: reconstruction, codes: length, penalty: smoothness])
  }
}

extension ObjectiveGraph {
  /// ‖∂E[x]/∂z‖²_F of the decoder at codes z, mean over the batch, by one draw of signs.
  fileprivate func squaredJacobian(of outputs: Symbol, at z: Symbol) throws -> Symbol {
    let mean = try configuration.likelihood.mean(outputs, pixels: configuration.pixels)
    let uniform = try graph.random(.uniform, StreamPurpose.probe, mean.shape)
    let signs = try less(uniform, graph.constant(0.5)) * 2 - 1
    let slopes = try graph.gradients(of: (mean * signs).sum(), withRespectTo: [z])[0]
    return try square(slopes).sum([1]).mean()
  }

  /// ‖θ‖² of the decoder's trained parameters.
  fileprivate func squaredDecoderWeights() throws -> Symbol {
    var total = graph.constant(0)
    for spec in builder.specs where spec.trainable && spec.name.hasPrefix("decoder.") {
      total = try total + square(graph.parameter(spec.name, spec.shape)).sum()
    }
    return total
  }
}
