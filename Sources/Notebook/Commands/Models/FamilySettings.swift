import SessionCore
import VAEngine

/// The options of `model` that families declare.
struct FamilySettings: DeclaredProperty {
  private let box = ArgumentBox<[String: (value: Setting.Value, place: ArgumentPlace)]>()

  /// The value given for a setting; nil for none.
  func value(of setting: Setting) -> Setting.Value? { box.value[setting.word]?.value }

  func place(of setting: Setting) -> ArgumentPlace {
    box.value[setting.word]?.place ?? ArgumentPlace(name: setting.word, verbSpan: box.place.verbSpan, bound: nil)
  }

  /// Those that were given, in the order of the families.
  var given: [(setting: Setting, place: ArgumentPlace)] {
    Self.settings.compactMap { setting in box.value[setting.word].map { (setting, $0.place) } }
  }

  func options(_ name: String) -> [CommandOption] { Self.all }

  func bind(_ name: String, _ arguments: Arguments) {
    var given: [String: (value: Setting.Value, place: ArgumentPlace)] = [:]
    for setting in Self.settings {
      let place = ArgumentPlace(
        name: setting.word, verbSpan: arguments.verbSpan, bound: arguments[setting.word])
      guard place.isGiven, let value = place.bound.flatMap({ Self.value($0.content) }) else { continue }
      given[setting.word] = (value, place)
    }
    box.set(given, ArgumentPlace(name: name, verbSpan: arguments.verbSpan, bound: nil))
  }

  /// Every setting once, in the order of the families.
  private static var settings: [Setting] {
    var seen: Set<String> = []
    return Family.all.flatMap(\.settings).filter { seen.insert($0.word).inserted }
  }

  static var words: [String] { settings.map(\.word) }

  /// Options of `model`.
  private static var all: [CommandOption] {
    settings.map { setting in
      let help = help(of: setting.word)
      let (usual, others) = defaults(of: setting.word)
      guard !others.isEmpty else {
        return CommandOption(setting.word, type(of: setting), default: usual, help: help)
      }
      let exceptions = others.map { "\($0.text) for \($0.family)" }.joined(separator: ", ")
      return CommandOption(setting.word, type(of: setting), note: "\(usual); \(exceptions)", help: help)
    }
  }

  /// What a setting is; where families mean different things by the word, what most do first.
  private static func help(of word: String) -> String {
    var meanings: [(help: String, families: [String])] = []
    for family in Family.all {
      guard let setting = family.setting(word) else { continue }
      if let place = meanings.firstIndex(where: { $0.help == setting.help }) {
        meanings[place].families.append(family.word)
      } else {
        meanings.append((setting.help, [family.word]))
      }
    }
    guard let usual = meanings.max(by: { $0.families.count < $1.families.count }) else { return "" }
    let others = meanings.filter { $0.help != usual.help }
    return ([usual.help] + others.map { "of \($0.families.joined(separator: ", ")): \($0.help)" }).joined(
      separator: "; ")
  }

  /// Options of `set`: what can change between trainings.
  static var live: [CommandOption] {
    settings.filter(\.isLive).map { CommandOption($0.word, type(of: $0), help: help(of: $0.word)) }
  }

  private static func type(of setting: Setting) -> ArgumentType {
    switch setting.kind {
    case .nonNegative: .nonNegative
    case .integer(let range): .integer(range)
    case .choice(let words): .choice(words.map { ValueWord($0.word, $0.help) })
    case .text(let placeholder, let suggestions):
      // Corruption of the input is written alike everywhere.
      suggestions == Noise.argumentType.suggestions
        ? Noise.argumentType : .text(placeholder: placeholder, suggestions: suggestions.map { ValueWord($0) })
    }
  }

  /// The default that most families have, and those that differ.
  private static func defaults(of word: String) -> (usual: String, others: [(family: String, text: String)]) {
    let all = Family.all.compactMap { family in family.setting(word).map { (family.word, $0.defaultText) } }
    let usual = all.max { a, b in all.count { $0.1 == a.1 } < all.count { $0.1 == b.1 } }?.1 ?? ""
    return (usual, all.filter { $0.1 != usual }.map { (family: $0.0, text: $0.1) })
  }

  /// `vae, beta-vae and cvae`: the families that have a setting.
  static func families(with word: String) -> String {
    let words = Family.all.filter { $0.setting(word) != nil }.map(\.word)
    guard words.count > 1, let last = words.last else { return words.joined() }
    return words.dropLast().joined(separator: ", ") + " and " + last
  }

  static func value(_ content: BoundArgument.Content) -> Setting.Value? {
    switch content {
    case .number(let number): .number(number)
    case .integer(let integer): .integer(integer)
    case .text(let text): .text(text)
    default: nil
    }
  }
}
