import Graphs
import Networks
import Tensors
import VAEngine

/// What the words and options of `model` say.
struct ModelArguments {
  private let arguments: Arguments
  private let execution: Execution
  private(set) var name: String?
  private(set) var family = Family.vae
  private(set) var preset: Preset?

  init(_ arguments: Arguments, _ execution: Execution) throws {
    (self.arguments, self.execution) = (arguments, execution)
    var namesFamily = false
    for (position, word) in arguments.all("words").enumerated() {
      // 'iwae' is both: the family, or after another family the architecture.
      if let family = Family(rawValue: word.raw), !namesFamily || Preset(rawValue: word.raw) == nil {
        if namesFamily {
          throw Fault(
            .badOptionValue, "a model is of one family, \(self.family.rawValue) or \(word.raw)", at: word.span)
        }
        (self.family, namesFamily) = (family, true)
      } else if let preset = Preset(rawValue: word.raw) {
        if let first = self.preset {
          throw Fault(
            .badOptionValue, "a model has one architecture, \(first.rawValue) or \(word.raw)", at: word.span)
        }
        let isText = arguments.isGiven("encoder") || arguments.isGiven("decoder")
        if isText, family != .importanceWeighted || preset != .iwae {
          throw Fault(
            .badOptionValue, "\(word.raw) is an architecture, and encoder= and decoder= are another", at: word.span,
            fix: "Leave one of them out.")
        }
        self.preset = preset
      } else if position == 0, arguments.target == nil, word.raw.isName {
        guard !execution.isReserved(word.raw) else { throw execution.reserved(word.raw, at: word.span) }
        name = word.raw
      } else {
        let known = ModelCommands.presets + ModelCommands.families
        throw Fault(
          .badOptionValue, "'\(word.raw)' is neither a family nor an architecture", at: word.span,
          fix: Suggestion.question(word.raw, in: known) ?? "Known: \(known.joined(separator: ", ")).")
      }
    }
    guard name != nil || arguments.target != nil else {
      throw arguments.fault(.missingArgument, "model needs a name", fix: "Example: model m conv latent=20")
    }
  }

  /// The dataset it is for: the one given, or the only one there is.
  private var data: (name: String?, value: DatasetValue)? {
    if let given = arguments.dataset("on") { return (arguments["on"]?.raw, given) }
    let known = execution.names(ofKinds: [.dataset])
    guard known.count == 1, case .object(let only as DatasetValue) = execution.lookup(known[0]) else { return nil }
    return (known[0], only)
  }

  var dataName: String? { data?.name }

  /// bias=mean that was asked for, of a decoder that has no bias to set, is a mistake.
  func refuseMeanBias(of architecture: Architecture) throws {
    guard arguments.isGiven("bias"), arguments.text("bias") == "mean", !architecture.endsInBias else { return }
    let end = architecture.decoder.last.map { LayerText.text([$0]) } ?? "nothing"
    throw arguments.fault(
      .badArchitecture, "the decoder ends in '\(end)', which has no bias that could begin at the data's mean",
      at: "bias", fix: "Leave bias=mean out, or end the decoder in a dense layer or a convolution.")
  }

  var exampleShape: Shape { get throws { data?.value.source.exampleShape ?? [1, 28, 28] } }

  var classCount: Int? { family == .conditional ? data?.value.source.classCount : nil }

  var beta: Schedule {
    // Burgess et al. 2018 hold the KL to its capacity with a weight of 1000.
    let usual: Double = family == .beta ? 4 : family == .capacity ? 1000 : 1
    let target = Float(arguments.number("beta") ?? usual)
    let warmup = arguments.number("warmup") ?? 0
    let cycle = arguments.number("cycle") ?? 0
    if cycle > 0 { return .cyclical(from: 0, to: target, period: cycle) }
    return warmup > 0 ? .linear(from: 0, to: target, epochs: warmup) : .constant(target)
  }

  var likelihood: Likelihood? {
    switch arguments.text("likelihood") {
    case "bernoulli": .bernoulli
    case "continuous-bernoulli": .continuousBernoulli
    case "gaussian": .gaussian(sigma: Float(arguments.number("sigma") ?? 1))
    case "gaussian-learned": .gaussianLearned
    case "logistic256": .logistic256
    case "mse": .squaredError
    default: nil
    }
  }

  /// The architecture when none is named: the article's, and for importance weights their paper's.
  var defaultedPreset: Preset { preset ?? (family == .importanceWeighted ? .iwae : .conv) }

