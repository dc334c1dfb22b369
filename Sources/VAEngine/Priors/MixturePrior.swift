import Graphs
import Networks
import Tensors

extension Prior {
  /// K diagonal Gaussians with learned means and variances and equal weights:
  ///
  ///     p(z) = 1/K · Σ_k N(z; mean_k, diag σ_k²)
  package static let mixture = Prior(
    "mixture", summary: "K diagonal Gaussians of equal weight, learned",
    source: "Tomczak & Welling 2018, section 3.1 (MoG)",
    theory: """
      The prior is a mixture of K Gaussians whose means and variances are learned with the networks:

          p(z) = 1/K Σ_k N( z; m_k, diag s_k² )

      Its KL has no closed form: it is log q(z | x) − log p(z) at the draw that is decoded, in training and in 'evaluate', which says
      so; 'compare' refuses such a rate beside an exact one, and 'evaluate nll=K' is of any prior. Samples draw a component, each
      as likely, and then a code of it. components= is K.
      """,
    components: { graph, count in
      let shape: Shape = [count, graph.configuration.latentDimensions]
      return try graph.graph.scope("prior") { () throws(ShapeError) -> DiagonalGaussian in
        DiagonalGaussian(
          mean: try graph.builder.parameter("mean", shape, .normal(1)),
          logVariance: hardtanh(try graph.builder.parameter("logVariance", shape, .constant(0)), -10, 10))
      }
    })
}
