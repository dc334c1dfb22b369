import JSONText
import Tensors

/// A value as the workspace keeps it: its kind, a description, and arrays by name.
package struct StoredValue: Sendable {
  package var kind: String
  package var detail: JSON
  package var arrays: [Array]

  /// A named array; bytes are a `uint8` tensor.
  package struct Array: Sendable {
    package let name: String
    package let tensor: Tensor
    package init(_ name: String, _ tensor: Tensor) {
      self.name = name
      self.tensor = tensor
    }
  }

  package init(kind: String, detail: JSON, arrays: [Array] = []) {
    self.kind = kind
    self.detail = detail
    self.arrays = arrays
  }

  package subscript(name: String) -> Tensor? { arrays.first { $0.name == name }?.tensor }
}
