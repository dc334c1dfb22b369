import Graphs
import Tensors

/// Writes a layer's parameters and applies it.
private func dense(_ x: Symbol, _ name: String, _ outputs: Int) throws -> Symbol {
  try x.graph.scope(name) {
    try matmul(x, x.graph.parameter("weight", [x.shape[1], outputs])) + x.graph.parameter("bias", [outputs])
  }
}

private func convolution(_ x: Symbol, _ name: String, _ outputs: Int, _ geometry: ConvGeometry) throws -> Symbol {
  try x.graph.scope(name) {
    let weight = try x.graph.parameter("weight", [outputs, x.shape[1], geometry.kernel[0], geometry.kernel[1]])
    return try x.conv2d(weight, geometry) + x.graph.parameter("bias", [outputs]).reshaped([1, outputs, 1, 1])
  }
}

private func convTranspose(
  _ x: Symbol, _ name: String, _ outputs: Int, _ geometry: ConvGeometry, outputPadding: Int
) throws -> Symbol {
  try x.graph.scope(name) {
    let weight = try x.graph.parameter("weight", [x.shape[1], outputs, geometry.kernel[0], geometry.kernel[1]])
    let y = try x.convTranspose2d(weight, geometry, outputPadding: [outputPadding, outputPadding])
    return try y + x.graph.parameter("bias", [outputs]).reshaped([1, outputs, 1, 1])
  }
}

extension Workload {
  /// The loss in nats per image: −ELBO, or the IWAE bound for k > 1, over a batch `[B, C, H, W]` named `x`.
  package func loss(_ graph: Graph, batch: Int, k: Int) throws -> Symbol {
    let side = self == .burgess ? 64 : 28
    let x = try graph.input("x", [batch, 1, side, side])
    switch self {
    case .mlp:
      let h = try relu(dense(x.flattened(), "encoder", 400))
      return try elbo(x, mean: dense(h, "mean", 20), logVariance: dense(h, "logVariance", 20)) { z in
        try dense(relu(dense(z, "decoder1", 400)), "decoder2", 784)
      }
    case .conv:
      let down = ConvGeometry(kernel: 3, stride: 2, padding: 1)
      var h = try relu(convolution(relu(convolution(x, "conv1", 32, down)), "conv2", 64, down)).flattened()
      h = try relu(dense(h, "dense", 16))
      return try elbo(x, mean: dense(h, "mean", 20), logVariance: dense(h, "logVariance", 20)) { z in
        var g = try relu(dense(relu(dense(z, "dense1", 16)), "dense2", 3136)).reshaped([-1, 64, 7, 7])
        g = try relu(convTranspose(g, "convt1", 64, down, outputPadding: 1))
        g = try relu(convTranspose(g, "convt2", 32, down, outputPadding: 1))
        return try convTranspose(g, "convt3", 1, ConvGeometry(kernel: 3, padding: 1), outputPadding: 0)
      }
    case .burgess:
      let down = ConvGeometry(kernel: 4, stride: 2, padding: 1)
      var h = x
      for layer in 1...4 { h = try relu(convolution(h, "conv\(layer)", 32, down)) }
      h = try relu(dense(relu(dense(h.flattened(), "dense1", 256)), "dense2", 256))
      return try elbo(x, mean: dense(h, "mean", 10), logVariance: dense(h, "logVariance", 10)) { z in
        var g = try relu(dense(relu(dense(z, "decoder1", 256)), "decoder2", 256))
        g = try relu(dense(g, "decoder3", 512)).reshaped([-1, 32, 4, 4])
        for layer in 1...3 { g = try relu(convTranspose(g, "convt\(layer)", 32, down, outputPadding: 0)) }
        return try convTranspose(g, "convt4", 1, down, outputPadding: 0)
      }
    case .iwae: return try importanceWeighted(x, k: k)
    }
  }

  /// Bernoulli reconstruction by logits plus KL(q ‖ N(0, I)), summed over dimensions, averaged over the batch.
  private func elbo(
    _ x: Symbol, mean: Symbol, logVariance: Symbol, decoder: (Symbol) throws -> Symbol
  ) throws -> Symbol {
    let noise = try x.graph.random(.normal, "posterior", mean.shape)
    let logits = try decoder(mean + exp(logVariance * 0.5) * noise)
    let reconstruction = try bceWithLogits(logits.flattened(), x.flattened()).sum()
    let kl = try (square(mean) + expm1(logVariance) - logVariance).sum() * 0.5
    return try (reconstruction + kl) / Float(x.shape[0])
  }

  private func importanceWeighted(_ x: Symbol, k: Int) throws -> Symbol {
    let batch = x.shape[0]
    let flat = try x.flattened()
    let h = try tanh(dense(tanh(dense(flat, "encoder1", 200)), "encoder2", 200))
    let (mean, logVariance) = (try dense(h, "mean", 50), try dense(h, "logVariance", 50))
    let noise = try x.graph.random(.normal, "posterior", [k, batch, 50])
    let z = try mean + exp(logVariance * 0.5) * noise
    var g = try tanh(dense(z.reshaped([k * batch, 50]), "decoder1", 200))
    g = try tanh(dense(g, "decoder2", 200))
    let logits = try dense(g, "decoder3", 784).reshaped([k, batch, 784])
    // log p(x|z) + log p(z) − log q(z|x); the constants of the two Gaussians cancel.
    let likelihood = try -bceWithLogits(logits, flat).sum([2])
    let prior = try square(z).sum([2]) * 0.5
    let posterior = try (square(noise) + logVariance).sum([2]) * 0.5
    let bound = try (likelihood - prior + posterior).logSumExp([0]).mean()
    return try log(x.graph.constant(Float(k))) - bound
  }
}
