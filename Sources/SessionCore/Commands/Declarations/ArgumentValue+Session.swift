import Language

extension Value: ArgumentValue {
  package static var argumentType: ArgumentType { .anyValue }
  package init?(_ argument: BoundArgument) {
    guard case .value(let value) = argument.content else { return nil }
    self = value
  }
  package var argumentText: String { summary }
}

extension ArrayValue: ArgumentValue {
  package static var argumentType: ArgumentType { .tensor }
  package init?(_ argument: BoundArgument) {
    guard case .value(.tensor(let array)) = argument.content else { return nil }
    self = array
  }
  package var argumentText: String { summary }
}
