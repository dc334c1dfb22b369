import SessionCore

extension Theory {
  /// The VAE, its parts and its objective.
  static let foundations: [Theory] = [
    Theory(
      "vae", "What a variational autoencoder is", aliases: ["autoencoder", "model"],
      """
      A VAE (Kingma & Welling 2014) is a generative model: draw a code z from a simple prior and decode it.

          z ~ N(0, I)        x ~ p(x | z)

      The decoder is a network that turns z into the parameters of p(x | z). The posterior p(z | x) is intractable, so a
      second network, the encoder, approximates it: q(z | x) = N(mean(x), diag σ²(x)). Both are trained jointly by
      maximizing the ELBO, a lower bound of log p(x). After training the decoder generates new examples from draws of the
      prior, and the encoder maps examples to codes.
      """, show: ["model m conv latent=20", "train m on=d epochs=10", "sample m n=16", "explain elbo"]),
    Theory(
      "encoder", "Encoder and decoder", aliases: ["decoder", "network", "architecture"],
      """
      The encoder maps an example to a distribution over codes, not to a point: a mean and a log variance for each latent
      dimension. The decoder maps a code to the parameters of p(x | z): for Bernoulli pixels, one logit each.

          x → [conv, conv, dense] → mean, log σ²
          z → [dense, reshape, convt, convt] → logits

      The two networks are usually mirror images of each other, but need not be. A decoder that is too strong can ignore z (see collapse); an encoder that is
      too weak leaves a gap between q(z | x) and the true posterior.
      """, show: ["summary m", "z = encode m d", "x = decode m z"]),
    Theory(
      "latent", "The latent space", aliases: ["latents", "latent space", "z", "interpolation", "slerp"],
      """
      The space of codes z. The KL term pulls the posteriors of all examples towards N(0, I), so that together they roughly fill
      the prior: nearby codes decode to similar images, and most draws of the prior decode to plausible examples. 'plot histogram m'
      shows how well they fill it. Differences between class means act as directions of change:

          v = mean(z[label=8]) − mean(z[label=3]),     decode(z + t·v)

      In high dimensions draws of N(0, I) lie near a sphere of radius √D, so spherical interpolation (slerp) stays near it.
      """,
      show: ["z = encode m d", "traverse m", "interpolate m d from=3 to=8", "v = mean(z[label=8]) - mean(z[label=3])"]),
    Theory(
      "reparameterization", "The reparameterization trick", aliases: ["reparameterisation", "sampling"],
      """
      The ELBO has an expectation over z ~ q(z | x), whose parameters are to be learned. Sampling is not differentiable, so z
      is written as a deterministic function of the parameters and of independent noise ε:

          z = mean(x) + σ(x) · ε,      ε ~ N(0, I)

      Now z is a smooth function of mean and σ for a fixed ε, and gradients propagate through it. One draw for each example
      and step is enough: the gradient is unbiased and its variance averages out over steps. In elbo ε comes from a counter-based
      stream keyed by seed and step, so a run can be repeated bit for bit.
      """, show: ["z = encode m d what=sample seed=1", "z = encode m d what=logvar", "train m epochs=+1"]),
    Theory(
      "elbo", "The evidence lower bound", aliases: ["bound", "evidence lower bound", "loss", "iwae"],
      """
      log p(x) cannot be computed: it is an integral over all codes. The ELBO is a lower bound that can be computed:

          log p(x) ≥ E_q[ log p(x | z) ] − KL( q(z | x) ‖ p(z) )
                      −reconstruction      rate

      The gap is KL(q(z | x) ‖ p(z | x)), the error of the approximate posterior. Training minimizes −ELBO = reconstruction + KL. elbo reports
      it in nats per example, summed over pixels and dimensions, averaged over examples, not scaled otherwise. With beta ≠ 1,
      warm-up or free bits the loss that 'train' shows has a weighted KL; 'evaluate' returns the ELBO itself. Divided by ln 2
      and the number of pixels it is in bits per dimension, which are defined for discrete data (logistic256). Importance sampling with k draws tightens the bound (IWAE; evaluate nll=K).
      """, show: ["evaluate m on=d", "evaluate m on=d nll=500 n=500", "explain kl"]),
    Theory(
      "reconstruction", "The reconstruction term", aliases: ["likelihood", "bce", "mse"],
      """
      −E_q[ log p(x | z) ]: the nats needed to describe x once z is known. It depends on the likelihood:

          Bernoulli           Σ −x log p − (1 − x) log(1 − p)       of 0/1 pixels
          Gaussian            Σ (x − μ)² / 2σ² + log σ + ½ log 2π   weighted by σ
          logistic, 256 bins  Σ −log P(bin of x)                    of 8-bit pixels

      Of gray pixels the first is a cross-entropy, not a likelihood; the last is a true one. A squared error without σ is a Gaussian with σ² = ½: its scale against the KL is a choice, not a fact. Densities
      of the same data compare (Gaussian of any σ, continuous Bernoulli); a density and a probability do not, and 'compare' refuses them.
      """, show: ["evaluate m on=d", "reconstruct m d n=10", "model g mlp likelihood=gaussian-learned"]),
    Theory(
      "kl", "The Kullback–Leibler term",
      aliases: [
        "kl divergence", "rate", "regularization", "regularization", "regularisation", "beta", "total correlation",
      ],
      """
      How far the posterior of an example is from the prior, in nats; for diagonal Gaussians in closed form:

          KL = ½ Σ_d ( mean_d² + σ_d² − 1 − log σ_d² )

      It bounds from above the information about x that the code carries. Its mean over the data splits into that mutual
      information, total correlation (how the dimensions depend on each other) and a per-dimension part. split=yes takes at most
      2,000 examples, of whose posteriors q(z) is the mean. With a draw's own posterior among them log q(z) is too high, without it
      too low: the bounds that are printed are what N leaves open, and their middle is the estimate.

      beta weights the KL: values above 1 favor simpler, often disentangled codes, values below 1 sharper reconstructions.
      Warm-up (beta increasing from 0) and free bits help to avoid posterior collapse early in training.
      """, show: ["kl m", "evaluate m on=d split=yes", "set m beta=2"]),
  ]
}
