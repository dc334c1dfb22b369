import Tensors

/// Collects the operators of an ONNX graph, each with one output of its own name.
final class ONNXBuilder {
  var model: ONNXModel
  private var count = 0
  private var integerNames: [[Int]: String] = [:]
  private var scalarNames: [UInt32: String] = [:]
  /// The layer that what is emitted belongs to: the beginning of its names.
  var scope = ""

  init(name: String) { model = ONNXModel(name: name) }

  /// An operator; the name of its output.
  func emit(_ operation: String, _ inputs: [String], _ attributes: [(String, ONNXModel.Attribute)] = []) -> String {
    count += 1
    let output = (scope.isEmpty ? "" : scope + ".") + "\(operation)_\(count)"
    model.nodes.append(
      .init(
        operation: operation, inputs: inputs, output: output,
        attributes: attributes.map { (name: $0.0, value: $0.1) }))
    return output
  }

  /// Integers as an input of an operator.
  func integers(_ values: [Int]) -> String {
    if let name = integerNames[values] { return name }
    let name = "integers_\(integerNames.count + 1)"
    integerNames[values] = name
    model.constants.append((name, .integers(values)))
    return name
  }

  /// A number that broadcasts.
  func scalar(_ value: Float) throws -> String {
    if let name = scalarNames[value.bitPattern] { return name }
    let name = "number_\(scalarNames.count + 1)"
    scalarNames[value.bitPattern] = name
    model.constants.append((name, .tensor(try Tensor([value], shape: []))))
    return name
  }

  func constant(_ name: String, _ tensor: Tensor) -> String {
    model.constants.append((name, .tensor(tensor)))
    return name
  }

  /// An array without a name.
  func array(_ tensor: Tensor) -> String {
    count += 1
    return constant("array_\(count)", tensor)
  }
}
