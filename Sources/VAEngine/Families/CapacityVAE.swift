import Graphs

extension Family {
  /// The distance of the KL from a capacity that grows:
  ///
  ///     loss = E_q[−log p(x | z)] + β · |KL(q(z | x) ‖ p(z)) − C|
  package static let capacity = Family(
    "capacity-vae", summary: "VAE whose KL follows an increasing target capacity",
    source: "Burgess et al. 2018, equation 8", settings: Setting.klWeight(1000) + Setting.capacity + Setting.prior,
    theory: """
      The KL is held at a capacity C, in nats, that grows from 0 during training:

          loss = E_q[ −log p(x | z) ] + β · | KL( q(z | x) ‖ p(z) ) − C |

      The code opens slowly, so that the dimensions that save most nats are found first, each by itself, and the rate that is
      reached is the one asked for: capacity=25 growth=20.
      """
  ) { graph in
    let (q, target) = try graph.encoded()
    return try graph.evidence(q, target) { _, kl in abs(try kl.overGlobalBatch() - graph.scalar("capacity")) }
  }
}
