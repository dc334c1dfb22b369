import Language
import Text
import VAEngine

/// A type that an argument can have.
protocol ArgumentValue {
  /// How it is read, checked, completed and described where the declaration does not say more.
  static var argumentType: ArgumentType { get }
  /// What messages call it.
  static var expectation: String { get }
  /// The value of an argument that is left out; nil where it must be given.
  static var absent: Self? { get }
  /// - Returns: nil for content of another type, which binding has refused before.
  init?(_ argument: BoundArgument)
  /// As it would be typed.
  var argumentText: String { get }
}

extension ArgumentValue {
  static var absent: Self? { nil }

  static var expectation: String { argumentType.expectation }

  static func read(_ place: ArgumentPlace) throws -> Self {
    guard let bound = place.bound else {
      if let absent { return absent }
      throw place.fault(.missingArgument, "\(place.name): expected \(expectation)")
    }
    if let value = Self(bound) { return value }
    throw place.fault(.badOptionValue, "\(place.name): expected \(expectation), got '\(bound.raw)'")
  }
}

/// Names of which one is to be chosen: an enumeration whose cases carry their help.
protocol Choice: ArgumentValue, RawRepresentable<String>, CaseIterable {
  /// A few words, no full stop.
  var help: String { get }
}

extension Choice {
  static var argumentType: ArgumentType { .choice(allCases.map(\.rawValue)) }
  init?(_ argument: BoundArgument) {
    guard case .text(let text) = argument.content else { return nil }
    self.init(rawValue: text)
  }
  var argumentText: String { rawValue }
  /// `line: straight line; slerp: great circle`, for the help of an option.
  static var choices: String { allCases.map { "\($0.rawValue): \($0.help)" }.joined(separator: "; ") }
}

extension Optional: ArgumentValue where Wrapped: ArgumentValue {
  static var argumentType: ArgumentType { Wrapped.argumentType }
  static var expectation: String { Wrapped.expectation }
  static var absent: Wrapped?? { .some(nil) }
  init?(_ argument: BoundArgument) {
    guard let value = Wrapped(argument) else { return nil }
    self = value
  }
  var argumentText: String { self?.argumentText ?? "" }
}

extension Int: ArgumentValue {
  static var argumentType: ArgumentType { .integer(.min ... .max) }
  init?(_ argument: BoundArgument) {
    switch argument.content {
    case .integer(let value), .relative(let value): self = value
    case .number(let value): self.init(exactly: value)
    default: return nil
    }
  }
  var argumentText: String { String(self) }
}

extension Double: ArgumentValue {
  static var argumentType: ArgumentType { .number(-.infinity ... .infinity) }
  init?(_ argument: BoundArgument) {
    switch argument.content {
    case .number(let value): self = value
    case .integer(let value): self.init(value)
    default: return nil
    }
  }
  var argumentText: String { NumberText.short(self, digits: 17) }
}

extension Bool: ArgumentValue {
  static var argumentType: ArgumentType { .flag }
  init?(_ argument: BoundArgument) {
    guard case .flag(let value) = argument.content else { return nil }
    self = value
  }
  var argumentText: String { self ? "yes" : "no" }
}

extension String: ArgumentValue {
  static var argumentType: ArgumentType { .text(placeholder: "TEXT", suggestions: []) }
  init?(_ argument: BoundArgument) {
    guard case .text(let value) = argument.content else { return nil }
    self = value
  }
  var argumentText: String { self }
}

extension ClosedRange<Double>: ArgumentValue {
  static var argumentType: ArgumentType { .interval }
  init?(_ argument: BoundArgument) {
    guard case .interval(let low, let high) = argument.content else { return nil }
    self = low...high
  }
  var argumentText: String { "\(lowerBound.argumentText):\(upperBound.argumentText)" }
}

extension [Int]: ArgumentValue {
  static var argumentType: ArgumentType { .indices }
  init?(_ argument: BoundArgument) {
    guard case .indices(let values) = argument.content else { return nil }
    self = values
  }
  var argumentText: String { map(String.init).joined(separator: ",") }
}

/// `gaussian:0.3`, `mask:0.25`, `salt:0.1`.
extension Noise: ArgumentValue {
  static var argumentType: ArgumentType {
    .text(placeholder: "gaussian:0.3", suggestions: ["gaussian:0.3", "mask:0.25", "salt:0.1"])
  }
  static var expectation: String { "gaussian:σ, mask:fraction or salt:fraction" }
  init?(_ argument: BoundArgument) {
    guard case .text(let text) = argument.content else { return nil }
    self.init(text: text)
  }
  var argumentText: String { text }
}

/// Height and width of images.
struct ImageSize: ArgumentValue {
  let height: Int
  let width: Int

  static var argumentType: ArgumentType { .size }
  init?(_ argument: BoundArgument) {
    guard case .size(let height, let width) = argument.content else { return nil }
    (self.height, self.width) = (height, width)
  }
  var argumentText: String { "\(height)x\(width)" }
}

extension Value: ArgumentValue {
  static var argumentType: ArgumentType { .anyValue }
  init?(_ argument: BoundArgument) {
    guard case .value(let value) = argument.content else { return nil }
    self = value
  }
  var argumentText: String { summary }
}

extension ModelValue: ArgumentValue {
  static var argumentType: ArgumentType { .model }
  init?(_ argument: BoundArgument) {
    guard case .value(.object(let model as ModelValue)) = argument.content else { return nil }
    self = model
  }
  var argumentText: String { summary }
}

extension DatasetValue: ArgumentValue {
  static var argumentType: ArgumentType { .dataset }
  init?(_ argument: BoundArgument) {
    guard case .value(.object(let data as DatasetValue)) = argument.content else { return nil }
    self = data
  }
  var argumentText: String { summary }
}

extension ArrayValue: ArgumentValue {
  static var argumentType: ArgumentType { .tensor }
  init?(_ argument: BoundArgument) {
    guard case .value(.tensor(let array)) = argument.content else { return nil }
    self = array
  }
  var argumentText: String { summary }
}

/// Examples: a dataset, or a tensor whose rows they are.
struct Examples: ArgumentValue {
  private let content: Value

  static var argumentType: ArgumentType { .value([.dataset, .tensor]) }
  init?(_ argument: BoundArgument) {
    guard case .value(let value) = argument.content, value.kind == .dataset || value.kind == .tensor else { return nil }
    content = value
  }
  var argumentText: String { content.summary }

  /// The same, as a model knows them.
  ///
  /// - Throws: `Fault` that names columns and classes that the model does not have.
  func data(of model: ModelValue, at place: ArgumentPlace) throws -> DatasetValue {
    do { return try data.matched(to: model) } catch let fault as Fault { throw fault.placed(at: place.span) }
  }

  /// - Throws: what `DatasetValue.images` throws for a tensor that holds no examples.
  var data: DatasetValue {
    get throws {
      if case .object(let data as DatasetValue) = content { return data }
      guard case .tensor(let array) = content else { throw Fault(.wrongKind, "a dataset is needed", at: nil) }
      return try DatasetValue.images(array)
    }
  }
}
