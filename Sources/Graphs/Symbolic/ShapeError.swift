import Tensors

/// Incompatible operands, detected while a graph is built.
package struct ShapeError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The layer being built, as named by `Graph.scope`; empty outside any.
  package let layer: String
  /// The name of the operation: `matmul`, `conv2d` …
  package let operation: String
  /// The shapes of the operands, in order.
  package let shapes: [Shape]
  /// The reason.
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
