/// A graph that cannot be written as ONNX.
package enum ONNXError: Error, Equatable, Sendable, CustomStringConvertible {
  /// An operation that ONNX has no operators for.
  case noOperator(String, layer: String)
  /// A draw: the file computes the same for the same input.
  case random(layer: String)
  /// A part whose form depends on how many examples there are.
  case dependsOnRows(String, layer: String)
  /// More bytes than a file of protocol buffers may have.
  case tooLarge(Int)

  package var description: String {
    switch self {
    case .noOperator(let operation, let layer): "ONNX has no operator for '\(operation)'\(Self.place(layer))"
    case .random(let layer): "ONNX has no random numbers of ours, which are drawn\(Self.place(layer))"
    case .dependsOnRows(let operation, let layer):
      "'\(operation)'\(Self.place(layer)) depends on the number of examples, which an ONNX file leaves open"
    case .tooLarge(let bytes): "the file would have \(bytes) bytes; ONNX files end at 2 GB"
    }
  }

  private static func place(_ layer: String) -> String { layer.isEmpty ? "" : " in \(layer)" }
}
