import Text

/// A number or word of a family that its users choose: `beta=4`. Options, completion, help and refusals of `model` and
/// `set` come from it.
package struct Setting: Sendable {
  package enum Kind: Sendable, Equatable {
    case nonNegative
    case integer(ClosedRange<Int>)
    case choice([Word])
    case text(placeholder: String, suggestions: [String])
  }

  /// A word of a choice, and what it means.
  package struct Word: Sendable, Equatable {
    package let word: String
    package let help: String
    init(_ word: String, _ help: String) { (self.word, self.help) = (word, help) }
  }

  package enum Value: Sendable, Equatable {
    case number(Double)
    case integer(Int)
    case text(String)
  }

  package let word: String
  package let kind: Kind
  /// The default, as typed.
  package let defaultText: String
  /// One line, no full stop.
  package let help: String
  /// Whether it can change between trainings (`set`).
  package let isLive: Bool
  /// Another setting that cannot be combined with it.
  package let excludes: String?
  /// As typed.
  package let text: @Sendable (ModelConfiguration) -> String
  /// Whether the configuration keeps it under its word, and not in a property.
  let isOwn: Bool
  /// Whether it decides what a training step computes, and is not a number that the step reads.
  let isStructural: Bool
  private let assign: @Sendable (inout ModelConfiguration, Value, _ isLive: Bool) throws(InvalidSetting) -> Void

  init(
    _ word: String, _ kind: Kind, default defaultText: String, help: String, isLive: Bool = false,
    excludes: String? = nil, isOwn: Bool = false, isStructural: Bool = false,
    text: @escaping @Sendable (ModelConfiguration) -> String,
    assign: @escaping @Sendable (inout ModelConfiguration, Value, _ isLive: Bool) throws(InvalidSetting) -> Void
  ) {
    (self.word, self.kind, self.defaultText, self.help) = (word, kind, defaultText, help)
    (self.isLive, self.excludes, self.isOwn, self.text, self.assign) = (isLive, excludes, isOwn, text, assign)
    self.isStructural = isStructural
  }

  /// Sets it.
  ///
  /// - Parameter isLive: In a training that goes on, where a schedule ends: the value holds from now on.
  /// - Throws: `InvalidSetting` with what was expected.
  package func set(
    _ value: Value, in configuration: inout ModelConfiguration, isLive: Bool = false
  ) throws(InvalidSetting) { try assign(&configuration, value, isLive) }

  /// Sets the default.
  package func setDefault(in configuration: inout ModelConfiguration) {
    let value: Value =
      switch kind {
      case .nonNegative: .number(Double(defaultText) ?? 0)
      case .integer: .integer(Int(defaultText) ?? 0)
      case .text, .choice: .text(defaultText)
      }
    try? assign(&configuration, value, false)
  }

  /// A weight or another number of a family's own, ≥ 0: an input of the training program by its word, so that it can
  /// change between trainings.
  package static func weight(_ word: String, _ value: Double, help: String) -> Setting {
    Setting(
      word, .nonNegative, default: NumberText.single(value), help: help, isLive: true, isOwn: true,
      text: { NumberText.single(Double($0.settings[word] ?? 0)) },
      assign: { configuration, value, _ throws(InvalidSetting) in
        if case .number(let number) = value { configuration.settings[word] = Float(number) }
      })
  }
}

extension Setting {
  /// A choice of a family's own among words: what its objective is made of.
  package static func choice(_ word: String, _ words: [Word], help: String) -> Setting {
    Setting(
      word, .choice(words), default: words.first?.word ?? "", help: help, isOwn: true, isStructural: true,
      text: { configuration in
        let place = Int(configuration.settings[word] ?? 0)
        return words.indices.contains(place) ? words[place].word : ""
      },
      assign: { configuration, value, _ throws(InvalidSetting) in
        guard case .text(let text) = value else { return }
        guard let place = words.firstIndex(where: { $0.word == text }) else {
          throw InvalidSetting(expected: words.map(\.word).joined(separator: " or "))
        }
        // The first is what models have that say nothing.
        configuration.settings[word] = place > 0 ? Float(place) : nil
      })
  }

  /// A whole number of a family's own that decides how much a training step computes: draws, components.
  package static func count(_ word: String, _ range: ClosedRange<Int>, _ value: Int, help: String) -> Setting {
    Setting(
      word, .integer(range), default: String(value), help: help, isOwn: true, isStructural: true,
      text: { String(Int($0.settings[word] ?? 0)) },
      assign: { configuration, value, _ throws(InvalidSetting) in
        if case .integer(let number) = value { configuration.settings[word] = Float(number) }
      })
  }
}

/// Settings that cannot be combined, each of them allowed.
package struct InvalidSettings: Error, Equatable, Sendable {
  /// The one to change.
  package let word: String
  /// What is wrong and why.
  package let reason: String
  init(_ word: String, _ reason: String) { (self.word, self.reason) = (word, reason) }
}

/// A value that a setting does not take.
package struct InvalidSetting: Error, Equatable, Sendable {
  /// `gaussian:σ, mask:fraction or salt:fraction`
  package let expected: String
}
