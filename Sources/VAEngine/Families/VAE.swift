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
    settings: Setting.klWeight(1) + [.freeBits] + Setting.prior,
    published: [
      article, "sessions/published/pytorch-mlp.session", "sessions/published/keras-conv.session",
      "sessions/published/gated-vae.session", "sessions/published/frey-faces.session",
    ]
  ) { graph in
    let (q, target) = try graph.encoded()
    return try graph.evidence(q, target) { perDimension, kl in
      guard graph.configuration.freeBits > 0 else { return kl }
      return try maximum(perDimension.overGlobalBatch(), graph.graph.constant(graph.configuration.freeBits)).sum()
    }
  }

  /// The KL is weighted by β.
  package static let beta = Family(
    "beta-vae", summary: "VAE whose KL is weighted by beta", source: "Higgins et al. 2017, equation 4",
    settings: Setting.klWeight(4) + [.freeBits] + Setting.prior,
    theory: """
      The KL has a weight of its own:

          loss = E_q[ −log p(x | z) ] + β · KL( q(z | x) ‖ p(z) )

      With β above 1 a nat of the code must save β nats of reconstruction: dimensions that do not pay are given up, and the
      others tend to align with independent factors of the data. The loss is a bound of −log p(x) at β = 1 alone; 'evaluate'
      reports −ELBO, without the weight.
      """, published: ["sessions/published/beta-sweep.session"], objective: vae.write)

  /// Encoder and decoder are conditioned on the label.
  package static let conditional = Family(
    "cvae", summary: "VAE conditioned on the label", source: "Sohn et al. 2015, equation 4",
    settings: Setting.klWeight(1) + [.freeBits] + Setting.prior, requires: .init(labels: .required),
    theory: """
      Encoder and decoder are given the label y, so that the code need not say it:

          loss = E_q[ −log p(x | z, y) ] + β · KL( q(z | x, y) ‖ p(z) )

      What the code keeps is what examples of a class differ in, such as slant and stroke, and samples of a class are
      decoded from draws of the prior with its label. −ELBO bounds −log p(x | y), which does not compare with −log p(x).
      """, objective: vae.write)

  /// The input is corrupted, the target is not.
  package static let denoising = Family(
    "denoising-vae", summary: "VAE that reconstructs clean examples from corrupted inputs",
    source: "Im et al. 2017, equation 6", settings: Setting.klWeight(1) + [.freeBits, .noise] + Setting.prior,
    theory: """
      Training corrupts the input x to x̃ again at every step and asks for the clean x:

          loss = E[ E_q[ −log p(x | z) ] + β · KL( q(z | x̃) ‖ p(z) ) ],   z ~ q(z | x̃)

      So the encoder learns codes that noise does not move. 'evaluate' encodes clean input; 'denoise' restores corrupted
      examples.
      """, objective: vae.write)
}
