extension Theory {
  /// What goes wrong, how to measure, what it is good for.
  static let practice: [Theory] = [
    Theory(
      "collapse", "Posterior collapse", aliases: ["posterior collapse", "inactive", "active units"],
      """
      A dimension has collapsed when q(z_d | x) = N(0, 1) whatever x is: its KL is 0 and the decoder ignores it. Its mean does not
      vary, and that is how it is counted (Burda et al. 2016):

          active:  Var_x( mean_d(x) ) > 0.01

      A few inactive dimensions are the model saying that it needs fewer. All of them inactive means that the decoder does
      without z: lower beta, warm it up, give free bits, or weaken the decoder.

      How a model begins matters too. While a decoder learns how bright pictures are, which it can do without z, codes only cost.
      So its last bias begins at the mean of the data (bias=mean). Convolutions begun with init=glorot, all other biases 0, may
      still stay long without z; init=pytorch seldom does.
      """, show: ["kl m", "doctor m", "model m2 conv latent=20 warmup=10 freebits=0.1"]),
    Theory(
      "evaluation", "How to evaluate a VAE",
      aliases: ["evaluate", "how to evaluate", "metrics", "quality", "diversity"],
      """
      No single number does it. On held-out data, with standard errors:

          −ELBO                 the bound that was trained, under one likelihood
          −log p(x), k samples  tighter; watch it converge in k
          active units, KL_d    whether the code is used
          samples               MMD; precision (real?), recall (all of the data?)
          probes                what labels can be read from the code

      Beware: evaluating on the training set, dividing sums by pixels in one place only, a single k, and pictures chosen by hand.
      """, show: ["evaluate m on=d quality=yes probe=knn", "evaluate m on=d nll=500 n=500", "doctor m"]),
    Theory(
      "versus", "A VAE against a plain autoencoder", aliases: ["ae", "vae vs ae", "vae against autoencoder"],
      """
      An autoencoder minimises the reconstruction error alone: loss = |x − dec(enc(x))|². Nothing shapes its code space, so it
      reconstructs better and its codes may lie anywhere, with holes between them: draws of N(0, I) decode to nonsense.

          AE:   min reconstruction                  VAE:  min reconstruction + KL

      The VAE pays some reconstruction for a code space that can be sampled and walked through. 'versus' measures both sides:
      reconstruction, distance and diversity of samples, images halfway between two codes, and a probe of the labels.
      """, show: ["model a ae conv latent=20", "train a on=d epochs=10", "versus m a on=d"]),
    Theory(
      "generation", "Generation", aliases: ["generate", "generative"],
      """
      New examples are decoded draws of the prior:  z ~ N(0, I),  x = E[x | z].  What is shown is the mean of p(x | z), which is
      smooth: VAE images look soft because the mean averages over what the code leaves open. A temperature below 1 draws from
      the middle of the prior: cleaner, less diverse. Whether the draws land where the posteriors are is what the KL is for;
      precision and recall measure it.
      """, show: ["sample m n=64 seed=1", "sample m n=64 temperature=0.7", "evaluate m on=d quality=yes"]),
    Theory(
      "denoising", "Denoising", aliases: ["denoise"],
      """
      A model of clean data projects a corrupted example back to what it knows: encode, decode, done. A denoising VAE (Im et al.
      2017) is trained for it: the input is corrupted, the target is clean,

          min  −E log p(x | z) + KL( q(z | x̃) ‖ p(z) ),      x̃ = corrupt(x)

      Gain is measured in decibels of mean squared error, before against after.
      """, show: ["denoise m d noise=gaussian:0.3", "model n denoising-vae conv noise=gaussian:0.3"]),
    Theory(
      "compression", "Compression", aliases: ["compress", "rate distortion"],
      """
      A VAE is a rate–distortion trade: the KL is the rate, the nats (× 1.44 = bits) by which a code tells about its example
      under the prior; the reconstruction error is the distortion. With bits-back coding −ELBO is an achievable code length.

          min  distortion + beta · rate

      Changing beta walks along the curve. Latents as float32 are the naive upper bound of the size.
      """, show: ["compress m d", "set m beta=4", "compare m m2"]),
    Theory(
      "features", "Feature extraction", aliases: ["feature extraction", "representation", "probe"],
      """
      Posterior means are features learned without labels:  f(x) = mean(x).  What they know is measured by a probe: a simple
      classifier on the frozen codes (nearest neighbors, or linear). A high share of right labels says that the code keeps
      what tells the classes apart. What the model has not seen tends to have a large −ELBO (reconstruction error plus KL), and
      'anomaly' lists by it. Not always: plain images can score well whatever they show.
      """, show: ["z = encode m d", "evaluate m on=d probe=linear", "anomaly m d top=20", "z > codes.csv"]),
  ]
}
