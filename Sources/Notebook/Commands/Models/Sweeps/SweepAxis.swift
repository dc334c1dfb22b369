import Glibc
import Language
import Networks
import SessionCore
import Tensors
import Text
import VAEngine

/// A setting that a sweep varies, and its values: `latent=8,16`, `lr=log:1e-4..1e-2`, `beta=0..4`.
struct SweepAxis: Codable, Sendable, Equatable {
  enum Values: Codable, Sendable, Equatable {
    /// As typed, in that order.
    case list([String])
    case range(low: Double, high: Double, isLogarithmic: Bool, isInteger: Bool)
  }

  let name: String
  let values: Values

  /// How a value is to be read: of an option of `train`, a setting of the model's family, or a part of the model.
  ///
  /// - Returns: nil where nothing of this name can be varied.
  static func type(of name: String, _ configuration: ModelConfiguration) -> ArgumentType? {
    if name != "on", name != "seed", name != "validate", let option = TrainingOption.named(name) {
      return option.option.type
    }
    if let part = ModelPart(rawValue: name) { return part.type }
    guard let setting = configuration.family.setting(name) else { return nil }
    return switch setting.kind {
    case .nonNegative: .nonNegative
    case .integer(let range): .integer(range)
    case .choice(let words): .choice(words.map { ValueWord($0.word, $0.help) })
    case .text(let placeholder, let suggestions):
      .text(placeholder: placeholder, suggestions: suggestions.map { ValueWord($0) })
    }
  }

  /// Everything that can be varied.
  static func names(_ configuration: ModelConfiguration) -> [String] {
    ModelPart.allCases.map(\.rawValue) + configuration.family.settings.map(\.word)
      + TrainingOption.kept.map(\.option.name).filter { $0 != "seed" && $0 != "validate" }
  }

  /// - Throws: `Fault` at the value, or at a name that cannot be varied.
  init(_ given: GivenOption, _ configuration: ModelConfiguration) throws {
    let (key, argument) = given
    guard let type = Self.type(of: key.value, configuration) else {
      let names = Self.names(configuration)
      throw Fault(
        .unknownOption, "'\(key.value)' is no setting of this model or its training", at: key.span,
        fix: Suggestion.question(key.value, in: names) ?? "Settings: \(names.joined(separator: ", ")).")
    }
    name = key.value
    values = try Self.values(argument, name, type)
  }

  private static func values(_ argument: BoundArgument, _ name: String, _ type: ArgumentType) throws -> Values {
    let text = argument.raw
    func fault(_ message: String) -> Fault {
      Fault(
        .badOptionValue, "\(name): \(message)", at: argument.span,
        fix: "Write values such as \(name)=1,2,4, or a range: \(name)=1..4, \(name)=log:1e-4..1e-2.")
    }
    let isLogarithmic = text.hasPrefix("log:")
    let body = isLogarithmic ? String(text.dropFirst(4)) : text
    if let dots = body.firstRange(of: "..") {
      let ends = [String(body[..<dots.lowerBound]), String(body[dots.upperBound...])]
      guard let low = Double(ends[0]), let high = Double(ends[1]), ends.allSatisfy({ type.read($0) != nil }) else {
        throw fault("expected \(type.expectation) at both ends of '\(text)'")
      }
      guard low < high else { throw fault("the range '\(text)' does not rise") }
      guard !isLogarithmic || low > 0 else { throw fault("a logarithmic range begins above 0, not at \(ends[0])") }
      let isInteger = if case .integer = type { true } else { false }
      return .range(low: low, high: high, isLogarithmic: isLogarithmic, isInteger: isInteger)
    }
    guard !isLogarithmic else { throw fault("a logarithmic range is written log:1e-4..1e-2") }
    let words = body.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    for word in words {
      guard type.read(word) != nil else { throw fault("expected \(type.expectation), got '\(word)'") }
    }
    if let twice = words.indices.first(where: { words[..<$0].contains(words[$0]) }) {
      throw fault("\(words[twice]) is there twice")
    }
    return .list(words)
  }

  /// Values of a grid; nil for a range.
  var list: [String]? { if case .list(let words) = values { words } else { nil } }

  /// The value that a number in [0, 1) chooses.
  func value(at share: Double) -> String {
    switch values {
    case .list(let words): return words[min(Int(share * Double(words.count)), words.count - 1)]
    case .range(let low, let high, let isLogarithmic, let isInteger):
      // Each integer has the same share.
      if isInteger, !isLogarithmic { return "\(Int(low) + min(Int(share * (high - low + 1)), Int(high - low)))" }
      let value = isLogarithmic ? exp(log(low) + share * (log(high) - log(low))) : low + share * (high - low)
      return isInteger
        ? "\(Int(value.rounded()))" : NumberText.exact(Double(NumberText.short(value, digits: 4)) ?? value)
    }
  }
}

/// Parts of a model, beside the settings of its family, that a sweep can vary.
enum ModelPart: String, CaseIterable {
  case latent, hidden, activation, likelihood, sigma
  case initializer = "init"

  var type: ArgumentType {
    switch self {
    case .latent, .hidden: .integer(1...65536)
    case .activation: Activation.argumentType
    case .likelihood: .choice(Likelihood.all.map { ValueWord($0.name, $0.summary) })
    case .sigma: .positive
    case .initializer: Initializer.argumentType
    }
  }

  /// - Throws: `Fault` where the model has no such part.
  func set(_ text: String, in configuration: inout ModelConfiguration) throws {
    switch self {
    case .latent: configuration.latentDimensions = Int(text) ?? configuration.latentDimensions
    case .activation:
      configuration.architecture.activation = Activation(rawValue: text) ?? configuration.architecture.activation
    case .likelihood:
      configuration.likelihood =
        Likelihood.named(text, configuration.likelihood.values) ?? configuration.likelihood
    case .sigma:
      guard configuration.likelihood.sigma != nil, let sigma = Float(text) else {
        throw Fault(.badOptionValue, "sigma does not apply to likelihood=\(configuration.likelihood.name)")
      }
      configuration.likelihood = configuration.likelihood.with(["sigma": sigma])
    case .initializer: configuration.initializer = Initializer(rawValue: text) ?? configuration.initializer
    case .hidden:
      guard configuration.architecture.name == Preset.mlp.rawValue, let width = Int(text) else {
        throw Fault(.badOptionValue, "hidden does not apply to \(configuration.architecture.name), but to mlp")
      }
      let old = configuration.architecture
      configuration.architecture = try Preset.mlp.architecture(
        for: configuration.exampleShape, hidden: [width], activation: old.activation)
      configuration.architecture.logVarianceBounds = old.logVarianceBounds
    }
  }
}
