import Graphs

extension Family {
  private static let article = "sessions/published/article-conv.session"

  /// The variational autoencoder, with a weight of its KL and free bits:
  ///
  ///     loss = E_q[−log p(x | z)] + β · KL(q(z | x) ‖ p(z))
  ///
  /// With λ free bits the KL of a dimension, a mean over the batch, counts as λ where it is less (Kingma et al. 2016,
  /// equation 15).
  package static let vae = Family(
    "vae", summary: "variational autoencoder", source: "Kingma & Welling 2014, equation 7",
    settings: Setting.klWeight(1) + [.freeBits],
    published: [
      article, "sessions/published/pytorch-mlp.session", "sessions/published/keras-conv.session",
      "sessions/published/gated-vae.session", "sessions/published/frey-faces.session",
    ]
  ) { graph in
    let (q, target) = try graph.encoded()
    return try graph.evidence(q, target) { perDimension, kl in
      guard graph.configuration.freeBits > 0 else { return kl }
      return try maximum(perDimension, graph.graph.constant(graph.configuration.freeBits)).sum()
    }
  }

  /// The KL is weighted by β.
  package static let beta = Family(
    "beta-vae", summary: "VAE whose KL is weighted by beta", source: "Higgins et al. 2017, equation 4",
    settings: Setting.klWeight(4) + [.freeBits], published: ["sessions/published/beta-sweep.session"],
    objective: vae.write)

  /// Encoder and decoder are conditioned on the label.
  package static let conditional = Family(
    "cvae", summary: "VAE conditioned on the label", source: "Sohn et al. 2015, equation 4",
    settings: Setting.klWeight(1) + [.freeBits], requires: .init(labels: true), objective: vae.write)

  /// The input is corrupted, the target is not.
  package static let denoising = Family(
    "denoising-vae", summary: "VAE that reconstructs clean examples from corrupted inputs",
    source: "Im et al. 2017, equation 6", settings: Setting.klWeight(1) + [.freeBits, .noise], objective: vae.write)
}
