import Graphs
import Language
import Networks
import SessionCore
import Tensors
import Text
import VAEngine

/// The words and options of `model`, interpreted.
struct ModelArguments {
  private let command: CreateModel
  private let call: Call
  private(set) var name: String?
  private(set) var family = Family.vae
  private(set) var preset: Preset?

  private var execution: Execution { call.execution }

  init(_ command: CreateModel, _ call: Call) throws {
    (self.command, self.call) = (command, call)
    var namesFamily = false
    for (position, word) in command.$words.enumerated() {
      // 'iwae' is both: the family, or after another family the architecture.
      if let family = Family.named(word.raw), !namesFamily || Preset(rawValue: word.raw) == nil {
        if namesFamily {
          throw word.fault(
            .badOptionValue, "a model has one family; got both \(self.family.word) and \(word.raw)")
        }
        (self.family, namesFamily) = (family, true)
      } else if let preset = Preset(rawValue: word.raw) {
        if let first = self.preset {
          throw word.fault(
            .badOptionValue, "a model has one architecture; got both \(first.rawValue) and \(word.raw)")
        }
        if command.isText, family.word != preset.rawValue {
          throw word.fault(
            .badOptionValue, "architecture \(word.raw) cannot be combined with encoder= and decoder=",
            fix: "Remove one of them.")
        }
        self.preset = preset
      } else if position == 0, call.target == nil, word.raw.isName {
        guard !execution.isReserved(word.raw) else { throw execution.reserved(word.raw, at: word.span) }
        name = word.raw
      } else {
        let known = (CreateModel.presets + CreateModel.families).map(\.text)
        throw word.fault(
          .badOptionValue, "'\(word.raw)' is neither a family nor an architecture",
          fix: Suggestion.question(word.raw, in: known) ?? "Known: \(known.joined(separator: ", ")).")
      }
    }
    guard name != nil || call.target != nil else {
      throw call.fault(.missingArgument, "model needs a name", fix: "Example: model m conv latent=20")
    }
  }

  /// The dataset it is for: the one given, or the only one there is.
  private var data: (name: String?, value: DatasetValue)? {
    if let given = command.on { return (command.$on.raw, given) }
    let known = execution.names(ofKinds: [.dataset])
    guard known.count == 1, case .object(let only as DatasetValue) = execution.lookup(known[0]) else { return nil }
    return (known[0], only)
  }

  var dataName: String? { data?.name }

  /// An explicit bias=mean for a decoder without a bias is an error.
  func refuseMeanBias(of architecture: Architecture) throws {
    guard command.$bias.isGiven, command.bias == .mean, !architecture.endsInBias else { return }
    let end = architecture.decoder.last.map { LayerText.text([$0]) } ?? "nothing"
    throw command.$bias.fault(
      .badArchitecture, "the decoder ends in '\(end)', which has no bias to initialize to the data's mean",
      fix: "Omit bias=mean, or end the decoder in a dense layer or a convolution.")
  }

  var exampleShape: Shape { get throws { data?.value.source.exampleShape ?? [1, 28, 28] } }

  /// Names of the classes, in the order of their numbers.
  var classNames: [String]? { family.isConditional ? data?.value.dataset.classes?.names : nil }

  /// Names of the columns of a table.
  var columns: [String]? { (data?.value.dataset).flatMap { $0.hasNamedColumns ? $0.columns : nil } }

  var classCount: Int? { family.isConditional ? data?.value.source.classCount : nil }

  /// The one asked for; of a table one for each column, where none is; nil for the family's own.
  var likelihood: Likelihood? {
    get throws {
      let table = data.flatMap { $0.value.isTable ? $0.value : nil }
      switch command.likelihood {
      case .named(let name): return Likelihood.named(name, command.likelihoodOptions.values)
      case nil, .auto: return try family.isProbabilistic ? table.map { .columns(try $0.tableColumns()) } : nil
      case .columns(let kinds):
        guard let table else {
          throw command.$likelihood.fault(
            .badOptionValue, "likelihoods of columns need a table", fix: "Load one and name it: on=t")
        }
        let columns = try table.tableColumns(kinds)
        for name in kinds.keys.sorted() {
          guard let found = columns.models.first(where: { $0.name == name }) else {
            throw command.$likelihood.fault(
              .badOptionValue, "the table has no column '\(name)'",
              fix: Suggestion.question(name, in: table.columnNames)
                ?? "Columns: \(table.columnNames.prefix(12).joined(separator: ", "))")
          }
          guard found.kind != .categorical else {
            throw command.$likelihood.fault(.badOptionValue, "column '\(name)' holds categories, which are categorical")
          }
          guard found.hasSoundGrades else {
            throw command.$likelihood.fault(
              .badOptionValue,
              "column '\(name)' holds no grades: ordinal is of whole numbers, 2 to \(ColumnModel.gradeLimit) from the "
                + "smallest to the largest", fix: "Use likelihood=\(name):gaussian.")
          }
        }
        return .columns(columns)
      }
    }
  }

  /// The family's settings: those given, else their defaults.
  func apply(to configuration: inout ModelConfiguration) throws {
    for setting in family.settings {
      guard let value = command.settings.value(of: setting) else {
        setting.setDefault(in: &configuration)
        continue
      }
      do {
        try setting.set(value, in: &configuration)
      } catch {
        let place = command.settings.place(of: setting)
        throw place.fault(.badOptionValue, "\(setting.word): expected \(error.expected), got '\(place.raw)'")
      }
    }
    if let objection = family.objection(configuration), let setting = family.setting(objection.word) {
      throw command.settings.place(of: setting).fault(.badOptionValue, "\(objection.word): \(objection.reason)")
    }
  }