  /// An option that the model has no use for is a mistake, not something to ignore.
  func rejectUnusedOptions() throws {
    let hasBeta = family.hasWeightedKL
    let isText = arguments.isGiven("encoder") || arguments.isGiven("decoder")
    let unused: [(option: String, isUsed: Bool, place: String)] = [
      ("k", family == .importanceWeighted, "iwae"), ("capacity", family == .capacity, "capacity-vae"),
      ("growth", family == .capacity, "capacity-vae"), ("noise", family == .denoising, "denoising-vae"),
      ("beta", hasBeta, "families with a weighted KL"), ("warmup", hasBeta, "families with a weighted KL"),
      ("cycle", hasBeta, "families with a weighted KL"),
      ("freebits", hasBeta && family != .capacity, "vae, beta-vae, denoising-vae and cvae"),
      ("sigma", arguments.text("likelihood") == "gaussian", "likelihood=gaussian"),
      ("hidden", preset == .mlp && !isText, "mlp"), ("logvar", family != .autoencoder, "families with a posterior"),
    ]
    for (option, isUsed, place) in unused where !isUsed && arguments.isGiven(option) {
      throw arguments.fault(
        .badOptionValue, "\(option) means nothing to this model", at: option, fix: "It is for \(place).")
    }
    if (arguments.number("warmup") ?? 0) > 0, (arguments.number("cycle") ?? 0) > 0 {
      throw arguments.fault(.badOptionValue, "warmup and cycle exclude each other", at: "cycle")
    }
    if family != .autoencoder, arguments.text("likelihood") == "mse" {
      throw arguments.fault(
        .badOptionValue, "mse is no likelihood: its weight against the KL would be arbitrary", at: "likelihood",
        fix: "Use likelihood=gaussian with sigma=, or gaussian-learned.")
    }
  }

  func architecture(for shape: Shape) throws -> Architecture {
    var architecture = try namedArchitecture(for: shape)
    if let (low, high) = arguments.interval("logvar") { architecture.logVarianceBounds = Float(low)...Float(high) }
    return architecture
  }

  private func namedArchitecture(for shape: Shape) throws -> Architecture {
    let activation = arguments.text("activation").flatMap { Activation(rawValue: $0) }
    if arguments.isGiven("encoder") || arguments.isGiven("decoder") {
      return Architecture(
        name: "custom", encoder: try layers("encoder"), decoder: try layers("decoder"), activation: activation ?? .relu)
    }
    let widths = (arguments.text("hidden") ?? "400").split(separator: ",", omittingEmptySubsequences: false).map {
      Int($0)
    }
    let hidden = widths.compactMap { $0 }.filter { $0 > 0 && $0 <= 65536 }
    guard hidden.count == widths.count, !hidden.isEmpty else {
      throw arguments.fault(.badOptionValue, "hidden: expected widths such as 400 or 400,200", at: "hidden")
    }
    do {
      return try defaultedPreset.architecture(for: shape, hidden: hidden, activation: activation)
    } catch {
      throw arguments.fault(.badArchitecture, error.reason, fix: "Use mlp, iwae or gated for vectors.")
    }
  }

  /// Runs `make`; a shape that does not fit points at the word of its layer, when layers were given as text.
  func locatingShapeErrors<T>(_ make: () throws -> T) throws -> T {
    do {
      return try make()
    } catch let error as ShapeError {
      let parts = error.layer.split(separator: ".")
      guard let option = parts.first.map(String.init), parts.count > 1, let layer = Int(parts[1]),
        let text = arguments.text(option), let span = arguments[option]?.span
      else { throw error }
      let quote = span.count > text.utf8.count ? 1 : 0
      let words = LayerText.spans(text)
      guard words.indices.contains(layer - 1) else { throw error }
      let word = words[layer - 1]
      let place = span.lowerBound + quote + word.lowerBound..<span.lowerBound + quote + word.upperBound
      throw Fault(.badArchitecture, "\(option): \(error.description)", at: place)
    } catch ModelError.decoderShape(let shape, let wanted) where arguments.isGiven("decoder") {
      throw arguments.fault(
        .badArchitecture, "decoder: it ends at \(shape), the data are \(wanted)", at: "decoder",
        fix: "Its last layer could be: dense\(wanted.count)")
    }
  }

  private func layers(_ option: String) throws -> [Layer] {
    guard let argument = arguments[option], let text = arguments.text(option) else {
      throw arguments.fault(
        .missingArgument, "needs '\(option)=' as well", fix: "Give both encoder= and decoder= as text.")
    }
    do {
      return try LayerText.parse(text)
    } catch {
      // Inside the quotes, where the wrong word is.
      let span = argument.span.map { span -> Range<Int> in
        let quote = span.count > text.utf8.count ? 1 : 0
        return span.lowerBound + quote + error.span.lowerBound..<span.lowerBound + quote + error.span.upperBound
      }
      throw Fault(.badArchitecture, "\(option): \(error.reason)", at: span)
    }
  }
}

extension Family {
  /// Whether beta weighs the KL: an importance-weighted bound has no such term, a plain autoencoder no KL.
  var hasWeightedKL: Bool { self != .autoencoder && self != .importanceWeighted }
}

/// `gaussian:0.3`, `mask:0.25`, `salt:0.1`.
enum NoiseText {
  static func parse(_ arguments: Arguments, _ name: String) throws -> Noise {
    let parts = (arguments.text(name) ?? "gaussian:0.3").split(separator: ":", omittingEmptySubsequences: false)
    let amount = parts.count == 2 ? Float(String(parts[1])) : parts.count == 1 ? 0.3 : nil
    if let amount, amount >= 0, amount.isFinite {
      switch parts[0] {
      case "gaussian": return .gaussian(amount)
      case "mask" where amount <= 1: return .mask(amount)
      case "salt" where amount <= 1: return .saltAndPepper(amount)
      default: break
      }
    }
    throw arguments.fault(
      .badOptionValue, "\(name): expected gaussian:σ, mask:share or salt:share, got '\(arguments[name]?.raw ?? "")'",
      at: name)
  }
}
