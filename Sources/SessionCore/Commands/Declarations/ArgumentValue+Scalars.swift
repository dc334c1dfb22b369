import Text

extension Int: ArgumentValue {
  package static var argumentType: ArgumentType { .integer(.min ... .max) }
  package init?(_ argument: BoundArgument) {
    switch argument.content {
    case .integer(let value), .relative(let value): self = value
    case .number(let value): self.init(exactly: value)
    default: return nil
    }
  }
  package var argumentText: String { String(self) }
}

extension Double: ArgumentValue {
  package static var argumentType: ArgumentType { .number(-.infinity ... .infinity) }
  package init?(_ argument: BoundArgument) {
    switch argument.content {
    case .number(let value): self = value
    case .integer(let value): self.init(value)
    default: return nil
    }
  }
  package var argumentText: String { NumberText.exact(self) }
}

extension Bool: ArgumentValue {
  package static var argumentType: ArgumentType { .flag }
  package init?(_ argument: BoundArgument) {
    guard case .flag(let value) = argument.content else { return nil }
    self = value
  }
  package var argumentText: String { self ? "yes" : "no" }
}

extension String: ArgumentValue {
  package static var argumentType: ArgumentType { .text(placeholder: "TEXT", suggestions: []) }
  package init?(_ argument: BoundArgument) {
    guard case .text(let value) = argument.content else { return nil }
    self = value
  }
  package var argumentText: String { self }
}

extension ClosedRange<Double>: ArgumentValue {
  package static var argumentType: ArgumentType { .interval }
  package init?(_ argument: BoundArgument) {
    guard case .interval(let low, let high) = argument.content else { return nil }
    self = low...high
  }
  package var argumentText: String { "\(lowerBound.argumentText):\(upperBound.argumentText)" }
}

extension [Int]: ArgumentValue {
  package static var argumentType: ArgumentType { .indices }
  package init?(_ argument: BoundArgument) {
    guard case .indices(let values) = argument.content else { return nil }
    self = values
  }
  package var argumentText: String { map(String.init).joined(separator: ",") }
}

/// Height and width of images.
package struct ImageSize: ArgumentValue {
  package let height: Int
  package let width: Int

  package static var argumentType: ArgumentType { .size }
  package init?(_ argument: BoundArgument) {
    guard case .size(let height, let width) = argument.content else { return nil }
    (self.height, self.width) = (height, width)
  }
  package var argumentText: String { "\(height)x\(width)" }
}

/// `60s`, `5m`: seconds.
package struct Seconds: ArgumentValue {
  package let value: Double

  package init(_ value: Double) { self.value = value }

  package static var argumentType: ArgumentType { .duration }
  package init?(_ argument: BoundArgument) {
    guard case .number(let value) = argument.content else { return nil }
    self.value = value
  }
  package var argumentText: String { "\(NumberText.short(value))s" }
}

/// `20`, or `+10` for ten more.
package enum EpochCount: ArgumentValue {
  case total(Int)
  case more(Int)

  package static var argumentType: ArgumentType { .relativeInteger(1...1_000_000) }
  package init?(_ argument: BoundArgument) {
    switch argument.content {
    case .integer(let count): self = .total(count)
    case .relative(let count): self = .more(count)
    default: return nil
    }
  }
  package var argumentText: String {
    switch self {
    case .total(let count): "\(count)"
    case .more(let count): "+\(count)"
    }
  }

  package var count: Int {
    switch self {
    case .total(let count), .more(let count): count
    }
  }
}

/// The name of a new variable.
package struct NewName: ArgumentValue {
  package let text: String

  package static var argumentType: ArgumentType { .newName }
  package init?(_ argument: BoundArgument) {
    guard case .text(let text) = argument.content else { return nil }
    self.text = text
  }
  package var argumentText: String { text }
}
