import Graphs
import Language
import Networks
import Tensors
import Text
import VAEngine

/// The words and options of `model`, interpreted.
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
      if let family = Family.named(word.raw), !namesFamily || Preset(rawValue: word.raw) == nil {
        if namesFamily {
          throw Fault(
            .badOptionValue, "a model has one family; got both \(self.family.word) and \(word.raw)", at: word.span)
        }
        (self.family, namesFamily) = (family, true)
      } else if let preset = Preset(rawValue: word.raw) {
        if let first = self.preset {
          throw Fault(
            .badOptionValue, "a model has one architecture; got both \(first.rawValue) and \(word.raw)", at: word.span)
        }
        let isText = arguments.isGiven("encoder") || arguments.isGiven("decoder")
        if isText, family.word != preset.rawValue {
          throw Fault(
            .badOptionValue, "architecture \(word.raw) cannot be combined with encoder= and decoder=", at: word.span,
            fix: "Remove one of them.")
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

  /// An explicit bias=mean for a decoder without a bias is an error.
  func refuseMeanBias(of architecture: Architecture) throws {
    guard arguments.isGiven("bias"), arguments.text("bias") == "mean", !architecture.endsInBias else { return }
    let end = architecture.decoder.last.map { LayerText.text([$0]) } ?? "nothing"
    throw arguments.fault(
      .badArchitecture, "the decoder ends in '\(end)', which has no bias to initialize to the data's mean",
      at: "bias", fix: "Omit bias=mean, or end the decoder in a dense layer or a convolution.")
  }

  var exampleShape: Shape { get throws { data?.value.source.exampleShape ?? [1, 28, 28] } }

  /// Names of the classes, in the order of their numbers.
  var classNames: [String]? { family.isConditional ? data?.value.dataset.classes?.names : nil }

  /// Names of the columns of a table.
  var columns: [String]? { (data?.value.dataset).flatMap { $0.hasNamedColumns ? $0.columns : nil } }

  var classCount: Int? { family.isConditional ? data?.value.source.classCount : nil }

  var likelihood: Likelihood? {
    arguments.text("likelihood").flatMap { Likelihood.named($0, sigma: arguments.number("sigma").map { Float($0) }) }
  }

  /// The family's settings: those given, else their defaults.
  func apply(to configuration: inout ModelConfiguration) throws {
    for setting in family.settings {
      guard let value = FamilyOptions.value(of: setting, arguments) else {
        setting.setDefault(in: &configuration)
        continue
      }
      do {
        try setting.set(value, in: &configuration)
      } catch {
        throw arguments.fault(
          .badOptionValue, "\(setting.word): expected \(error.expected), got '\(arguments[setting.word]?.raw ?? "")'",
          at: setting.word)
      }
    }
  }

  /// The architecture when none is named: the article's, and for importance weights their paper's.
  var defaultedPreset: Preset { preset ?? family.preset }

  /// An option that does not apply to the model is an error; it is not ignored.
  func rejectUnusedOptions() throws {
    let isText = arguments.isGiven("encoder") || arguments.isGiven("decoder")
    let settings = FamilyOptions.words.map { word in
      (option: word, isUsed: family.setting(word) != nil, place: FamilyOptions.families(with: word))
    }
    let others: [(option: String, isUsed: Bool, place: String)] = [
      ("sigma", arguments.text("likelihood") == "gaussian", "likelihood=gaussian"),
      ("hidden", preset == .mlp && !isText, "mlp"), ("logvar", family.posterior.isRandom, "families with a posterior"),
    ]
    for (option, isUsed, place) in settings + others where !isUsed && arguments.isGiven(option) {
      throw arguments.fault(
        .badOptionValue, "option '\(option)' does not apply to this model", at: option, fix: "It applies to \(place).")
    }
    for setting in family.settings {
      guard let other = setting.excludes, let value = arguments.number(setting.word), value > 0,
        let second = arguments.number(other), second > 0
      else { continue }
      throw arguments.fault(.badOptionValue, "\(setting.word) and \(other) cannot be combined", at: other)
    }
    if family.isProbabilistic, likelihood?.hasSamples == false {
      throw arguments.fault(
        .badOptionValue, "mse is not a likelihood: its weight against the KL would be arbitrary", at: "likelihood",
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

  /// Runs `make`; a shape error is placed at the word of its layer when the layers were given as text.
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
        .badArchitecture, "decoder: its output has shape \(shape), the data have shape \(wanted)", at: "decoder",
        fix: "End it with, for example: dense\(wanted.count)")
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
