import Language
import Text

/// A type that an argument can have.
package protocol ArgumentValue: SendableMetatype {
  /// How it is read, checked, completed and described where the declaration does not say more.
  static var argumentType: ArgumentType { get }
  /// What messages call it.
  static var expectation: String { get }
  /// What they advise where the expectation does not say enough.
  static var fix: String? { get }
  /// The value of an argument that is left out; nil where it must be given.
  static var absent: Self? { get }
  /// - Returns: nil for content of another type, which binding has refused before.
  init?(_ argument: BoundArgument)
  /// As it would be typed.
  var argumentText: String { get }
}

extension ArgumentValue {
  package static var absent: Self? { nil }

  package static var expectation: String { argumentType.expectation }

  package static var fix: String? { nil }

  package static func read(_ place: ArgumentPlace) throws -> Self {
    guard let bound = place.bound else {
      if let absent { return absent }
      throw place.fault(.missingArgument, "\(place.name): expected \(expectation)")
    }
    if let value = Self(bound) { return value }
    throw place.fault(
      .badOptionValue, "\(place.name): expected \(expectation), got '\(bound.raw)'",
      fix: Suggestion.question(bound.raw, in: argumentType.suggestions) ?? fix)
  }
}

/// Names of which one is to be chosen: an enumeration whose cases carry their help.
package protocol Choice: ArgumentValue, RawRepresentable<String>, CaseIterable {
  /// As it is typed.
  var word: String { get }
  /// A few words, no full stop.
  var help: String { get }
}

extension Choice {
  package static var argumentType: ArgumentType { .choice(allCases.map { ValueWord($0.word, $0.help) }) }
  package var word: String { rawValue }
  package init?(_ argument: BoundArgument) {
    guard case .text(let text) = argument.content, let named = Self.allCases.first(where: { $0.word == text }) else {
      return nil
    }
    self = named
  }
  package var argumentText: String { word }
}

/// Text that has words of its own, which completion offers, and accepts more than these: a character, a column, a number.
package protocol WordValue: ArgumentValue {
  /// Of usage lines.
  static var placeholder: String { get }
  static var words: [ValueWord] { get }
  var text: String { get }
  init?(text: String)
}

extension WordValue {
  package static var argumentType: ArgumentType { .text(placeholder: placeholder, suggestions: words) }
  package init?(_ argument: BoundArgument) {
    guard case .text(let text) = argument.content else { return nil }
    self.init(text: text)
  }
  package var argumentText: String { text }
}

extension Optional: ArgumentValue where Wrapped: ArgumentValue {
  package static var argumentType: ArgumentType { Wrapped.argumentType }
  package static var expectation: String { Wrapped.expectation }
  package static var fix: String? { Wrapped.fix }
  package static var absent: Wrapped?? { .some(nil) }
  package init?(_ argument: BoundArgument) {
    guard let value = Wrapped(argument) else { return nil }
    self = value
  }
  package var argumentText: String { self?.argumentText ?? "" }
}