  /// The architecture when none is named: the article's, and for importance weights their paper's; of vectors, which have no
  /// neighbors to convolve, the multilayer perceptron.
  var defaultedPreset: Preset {
    preset ?? (family.preset == .conv && data?.value.source.exampleShape.rank == 1 ? .mlp : family.preset)
  }

  /// An option that does not apply to the model is an error; it is not ignored.
  func rejectUnusedOptions() throws {
    let settings = command.settings.given.map { setting, place in
      (place: place, isUsed: family.setting(setting.word) != nil, reader: FamilySettings.families(with: setting.word))
    }
    let others: [(place: ArgumentPlace, isUsed: Bool, reader: String)] = [
      (command.$hidden, defaultedPreset == .mlp && !command.isText, "mlp"),
      (command.$logvar, family.posterior.isRandom, "families with a posterior"),
    ]
    let made = try likelihood ?? family.likelihood
    let ofLikelihood = command.likelihoodOptions.given.map { option, place in
      (
        place: place, isUsed: made.values[option.word] != nil,
        reader: LikelihoodOptions.likelihoods(with: option.word)
      )
    }
    for (place, isUsed, reader) in settings + ofLikelihood + others where !isUsed && place.isGiven {
      throw place.fault(
        .badOptionValue, "option '\(place.name)' does not apply to this model", fix: "It applies to \(reader).")
    }
    for (setting, _) in command.settings.given where isPositive(setting) {
      guard let other = setting.excludes.flatMap({ family.setting($0) }), isPositive(other) else { continue }
      throw command.settings.place(of: other).fault(
        .badOptionValue, "\(setting.word) and \(other.word) cannot be combined")
    }
    if family.isProbabilistic, try likelihood?.hasSamples == false {
      throw command.$likelihood.fault(
        .badOptionValue, "mse is not a likelihood: its weight against the KL would be arbitrary",
        fix: "Use likelihood=gaussian with sigma=, or gaussian-learned.")
    }
  }

  private func isPositive(_ setting: Setting) -> Bool {
    if case .number(let value) = command.settings.value(of: setting) { value > 0 } else { false }
  }

  func architecture(for shape: Shape) throws -> Architecture {
    var architecture = try namedArchitecture(for: shape)
    if let bounds = command.logvar {
      architecture.logVarianceBounds = Float(bounds.lowerBound)...Float(bounds.upperBound)
    }
    return architecture
  }

  private func namedArchitecture(for shape: Shape) throws -> Architecture {
    if command.isText {
      return Architecture(
        name: "custom", encoder: try layers(command.encoder, command.$encoder),
        decoder: try layers(command.decoder, command.$decoder), activation: command.activation ?? .relu)
    }
    let widths = command.hidden.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    let hidden = widths.compactMap { $0 }.filter { $0 > 0 && $0 <= 65536 }
    guard hidden.count == widths.count, !hidden.isEmpty else {
      throw command.$hidden.fault(.badOptionValue, "hidden: expected widths from 1 to 65536 such as 400 or 400,200")
    }
    do {
      return try defaultedPreset.architecture(for: shape, hidden: hidden, activation: command.activation)
    } catch {
      let fix = shape.rank == 3 ? "Use conv for images." : "Use mlp, iwae, gated or conv1d for vectors."
      throw call.fault(.badArchitecture, error.reason, fix: fix)
    }
  }

  /// Runs `make`; a shape error is placed at the word of its layer when the layers were given as text.
  func locatingShapeErrors<T>(_ make: () throws -> T) throws -> T {
    do {
      return try make()
    } catch let error as ShapeError {
      let parts = error.layer.split(separator: ".")
      let texts = [(command.encoder, command.$encoder), (command.decoder, command.$decoder)]
      guard parts.count > 1, let layer = Int(parts[1]),
        case (let text?, let option)? = texts.first(where: { $0.1.name == parts[0] })
      else { throw error }
      let span = option.span
      let quote = span.count > text.utf8.count ? 1 : 0
      let words = LayerText.spans(text)
      guard words.indices.contains(layer - 1) else { throw error }
      let word = words[layer - 1]
      let place = span.lowerBound + quote + word.lowerBound..<span.lowerBound + quote + word.upperBound
      throw Fault(.badArchitecture, "\(option.name): \(error.description)", at: place)
    } catch ModelError.decoderShape(let shape, let wanted) where command.$decoder.isGiven {
      throw command.$decoder.fault(
        .badArchitecture, "decoder: its output has shape \(shape), the data have shape \(wanted)",
        fix: "End it with, for example: dense\(wanted.count)")
    }
  }

  private func layers(_ text: String?, _ place: ArgumentPlace) throws -> [Layer] {
    guard let text else {
      throw place.fault(
        .missingArgument, "needs '\(place.name)=' as well", fix: "Give both encoder= and decoder= as text.")
    }
    do {
      return try LayerText.parse(text)
    } catch {
      // Inside the quotes, where the wrong word is.
      let quote = place.span.count > text.utf8.count ? 1 : 0
      let start = place.span.lowerBound + quote
      throw Fault(
        .badArchitecture, "\(place.name): \(error.reason)",
        at: start + error.span.lowerBound..<start + error.span.upperBound)
    }
  }
}
