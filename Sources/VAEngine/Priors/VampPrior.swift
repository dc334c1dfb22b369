import Graphs
import Networks
import Tensors

extension Prior {
  /// The variational mixture of posteriors: K learned pseudo-inputs u_k, encoded as examples are,
  ///
  ///     p(z) = 1/K · Σ_k q(z | u_k)
  ///
  /// Pseudo-inputs begin at examples of the training data, as many as there are components, evenly spread; under a likelihood of
  /// [0, 1] they stay inside (hardtanh).
  package static let vamp = Prior(
    "vamp", summary: "the mean of the posteriors of K learned pseudo-inputs (VampPrior)",
    source: "Tomczak & Welling 2018, equation 9",
    theory: """
      The best prior of an encoder is the mean of its posteriors over all examples. The VampPrior takes K learned pseudo-inputs in
      place of the examples:

          p(z) = 1/K Σ_k q( z | u_k )

      They begin at training examples and are trained with the networks; each step encodes all of them, and so does a measure, once.
      The KL is of the draw that is decoded (see mixture). Samples draw k, each as likely, then a code of q(z | u_k). components= is K,
      at most the number of training examples: 'model m vae gated prior=vamp components=500'.
      """,
    components: { graph, count in
      let shape = Shape([count] + graph.configuration.exampleShape.dimensions)
      let inputs = try graph.graph.scope("prior") { () throws(ShapeError) -> Symbol in
        try graph.builder.parameter(pseudoInputs, shape, .constant(0.5))
      }
      let seen = graph.configuration.likelihood.isBounded ? hardtanh(inputs, 0, 1) : inputs
      return try graph.posterior(seen)
    },
    initialize: { model, source, count in
      guard source.count >= count else { throw ModelError.fewerExamplesThanComponents(source.count, count) }
      let size = source.exampleShape.count
      var values = [Float](repeating: 0, count: count * size)
      let indices = (0..<count).map { Int32($0 * source.count / count) }
      source.read(
        indices, into: &values,
        stream: RandomStream(seed: model.configuration.seed, purpose: StreamPurpose.averagedData))
      model.parameters.set(
        "prior.\(pseudoInputs)",
        to: try Tensor(values, shape: Shape([count] + model.configuration.exampleShape.dimensions)))
    })

  private static let pseudoInputs = "inputs"
}
