import SessionCore

extension Theory {
  /// Common problems, evaluation and applications.
  static let practice: [Theory] = [
    Theory(
      "collapse", "Posterior collapse", aliases: ["posterior collapse", "inactive", "active units"],
      """
      A dimension has collapsed when q(z_d | x) = N(0, 1) whatever x is: its KL is 0 and the decoder ignores it. Its mean does not
      vary, and that is how it is counted (Burda et al. 2016):

          active:  Var_x( mean_d(x) ) > 0.01

      A few inactive dimensions mean that the model needs fewer latent dimensions. If all are inactive, the decoder ignores z:
      lower beta, use warm-up or free bits, or use a weaker decoder.

      Initialization matters too. While the decoder learns the mean brightness, which does not need z, the KL has no benefit and
      drives the codes to the prior. Therefore the decoder's last bias is initialized from the mean of the data (bias=mean).
      Convolutional models with init=glorot, where all other biases are 0, may still ignore z for many epochs; models with
      init=pytorch seldom do.
      """, show: ["kl m", "doctor m", "model m2 conv latent=20 warmup=10 freebits=0.1"]),
    Theory(
      "evaluation", "How to evaluate a VAE",
      aliases: ["evaluate", "how to evaluate", "metrics", "quality", "diversity"],
      """
      No single number is sufficient. Report on held-out data, with standard errors:

          −ELBO                 the training objective, under one likelihood
          −log p(x), k samples  a tighter bound; check that it converges in k
          active units, KL_d    whether the latent dimensions are used
          samples of p(x | z)   MMD; precision (quality), recall (coverage of data)
          probes                accuracy of labels predicted from the codes

      ± is the deviation over fresh repeats. Samples carry the noise that p(x | z) has; means of p(x | z), which pictures show, do not,
      and cannot cover data that have it (draws=means measures them). A probe learns from the training part and is asked
      about the test part.

      Common mistakes: evaluating on the training set, dividing only one of the terms by the number of pixels, reporting a
      single k, and selecting images by hand.
      """, show: ["evaluate m on=d quality=yes probe=knn", "evaluate m on=d nll=500 n=500", "doctor m"]),
    Theory(
      "versus", "A VAE against a plain autoencoder", aliases: ["ae", "vae vs ae", "vae against autoencoder"],
      """
      An autoencoder minimizes only the reconstruction error: loss = |x − dec(enc(x))|². Its latent space is not regularized, so
      it reconstructs better, but its codes do not follow a known distribution: draws of N(0, I) decode to implausible images.

          AE:   min reconstruction                  VAE:  min reconstruction + KL

      The VAE pays some reconstruction for a code space that can be sampled and walked through. 'versus' measures both sides:
      reconstruction from the means of the codes, distance and diversity of samples, images halfway between two codes, and a
      probe of the labels. A difference below two standard errors is within noise.
      """, show: ["model a ae conv latent=20", "train a on=d epochs=10", "versus m a on=d"]),
    Theory(
      "generation", "Generation", aliases: ["generate", "generative"],
      """
      New examples are decoded draws of the prior:  z ~ N(0, I),  x = E[x | z].  What is shown is the mean of p(x | z), which is
      smooth: VAE images look soft because the mean averages over what the code leaves open. A temperature below 1 draws from
      the middle of the prior: cleaner, less diverse. Whether the draws land where the posteriors are is what the KL is for;
      precision and recall measure it, of samples of p(x | z) where the likelihood has them.
      """, show: ["sample m n=64 seed=1", "sample m n=64 draws=samples", "evaluate m on=d quality=yes"]),
    Theory(
      "denoising", "Denoising", aliases: ["denoise"],
      """
      A model of clean data projects a corrupted example towards the training data by encoding and decoding it. A denoising VAE
      (Im et al. 2017) is trained for this: the input is corrupted, the target is clean,

          min  −E log p(x | z) + KL( q(z | x̃) ‖ p(z) ),      x̃ = corrupt(x)

      Gain is measured in decibels of mean squared error, before against after.
      """, show: ["denoise m d noise=gaussian:0.3", "model n denoising-vae conv noise=gaussian:0.3"]),
    Theory(
      "compression", "Compression", aliases: ["compress", "rate distortion"],
      """
      A VAE is a rate–distortion trade: the KL is the rate, the nats (× 1.44 = bits) that a code conveys about its example
      relative to the prior; the reconstruction error is the distortion. With bits-back coding −ELBO is an achievable code length.

          min  distortion + beta · rate

      Changing beta moves along the rate–distortion curve. The size of the latents as float32 is a simple upper bound.
      """, show: ["compress m d", "set m beta=4", "compare m m2"]),
    Theory(
      "features", "Feature extraction", aliases: ["feature extraction", "representation", "probe"],
      """
      Posterior means are features learned without labels:  f(x) = mean(x).  Their quality is measured by a probe: a simple
      classifier on the frozen codes (nearest neighbors, or linear). A high accuracy shows that the codes separate the classes.
      Examples unlike the training data tend to have a large −ELBO (reconstruction error plus KL), by which 'anomaly' ranks
      them. There are exceptions: simple images can have a small −ELBO although they are unlike the training data.
      """, show: ["z = encode m d", "evaluate m on=d probe=linear", "anomaly m d top=20", "z > codes.csv"]),
  ]
}
