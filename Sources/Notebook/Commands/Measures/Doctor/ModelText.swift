import Networks
import VAEngine

/// The `model` line that reproduces a configuration: the options that differ from the defaults.
struct ModelText {
  var configuration: ModelConfiguration
  var latent: Int
  var likelihood: Likelihood
  var beta: Float
  /// Epochs in which β grows from 0.
  var warmup: Double
  /// Nats per dimension that the KL is not pushed below.
  var freeBits: Float
  var bounds: ClosedRange<Float>?

  init(_ configuration: ModelConfiguration) {
    self.configuration = configuration
    (latent, likelihood) = (configuration.latentDimensions, configuration.likelihood)
    (beta, freeBits) = (configuration.beta.target, configuration.freeBits)
    warmup = if case .linear(_, _, let epochs) = configuration.beta { epochs } else { 0 }
    bounds = configuration.architecture.logVarianceBounds
  }

  private func number(_ value: Float) -> String { NumberText.short(Double("\(value)") ?? Double(value), digits: 7) }

  /// `model m2 vae mlp latent=4 hidden=32 on=d`.
  func line(_ name: String, on data: String?) -> String {
    let c = configuration
    var words = ["model", name, c.family.rawValue]
    words += architecture
    words.append("latent=\(latent)")
    words += likelihoodWords
    if c.family.hasWeightedKL { words += weightWords }
    if c.family == .importanceWeighted { words.append("k=\(c.importanceSamples)") }
    if let noise = c.noise, noise != .gaussian(0.3) { words.append("noise=\(noise.text)") }
    let usual: ClosedRange<Float>? = c.architecture.name == Preset.gated.rawValue ? -6...2 : nil
    if let bounds, bounds != usual {
      words.append("logvar=\(number(bounds.lowerBound)):\(number(bounds.upperBound))")
    }
    if c.initializer != .pytorch { words.append("init=\(c.initializer.rawValue)") }
    if !c.outputBiasStartsAtMean, c.architecture.endsInBias { words.append("bias=init") }
    if let data { words.append("on=\(data)") }
    return words.joined(separator: " ")
  }

  private var architecture: [String] {
    let a = configuration.architecture
    guard let preset = Preset(rawValue: a.name) else {
      return [
        "encoder=\"\(LayerText.text(a.encoder))\"", "decoder=\"\(LayerText.text(a.decoder))\"",
        "activation=\(a.activation.rawValue)",
      ]
    }
    var words = [preset.rawValue]
    if preset == .mlp {
      let widths = a.encoder.compactMap { if case .dense(let width, _) = $0 { String(width) } else { nil } }
      words.append("hidden=\(widths.joined(separator: ","))")
    }
    if a.activation != (preset == .iwae ? .tanh : .relu) { words.append("activation=\(a.activation.rawValue)") }
    return words
  }

  private var likelihoodWords: [String] {
    let usual: Likelihood = configuration.family == .autoencoder ? .squaredError : .bernoulli
    guard likelihood != usual else { return [] }
    guard case .gaussian(let sigma) = likelihood else { return ["likelihood=\(likelihood.name)"] }
    return ["likelihood=gaussian", "sigma=\(number(sigma))"]
  }

  private var weightWords: [String] {
    let c = configuration
    var words: [String] = []
    let usual: Float = c.family == .beta ? 4 : c.family == .capacity ? 1000 : 1
    // What was not the default is said, and so is what takes its place.
    if beta != usual || beta != c.beta.target { words.append("beta=\(number(beta))") }
    if case .cyclical(_, _, let period) = c.beta, warmup == 0 {
      words.append("cycle=\(NumberText.short(period))")
    } else if warmup > 0 {
      words.append("warmup=\(NumberText.short(warmup))")
    }
    if freeBits > 0 { words.append("freebits=\(number(freeBits))") }
    if c.family == .capacity {
      words.append("capacity=\(number(c.capacity.target))")
      if case .linear(_, _, let epochs) = c.capacity { words.append("growth=\(NumberText.short(epochs))") }
    }
    return words
  }
}

extension Noise {
  /// As `noise=` reads it.
  var text: String {
    switch self {
    case .gaussian(let sigma): "gaussian:\(sigma)"
    case .mask(let share): "mask:\(share)"
    case .saltAndPepper(let share): "salt:\(share)"
    }
  }
}
