import Graphs

/// An objective of bounds of importance samples: how many, and what each network descends.
struct ImportanceObjective {
  /// k of a bound.
  var samples: Int
  /// M of bounds that are averaged.
  var repeats = 1
  /// Whether a setting `elbo` weighs the ELBO of the same draws against the bound.
  var hasShareOfElbo = false
  /// Whether the encoder's gradient is doubly reparameterized (Tucker et al. 2019, equation 8).
  var isDoublyReparameterized = false
  /// Whether the decoder descends the bound of all M · k samples.
  var poolsDecoder = false

  init(_ configuration: ModelConfiguration, poolsDecoder: Bool = false) {
    samples = configuration.importanceSamples
    repeats = max(1, Int(configuration.settings["repeats"] ?? 1))
    hasShareOfElbo = configuration.family.setting("elbo") != nil
    isDoublyReparameterized = configuration.settings["gradient"] == 1
    self.poolsDecoder = poolsDecoder
  }

  /// Whether encoder and decoder descend different functions of the same draws.
  var parts: Bool { isDoublyReparameterized || poolsDecoder }
}

extension ObjectiveGraph {
  /// The loss of `plan`, from M · k draws of each posterior.
  ///
  /// Where encoder and decoder descend different functions E and D of the weights, with sg that stops gradients at draws and
  /// at log p(z) − log q(z | x),
  ///
  ///     loss = E(w) + D(w') − E(w'),    w' = p(x | sg z) · sg(p(z) / q(z | x))
  ///
  /// so that its slopes are those of E with respect to the encoder, those of D with respect to the decoder, and its value
  /// that of D.
  func importanceObjective(_ plan: ImportanceObjective) throws -> Objective {
    let (q, target) = try encoded()
    let draws = plan.samples * plan.repeats
    let noise = try graph.random(
      .normal, StreamPurpose.posterior, [draws, rows, q.mean.shape[1]], rowAxis: 1)
    let z = try q.mean + exp(q.logVariance * 0.5) * noise
    let components = try priorComponents()
    let ratio =
      try plan.isDoublyReparameterized ? ratioOfStopped(q, z, components) : self.ratio(q, z, noise, components)
    let ofDraws = try negativeLogLikelihoods(z, target)
    let weights = try ratio - ofDraws
    var loss = try encoderLoss(plan, weights)
    if plan.parts {
      let stopped = try stopGradient(ratio) - negativeLogLikelihoods(stopGradient(z), target)
      let decoders = plan.poolsDecoder ? try -pooledBound(stopped) : try standardLoss(plan, stopped)
      loss = try loss - encoderLoss(plan, stopped) + decoders
    }
    let kl = try components.map { _ in try -ratio.mean() } ?? q.klPerDimension().sum([1]).mean()
    return Objective(loss: loss, [.reconstruction: try ofDraws.mean(), .kl: kl])
  }

  private func encoderLoss(_ plan: ImportanceObjective, _ weights: Symbol) throws -> Symbol {
    guard plan.isDoublyReparameterized else { return try standardLoss(plan, weights) }
    let grouped = try weights.reshaped([plan.repeats, plan.samples, rows])
    let normalized = stopGradient(try grouped.softmax(1))
    return try combined(plan, elbo: weights.mean(), bound: (square(normalized) * grouped).sum([1]).mean())
  }

  /// Minus the mean of the M bounds, or its combination with the ELBO.
  private func standardLoss(_ plan: ImportanceObjective, _ weights: Symbol) throws -> Symbol {
    let grouped = try weights.reshaped([plan.repeats, plan.samples, rows])
    let bound = try grouped.logSumExp([1]).mean() - logOf(Float(plan.samples))
    return try combined(plan, elbo: weights.mean(), bound: bound)
  }

  private func combined(_ plan: ImportanceObjective, elbo: Symbol, bound: Symbol) throws -> Symbol {
    guard plan.hasShareOfElbo else { return -bound }
    let share = try scalar("elbo")
    return try -(share * elbo + (1 - share) * bound)
  }

  private func pooledBound(_ weights: Symbol) throws -> Symbol {
    try weights.logSumExp([0]).mean() - logOf(Float(weights.shape[0]))
  }

  /// The same as `ratio`, by densities at draws z whose q has constant mean and variance: gradients are those through z.
  private func ratioOfStopped(
    _ q: DiagonalGaussian, _ z: Symbol, _ components: DiagonalGaussian?
  ) throws(ShapeError) -> Symbol {
    let (mean, logVariance) = (stopGradient(q.mean), stopGradient(q.logVariance))
    guard let components else {
      return try (square(z - mean) * exp(-logVariance) + logVariance - square(z)).sum([2]) * 0.5
    }
    let ofQ = try (square(z - mean) * exp(-logVariance) + logVariance + Self.log2Pi).sum([2]) * 0.5
    return try ofQ + logPriors(z, components)
  }
}
