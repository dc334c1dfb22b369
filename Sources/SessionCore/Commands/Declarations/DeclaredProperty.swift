import Language

/// A property that declares arguments: `@Argument`, `@Option`, `@Rest`, and those whose options come from elsewhere, such as
/// the settings of families.
package protocol DeclaredProperty {
  /// The name where the property's own cannot be it (`in`, `as`).
  var name: String? { get }
  func positional(_ name: String) -> Positional?
  func options(_ name: String) -> [CommandOption]
  /// Whether the command checks the names of its options itself.
  var takesAnyOption: Bool { get }
  /// Reads the value of one execution.
  func bind(_ name: String, _ arguments: Arguments) throws
  /// What somebody has to read, and what somebody has read.
  func declaredNames(_ name: String) -> [String]
  func readNames(_ name: String) -> [String]
}

extension DeclaredProperty {
  package var name: String? { nil }
  package var takesAnyOption: Bool { false }
  package func positional(_ name: String) -> Positional? { nil }
  package func options(_ name: String) -> [CommandOption] { [] }
  package func declaredNames(_ name: String) -> [String] { [] }
  package func readNames(_ name: String) -> [String] { [] }
}

/// A property that declares one argument and holds what was given for it.
protocol HeldProperty: DeclaredProperty {
  associatedtype Held
  var box: ArgumentBox<Held> { get }
}

extension HeldProperty {
  package func declaredNames(_ name: String) -> [String] { [name] }
  package func readNames(_ name: String) -> [String] { box.isRead ? [name] : [] }
}

/// An argument by its position.
@propertyWrapper package struct Argument<Value: ArgumentValue>: HeldProperty {
  package let name: String?
  private let type: ArgumentType
  private let takesPipe: Bool
  private let noun: String?
  private let completes: Positional.Completing?
  private let help: String
  let box = ArgumentBox<Value>()

  /// - Parameter noun: What a message calls it where it is missing; by default `a NAME`.
  package init(
    _ type: ArgumentType? = nil, name: String? = nil, takesPipe: Bool = false, noun: String? = nil,
    completes: Positional.Completing? = nil, help: String
  ) {
    (self.name, self.takesPipe, self.noun) = (name, takesPipe, noun)
    (self.completes, self.help) = (completes, help)
    self.type = type ?? Value.argumentType
  }

  package var wrappedValue: Value { box.value }
  package var projectedValue: ArgumentPlace { box.place }

  package func positional(_ name: String) -> Positional? {
    Positional(
      name, type, required: Value.absent == nil, takesPipe: takesPipe, noun: noun, completes: completes, help: help)
  }

  package func bind(_ name: String, _ arguments: Arguments) throws {
    let place = ArgumentPlace(name: name, verbSpan: arguments.verbSpan, bound: arguments[name])
    box.set(try Value.read(place), place)
  }
}

/// All arguments from a position on.
@propertyWrapper package struct Rest<Value: ArgumentValue>: HeldProperty {
  package let name: String?
  private let type: ArgumentType
  private let isRequired: Bool
  private let takesPipe: Bool
  private let noun: String?
  private let completes: Positional.Completing?
  private let help: String
  let box = ArgumentBox<[(value: Value, place: ArgumentPlace)]>()

  /// - Parameter noun: What a message calls them where they are missing; by default `at least one NAME`.
  package init(
    _ type: ArgumentType? = nil, name: String? = nil, required: Bool = true, takesPipe: Bool = false,
    noun: String? = nil, completes: Positional.Completing? = nil, help: String
  ) {
    (self.name, isRequired, self.takesPipe) = (name, required, takesPipe)
    (self.noun, self.completes, self.help) = (noun, completes, help)
    self.type = type ?? Value.argumentType
  }

  package var wrappedValue: [Value] { box.value.map(\.value) }
  /// Where each of them was given.
  package var projectedValue: [ArgumentPlace] { box.value.map(\.place) }

  package func positional(_ name: String) -> Positional? {
    Positional(
      name, type, required: isRequired, variadic: true, takesPipe: takesPipe, noun: noun, completes: completes,
      help: help)
  }

  package func bind(_ name: String, _ arguments: Arguments) throws {
    let all = try arguments.all(name).map { bound -> (value: Value, place: ArgumentPlace) in
      let place = ArgumentPlace(name: name, verbSpan: arguments.verbSpan, bound: bound)
      return (try Value.read(place), place)
    }
    box.set(all, ArgumentPlace(name: name, verbSpan: arguments.verbSpan, bound: arguments[name]))
  }
}

/// An argument given as `key=value`.
@propertyWrapper package struct Option<Value: ArgumentValue>: HeldProperty {
  package let name: String?
  private let type: ArgumentType
  private let usual: Value?
  private let note: String
  private let help: String
  let box = ArgumentBox<Value>()

  /// Required where there is neither a default nor an Optional.
  ///
  /// - Parameters:
  ///   - type: Narrower than the property's type: `.integer(2...1000)`.
  ///   - note: Of help, in place of a default that depends on the context.
  package init(
    _ type: ArgumentType? = nil, name: String? = nil, default value: Value? = nil, note: String = "", help: String
  ) {
    (self.name, usual, self.note, self.help) = (name, value, note, help)
    self.type = type ?? Value.argumentType
  }

  package var wrappedValue: Value { box.value }
  package var projectedValue: ArgumentPlace { box.place }

  package func options(_ name: String) -> [CommandOption] {
    [
      CommandOption(
        name, type, default: usual?.argumentText, note: note, required: usual == nil && Value.absent == nil, help: help)
    ]
  }

  package func bind(_ name: String, _ arguments: Arguments) throws {
    let place = ArgumentPlace(name: name, verbSpan: arguments.verbSpan, bound: arguments[name])
    if !place.isGiven, let usual { return box.set(usual, place) }
    box.set(try Value.read(place), place)
  }
}

/// All options of a command that checks their names itself, since they depend on another argument.
package struct OpenOptions: HeldProperty {
  let box = ArgumentBox<[GivenOption]>()

  package init() {}

  /// In the order given.
  package var given: [GivenOption] { box.value }

  package var takesAnyOption: Bool { true }

  package func bind(_ name: String, _ arguments: Arguments) {
    box.set(arguments.given, ArgumentPlace(name: name, verbSpan: arguments.verbSpan, bound: nil))
  }
}

/// `key=value` as it was given.
package typealias GivenOption = (key: Spanned<String>, argument: BoundArgument)
