import Language
import VAEngine

extension Value: ArgumentValue {
  package static var argumentType: ArgumentType { .anyValue }
  package init?(_ argument: BoundArgument) {
    guard case .value(let value) = argument.content else { return nil }
    self = value
  }
  package var argumentText: String { summary }
}

extension ModelValue: ArgumentValue {
  package static var argumentType: ArgumentType { .model }
  package init?(_ argument: BoundArgument) {
    guard case .value(.object(let model as ModelValue)) = argument.content else { return nil }
    self = model
  }
  package var argumentText: String { summary }
}

extension DatasetValue: ArgumentValue {
  package static var argumentType: ArgumentType { .dataset }
  package init?(_ argument: BoundArgument) {
    guard case .value(.object(let data as DatasetValue)) = argument.content else { return nil }
    self = data
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

/// Examples: a dataset, or a tensor whose rows they are.
package struct Examples: ArgumentValue {
  private let content: Value

  package static var argumentType: ArgumentType { .value([.dataset, .tensor]) }
  package init?(_ argument: BoundArgument) {
    guard case .value(let value) = argument.content, value.kind == .dataset || value.kind == .tensor else { return nil }
    content = value
  }
  package var argumentText: String { content.summary }

  /// - Throws: what `DatasetValue.images` throws for a tensor that holds no examples.
  package var data: DatasetValue {
    get throws {
      if case .object(let data as DatasetValue) = content { return data }
      guard case .tensor(let array) = content else { throw Fault(.wrongKind, "a dataset is needed", at: nil) }
      return try DatasetValue.images(array)
    }
  }
}
