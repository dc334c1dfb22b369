import Datasets
import Language
import SessionCore
import VAEngine

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

/// `gaussian:0.3`, `mask:0.25`, `salt:0.1`.
extension Noise: WordValue {
  package static var placeholder: String { "gaussian:0.3" }
  package static var words: [ValueWord] {
    [
      ValueWord("gaussian:0.3", "adds N(0, 0.3²)"), ValueWord("mask:0.25", "sets a quarter of the pixels to 0"),
      ValueWord("salt:0.1", "sets a tenth of the pixels to 0 or 1"),
    ]
  }
  package static var expectation: String { "gaussian:σ, mask:fraction or salt:fraction" }

  var transform: Transform {
    switch self {
    case .gaussian(let sigma): .gaussianNoise(sigma)
    case .mask(let share): .maskNoise(share)
    case .saltAndPepper(let share): .saltAndPepper(share)
    }
  }
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

  /// The examples as a model knows them: columns and classes by name, and in the unit that it was trained in.
  ///
  /// - Throws: `Fault` that names columns and classes that the model does not have; what `data` throws.
  func data(of model: ModelValue, at place: ArgumentPlace, _ execution: Execution) throws -> DatasetValue {
    let data = try self.data
    // What was decoded in the unit of the data goes back the same way, which is nothing to be told.
    if case .tensor(let array) = content, array.form?.isInDataUnits == true {
      do { return try data.matched(to: model, isInDataUnits: true) } catch let fault as Fault {
        throw fault.placed(at: place.span)
      }
    }
    return try data.matched(to: model, at: place, execution)
  }

  /// - Throws: what `DatasetValue.images` throws for a tensor that holds no examples.
  package var data: DatasetValue {
    get throws {
      if case .object(let data as DatasetValue) = content { return data }
      guard case .tensor(let array) = content else { throw Fault(.wrongKind, "a dataset is needed", at: nil) }
      return try DatasetValue.images(array)
    }
  }
}
