extension Family {
  /// No noise, no prior: reconstruction only.
  ///
  ///     loss = −log p(x | z),   z = mean(x)
  package static let autoencoder = Family(
    "ae", summary: "plain autoencoder: reconstruction only", source: "Hinton & Salakhutdinov 2006", posterior: .point,
    prior: nil, bound: .none, likelihood: .squaredError
  ) { graph in
    let (q, target) = try graph.encoded()
    let reconstruction = try graph.reconstruction(q.mean, target).mean()
    return Objective(loss: reconstruction, [.reconstruction: reconstruction])
  }
}
