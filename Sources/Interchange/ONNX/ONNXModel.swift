import Tensors

/// A graph of operators in the format of ONNX: what `ModelProto` holds, as far as inference needs it.
/// https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
package struct ONNXModel {
  /// Version of the file format, and of the set of operators: those of ONNX 1.12 (2022).
  static let irVersion = 8
  static let opset = 17

  /// One extent of an input or an output.
  package enum Extent: Equatable, Sendable {
    case fixed(Int)
    /// So many times the number of examples, which whoever runs the graph chooses.
    case rows(Int)
  }

  package enum Attribute {
    case integer(Int)
    case float(Float)
    case integers([Int])
  }

  struct Node {
    var operation: String
    var inputs: [String]
    var output: String
    var attributes: [(name: String, value: Attribute)]
  }

  /// A tensor that is part of the file.
  enum Constant {
    case tensor(Tensor)
    case integers([Int])
  }

  struct Port {
    var name: String
    var extents: [Extent]
    var documentation: String
  }

  var name: String
  var nodes: [Node] = []
  var constants: [(name: String, value: Constant)] = []
  var inputs: [Port] = []
  var outputs: [Port] = []
  /// Text for people, and pairs for programs.
  package var documentation = ""
  package var metadata: [(key: String, value: String)] = []
  package var producerVersion = ""

  init(name: String) { self.name = name }

  /// Names of the inputs and of the outputs, in their order.
  package var inputNames: [String] { inputs.map(\.name) }
  package var outputNames: [String] { outputs.map(\.name) }
}

extension ONNXModel {
  /// Bytes that a message may have at most: parsers refuse more.
  package static let sizeLimit = Int(Int32.max)

  /// Numbers of element types in `TensorProto.DataType`.
  private enum ElementType: Int { case float = 1, int64 = 7 }

  /// The file.
  package var bytes: [UInt8] {
    var model = WireMessage()
    model.integer(1, Self.irVersion)
    model.text(2, "elbo")
    model.text(3, producerVersion)
    if !documentation.isEmpty { model.text(6, documentation) }
    model.message(7, graph)
    model.message(8) { set in
      set.text(1, "")
      set.integer(2, Self.opset)
    }
    for (key, value) in metadata {
      model.message(14) { pair in
        pair.text(1, key)
        pair.text(2, value)
      }
    }
    return model.bytes
  }

  private var graph: WireMessage {
    var graph = WireMessage()
    for node in nodes { graph.message(1, Self.message(node)) }
    graph.text(2, name)
    for (name, value) in constants { graph.message(5, Self.message(name, value)) }
    for port in inputs { graph.message(11, Self.message(port)) }
    for port in outputs { graph.message(12, Self.message(port)) }
    return graph
  }

  private static func message(_ node: Node) -> WireMessage {
    var message = WireMessage()
    for input in node.inputs { message.text(1, input) }
    message.text(2, node.output)
    message.text(3, node.output)
    message.text(4, node.operation)
    for (name, value) in node.attributes {
      message.message(5) { attribute in
        attribute.text(1, name)
        switch value {
        case .float(let number):
          attribute.float(2, number)
          attribute.integer(20, 1)
        case .integer(let number):
          attribute.integer(3, number)
          attribute.integer(20, 2)
        case .integers(let numbers):
          for number in numbers { attribute.integer(8, number) }
          attribute.integer(20, 7)
        }
      }
    }
    return message
  }

  private static func message(_ name: String, _ constant: Constant) -> WireMessage {
    var message = WireMessage()
    switch constant {
    case .tensor(let tensor):
      for extent in tensor.shape.dimensions { message.integer(1, extent) }
      message.integer(2, ElementType.float.rawValue)
      message.text(8, name)
      tensor.withUnsafeBytes { message.data(9, $0) }
    case .integers(let values):
      message.integer(1, values.count)
      message.integer(2, ElementType.int64.rawValue)
      message.text(8, name)
      message.data(9, values.flatMap { value in withUnsafeBytes(of: Int64(value).littleEndian) { Array($0) } })
    }
    return message
  }

  /// A float32 tensor; the extent of the examples has a name instead of a number.
  private static func message(_ port: Port) -> WireMessage {
    var message = WireMessage()
    message.text(1, port.name)
    message.message(2) { type in
      type.message(1) { tensor in
        tensor.integer(1, ElementType.float.rawValue)
        tensor.message(2) { shape in
          for extent in port.extents {
            shape.message(1) { dimension in
              switch extent {
              case .fixed(let count): dimension.integer(1, count)
              case .rows(1): dimension.text(2, "batch")
              case .rows(let multiple): dimension.text(2, "\(multiple)_batch")
              }
            }
          }
        }
      }
    }
    if !port.documentation.isEmpty { message.text(3, port.documentation) }
    return message
  }
}
