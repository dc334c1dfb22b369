import Networks
import SessionCore
import Text
import VAEngine

/// The `model` line that reproduces a configuration: the options that differ from the defaults.
struct ModelText {
  var configuration: ModelConfiguration
  var latent: Int
  var likelihood: Likelihood
  /// The family's settings as typed, by their words.
  private(set) var settings: [String: String]
  var bounds: ClosedRange<Float>?

  init(_ configuration: ModelConfiguration) {
    self.configuration = configuration
    (latent, likelihood) = (configuration.latentDimensions, configuration.likelihood)
    settings = Dictionary(
      uniqueKeysWithValues: configuration.family.settings.map { ($0.word, $0.text(configuration)) })
    bounds = configuration.architecture.logVarianceBounds
  }

  /// A setting as a number, or the likelihood by its name; one that the family does not have stays away.
  subscript(word: String) -> Double {
    get { settings[word].flatMap { Double($0) } ?? 0 }
    set { self.set(word, NumberText.short(newValue, digits: 7)) }
  }

  mutating func set(_ word: String, _ text: String) {
    if word == "likelihood", let other = Likelihood.named(text, likelihood.values) {
      likelihood = other
      return
    }
    guard let setting = configuration.family.setting(word) else { return }
    settings[word] = text
    if let other = setting.excludes { settings[other] = configuration.family.setting(other)?.defaultText }
  }

  private func number(_ value: Float) -> String { NumberText.short(Double("\(value)") ?? Double(value), digits: 7) }

  /// `model m2 vae mlp latent=4 hidden=32 on=d`.
  func line(_ name: String, on data: String?) -> String {
    let c = configuration
    var words = ["model", name, c.family.word]
    words += architecture
    words.append("latent=\(latent)")
    words += likelihoodWords
    words += settingWords
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
    guard likelihood != configuration.family.likelihood else { return [] }
    return ["likelihood=\(likelihood.name)"]
      + likelihood.options.compactMap { option in
        guard let value = likelihood.values[option.word] else { return nil }
        if option.kind == .positive { return "\(option.word)=\(number(value))" }
        return value == option.defaultValue ? nil : "\(option.word)=\(value == 1 ? "yes" : "no")"
      }
  }

  /// What is not the default, and what was changed.
  private var settingWords: [String] {
    configuration.family.settings.compactMap { setting in
      guard let text = settings[setting.word], !text.isEmpty else { return nil }
      return text != setting.defaultText || text != setting.text(configuration) ? "\(setting.word)=\(text)" : nil
    }
  }
}
