import Language

/// A property that declares an argument: `@Argument`, `@Option`, `@Rest`.
protocol DeclaredProperty {
  /// The name where the property's own cannot be it (`in`, `as`).
  var name: String? { get }
  func positional(_ name: String) -> Positional?
  func option(_ name: String) -> CommandOption?
  /// Reads the value of one execution.
  func bind(_ name: String, _ arguments: Arguments) throws
}

/// Where an argument was given, for faults.
struct ArgumentPlace {
  let name: String
  let verbSpan: Range<Int>
  let bound: BoundArgument?

  var isGiven: Bool { bound?.span != nil }
  /// The text as typed; empty when nothing was.
  var raw: String { bound?.raw ?? "" }
  /// At the verb when it was not given.
  var span: Range<Int> { bound?.span ?? verbSpan }

  func fault(_ code: ErrorCode, _ message: String, fix: String? = nil) -> Fault {
    Fault(code, message, at: span, fix: fix)
  }
}

/// Holds what an execution was given; a command's value lives for one execution.
final class ArgumentBox<Value> {
  private var content: (value: Value, place: ArgumentPlace)?

  var value: Value { bound.value }
  var place: ArgumentPlace { bound.place }

  private var bound: (value: Value, place: ArgumentPlace) {
    guard let content else { preconditionFailure("an argument is read before its command is run") }
    return content
  }

  func set(_ value: Value, _ place: ArgumentPlace) { content = (value, place) }
}

/// An argument by its position.
@propertyWrapper struct Argument<Value: ArgumentValue>: DeclaredProperty {
  let name: String?
  private let type: ArgumentType
  private let takesPipe: Bool
  private let help: String
  private let box = ArgumentBox<Value>()

  init(_ type: ArgumentType? = nil, name: String? = nil, takesPipe: Bool = false, help: String) {
    (self.name, self.takesPipe, self.help) = (name, takesPipe, help)
    self.type = type ?? Value.argumentType
  }

  var wrappedValue: Value { box.value }
  var projectedValue: ArgumentPlace { box.place }

  func option(_ name: String) -> CommandOption? { nil }

  func positional(_ name: String) -> Positional? {
    Positional(name, type, required: Value.absent == nil, takesPipe: takesPipe, help: help)
  }

  func bind(_ name: String, _ arguments: Arguments) throws {
    let place = ArgumentPlace(name: name, verbSpan: arguments.verbSpan, bound: arguments[name])
    box.set(try Value.read(place), place)
  }
}

/// All arguments from a position on.
@propertyWrapper struct Rest<Value: ArgumentValue>: DeclaredProperty {
  let name: String?
  private let type: ArgumentType
  private let isRequired: Bool
  private let takesPipe: Bool
  private let help: String
  private let box = ArgumentBox<[(value: Value, place: ArgumentPlace)]>()

  init(
    _ type: ArgumentType? = nil, name: String? = nil, required: Bool = true, takesPipe: Bool = false, help: String
  ) {
    (self.name, isRequired, self.takesPipe, self.help) = (name, required, takesPipe, help)
    self.type = type ?? Value.argumentType
  }

  var wrappedValue: [Value] { box.value.map(\.value) }
  /// Where each of them was given.
  var projectedValue: [ArgumentPlace] { box.value.map(\.place) }

  func option(_ name: String) -> CommandOption? { nil }

  func positional(_ name: String) -> Positional? {
    Positional(name, type, required: isRequired, variadic: true, takesPipe: takesPipe, help: help)
  }

  func bind(_ name: String, _ arguments: Arguments) throws {
    let all = try arguments.all(name).map { bound -> (value: Value, place: ArgumentPlace) in
      let place = ArgumentPlace(name: name, verbSpan: arguments.verbSpan, bound: bound)
      return (try Value.read(place), place)
    }
    box.set(all, ArgumentPlace(name: name, verbSpan: arguments.verbSpan, bound: arguments[name]))
  }
}

/// An argument given as `key=value`.
@propertyWrapper struct Option<Value: ArgumentValue>: DeclaredProperty {
  let name: String?
  private let type: ArgumentType
  private let defaultText: String?
  private let note: String
  private let help: String
  private let box = ArgumentBox<Value>()

  /// Required where there is neither a default nor an Optional.
  ///
  /// - Parameters:
  ///   - type: Narrower than the property's type: `.integer(2...1000)`.
  ///   - note: Of help, in place of a default that depends on the context.
  init(
    _ type: ArgumentType? = nil, name: String? = nil, default value: Value? = nil, note: String = "", help: String
  ) {
    (self.name, self.note, self.help) = (name, note, help)
    self.type = type ?? Value.argumentType
    defaultText = value?.argumentText
  }

  var wrappedValue: Value { box.value }
  var projectedValue: ArgumentPlace { box.place }

  func positional(_ name: String) -> Positional? { nil }

  func option(_ name: String) -> CommandOption? {
    CommandOption(
      name, type, default: defaultText, note: note, required: defaultText == nil && Value.absent == nil, help: help)
  }

  func bind(_ name: String, _ arguments: Arguments) throws {
    let place = ArgumentPlace(name: name, verbSpan: arguments.verbSpan, bound: arguments[name])
    box.set(try Value.read(place), place)
  }
}
