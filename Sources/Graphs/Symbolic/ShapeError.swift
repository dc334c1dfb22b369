import Tensors

/// Operands that do not fit together, found while a graph is built.
package struct ShapeError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The layer being built, as named by `Graph.scope`; empty outside any.
  package let layer: String
  /// The operation, in the field's words: `matmul`, `conv2d` …
  package let operation: String
  /// The shapes it was given, in order.
  package let shapes: [Shape]
  /// What is wrong with them.
  package let reason: String

  package init(layer: String, operation: String, shapes: [Shape], reason: String) {
    self.layer = layer
    self.operation = operation
    self.shapes = shapes
    self.reason = reason
  }

  package var description: String {
    let place = layer.isEmpty ? operation : "\(layer): \(operation)"
    return "\(place) of \(shapes.map(\.description).joined(separator: " and ")): \(reason)"
  }
}
