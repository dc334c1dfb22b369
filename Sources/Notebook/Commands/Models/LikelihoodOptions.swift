import SessionCore
import Text
import VAEngine

/// The options of `model` that likelihoods declare.
struct LikelihoodOptions: DeclaredProperty {
  private let box = ArgumentBox<[String: (value: Float, place: ArgumentPlace)]>()

  /// The values given, by the words of their options.
  var values: [String: Float] { box.value.mapValues(\.value) }

  /// Those that were given, in the order of the likelihoods.
  var given: [(option: LikelihoodOption, place: ArgumentPlace)] {
    Self.declared.compactMap { option in box.value[option.word].map { (option, $0.place) } }
  }

  func options(_ name: String) -> [CommandOption] {
    Self.declared.map { option in
      let usual =
        option.kind == .flag
        ? (option.defaultValue == 1 ? "yes" : "no") : NumberText.single(Double(option.defaultValue))
      return CommandOption(
        option.word, option.kind == .flag ? .flag : .positive, default: usual, help: option.help)
    }
  }

  func bind(_ name: String, _ arguments: Arguments) {
    var given: [String: (value: Float, place: ArgumentPlace)] = [:]
    for option in Self.declared {
      let place = ArgumentPlace(name: option.word, verbSpan: arguments.verbSpan, bound: arguments[option.word])
      guard place.isGiven, let value = place.bound.flatMap({ Self.value($0.content) }) else { continue }
      given[option.word] = (value, place)
    }
    box.set(given, ArgumentPlace(name: name, verbSpan: arguments.verbSpan, bound: nil))
  }

  /// Every option once, in the order of the likelihoods.
  private static var declared: [LikelihoodOption] {
    var seen: Set<String> = []
    return Likelihood.all.flatMap(\.options).filter { seen.insert($0.word).inserted }
  }

  /// `likelihood=poisson, nb and zinb`: the likelihoods that have an option.
  static func likelihoods(with word: String) -> String {
    let names = Likelihood.all.filter { $0.options.contains { $0.word == word } }.map(\.name)
    guard names.count > 1, let last = names.last else { return "likelihood=" + names.joined() }
    return "likelihood=" + names.dropLast().joined(separator: ", ") + " and " + last
  }

  private static func value(_ content: BoundArgument.Content) -> Float? {
    switch content {
    case .number(let number): Float(number)
    case .integer(let integer): Float(integer)
    case .flag(let flag): flag ? 1 : 0
    default: nil
    }
  }
}
