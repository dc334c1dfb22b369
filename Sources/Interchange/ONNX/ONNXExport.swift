import Graphs
import Tensors

/// Writes a symbolic graph as an ONNX graph whose number of examples is left open.
///
/// Our graphs have fixed shapes. So the graph is written twice, for two numbers of examples, and compared node by node: an
/// extent that grows with the examples is the batch, and what else differs cannot be left open.
package struct ONNXExport {
  /// A graph for a number of examples, and what is asked of it.
  package typealias Written = (graph: Graph, outputs: [(name: String, symbol: Symbol)])

  /// Two numbers of examples that no layer is likely to have as an extent of its own.
  private static let rows = (1009, 1013)

  private let first: Graph
  private let second: Graph
  private let builder: ONNXBuilder
  private let parameters: (String) throws -> Tensor
  /// The name of each node's value, and the extents that it has so far: those of a number or of a broadcast are filled in
  /// only where an operator needs them.
  private var values: [Int: (name: String, extents: [ONNXModel.Extent])] = [:]
  /// An input, whose first extent is the number of examples.
  private var examples: String?
  private var rowCount: String?

  private typealias Extent = ONNXModel.Extent

  /// - Parameters:
  ///   - name: Of the graph in the file.
  ///   - documentation: Of each input and output, by name.
  ///   - parameters: The value of a parameter by name.
  ///   - write: Writes the graph for a number of examples.
  /// - Throws: `ONNXError` naming the layer that ONNX cannot express.
  package static func model(
    _ name: String, documentation: [String: String] = [:], parameters: @escaping (String) throws -> Tensor,
    _ write: (_ rows: Int) throws -> Written
  ) throws -> ONNXModel {
    let (a, b) = (try write(rows.0), try write(rows.1))
    var export = ONNXExport(a.graph, b.graph, ONNXBuilder(name: name), parameters)
    try export.emit(a.outputs, documentation)
    return export.builder.model
  }

  private init(
    _ first: Graph, _ second: Graph, _ builder: ONNXBuilder, _ parameters: @escaping (String) throws -> Tensor
  ) {
    (self.first, self.second, self.builder, self.parameters) = (first, second, builder, parameters)
  }

  private mutating func emit(
    _ outputs: [(name: String, symbol: Symbol)], _ documentation: [String: String]
  ) throws {
    var needed = Set(outputs.map(\.symbol.id))
    for id in first.nodes.indices.reversed() where needed.contains(id) { needed.formUnion(first.nodes[id].inputs) }
    // Inputs first: the number of examples is read from one.
    for id in first.nodes.indices where needed.contains(id) {
      guard case .input(let name) = first.nodes[id].op else { continue }
      let extents = try extents(id)
      builder.model.inputs.append(.init(name: name, extents: extents, documentation: documentation[name] ?? ""))
      values[id] = (name, extents)
      if extents.first == .rows(1) { examples = name }
    }
    for id in first.nodes.indices where needed.contains(id) && values[id] == nil {
      builder.scope = first.nodes[id].scope
      try emit(id)
    }
    for (name, symbol) in outputs {
      builder.scope = ""
      let value = try full(symbol.id)
      builder.model.nodes.append(.init(operation: "Identity", inputs: [value], output: name, attributes: []))
      builder.model.outputs.append(
        .init(name: name, extents: try extents(symbol.id), documentation: documentation[name] ?? ""))
    }
  }

  private func fail(_ id: Int) -> ONNXError {
    .dependsOnRows(first.nodes[id].op.name, layer: first.nodes[id].scope)
  }

  /// The extents of a node: fixed where both graphs agree.
  private func extents(_ id: Int) throws -> [Extent] {
    guard id < second.nodes.count, first.nodes[id].op == second.nodes[id].op,
      first.nodes[id].inputs == second.nodes[id].inputs
    else { throw fail(id) }
    let (a, b) = (first.nodes[id].shape.dimensions, second.nodes[id].shape.dimensions)
    guard a.count == b.count else { throw fail(id) }
    return try zip(a, b).map { a, b in
      if a == b { return .fixed(a) }
      guard a % Self.rows.0 == 0, b == a / Self.rows.0 * Self.rows.1 else { throw fail(id) }
      return .rows(a / Self.rows.0)
    }
  }

  /// What NumPy's broadcasting makes of several.
  private static func broadcast(_ all: [[Extent]]) -> [Extent] {
    let rank = all.map(\.count).max() ?? 0
    return (0..<rank).map { axis in
      all.lazy.compactMap { extents -> Extent? in
        let own = axis - (rank - extents.count)
        return own < 0 || extents[own] == .fixed(1) ? nil : extents[own]
      }.first ?? .fixed(1)
    }
  }

  private func value(_ id: Int) -> String { values[id]?.name ?? "" }

  /// The value of a node in its whole shape.
  private mutating func full(_ id: Int) throws -> String {
    guard let (name, own) = values[id] else { return "" }
    let wanted = try extents(id)
    if own == wanted { return name }
    let filled = builder.emit("Expand", [name, shape(wanted, of: own)])
    values[id] = (filled, wanted)
    return filled
  }

  /// A shape as an input of an operator. Where `own` has the examples already, 1 keeps them.
  private mutating func shape(_ extents: [Extent], of own: [Extent] = []) -> String {
    let fixed = extents.enumerated().map { axis, extent -> Int? in
      if case .fixed(let count) = extent { return count }
      let place = axis - (extents.count - own.count)
      return place >= 0 && own[place] == extent ? 1 : nil
    }
    if fixed.allSatisfy({ $0 != nil }) { return builder.integers(fixed.compactMap(\.self)) }
    let parts = zip(extents, fixed).map { extent, count -> String in
      if let count { return builder.integers([count]) }
      guard case .rows(let multiple) = extent else { return builder.integers([1]) }
      let rows = rows()
      return multiple == 1 ? rows : builder.emit("Mul", [rows, builder.integers([multiple])])
    }
    return parts.count == 1 ? parts[0] : builder.emit("Concat", parts, [("axis", .integer(0))])
  }

  /// The number of examples, `[1]`.
  private mutating func rows() -> String {
    if let rowCount { return rowCount }
    let made = builder.emit("Shape", [examples ?? ""], [("start", .integer(0)), ("end", .integer(1))])
    rowCount = made
    return made
  }

  private mutating func emit(_ id: Int) throws {
    let node = first.nodes[id]
    let wanted = try extents(id)
    switch node.op {
    case .input: break
    case .parameter(let name):
      let tensor = try parameters(name)
      values[id] = (builder.constant(name, tensor), wanted)
    case .constant(let number): values[id] = (try builder.scalar(number), [])
    case .array(let array):
      values[id] = (builder.array(try Tensor(array.values, shape: node.shape)), wanted)
    case .random: throw ONNXError.random(layer: node.scope)
    case .unary(let op):
      values[id] = (try builder.unary(op, value(node.inputs[0])), values[node.inputs[0]]?.extents ?? [])
    case .binary(let op):
      let made = try builder.binary(op, value(node.inputs[0]), value(node.inputs[1]))
      values[id] = (made, Self.broadcast(node.inputs.map { values[$0]?.extents ?? [] }))
    case .select:
      let made = builder.select(value(node.inputs[0]), value(node.inputs[1]), value(node.inputs[2]))
      values[id] = (made, Self.broadcast(node.inputs.map { values[$0]?.extents ?? [] }))
    case .broadcast, .stopGradient: values[id] = values[node.inputs[0]]
    default: values[id] = (try whole(id, node, wanted), wanted)
    }
  }

  /// Operations that need their operands in their whole shape.
  private mutating func whole(_ id: Int, _ node: Graph.Node, _ wanted: [Extent]) throws -> String {
    var inputs: [String] = []
    for input in node.inputs { inputs.append(try full(input)) }
    switch node.op {
    case .reshape:
      let open = wanted.indices.filter { if case .rows = wanted[$0] { true } else { false } }
      guard open.count == 1 else { return builder.emit("Reshape", [inputs[0], shape(wanted)]) }
      let target = wanted.map { extent -> Int in if case .fixed(let count) = extent { count } else { -1 } }
      return builder.emit("Reshape", [inputs[0], builder.integers(target)])
    case .transpose(let permutation): return builder.emit("Transpose", inputs, [("perm", .integers(permutation))])
    case .slice(let starts): return try slice(id, node, inputs[0], starts, wanted)
    case .pad(let before, let value):
      let source = try extents(node.inputs[0])
      let after = try wanted.indices.map { axis -> Int in
        if case (.fixed(let old), .fixed(let new)) = (source[axis], wanted[axis]) { return new - old - before[axis] }
        guard source[axis] == wanted[axis], before[axis] == 0 else { throw fail(id) }
        return 0
      }
      return builder.emit("Pad", [inputs[0], builder.integers(before + after), try builder.scalar(value)])
    case .concat(let axis): return builder.emit("Concat", inputs, [("axis", .integer(axis))])
    case .gatherRows:
      let last = Float(first.shape(of: node.inputs[0])[0] - 1)
      let inside = builder.emit("Clip", [inputs[1], try builder.scalar(0), try builder.scalar(last)])
      return builder.emit("Gather", [inputs[0], builder.emit("Cast", [inside], [("to", .integer(7))])])
    case .reduce(.sum, let axes):
      return builder.emit("ReduceSum", [inputs[0], builder.integers(axes)], [("keepdims", .integer(1))])
    case .reduce(.max, let axes):
      return builder.emit("ReduceMax", inputs, [("axes", .integers(axes)), ("keepdims", .integer(1))])
    case .argMax:
      return builder.asFloat(builder.emit("ArgMax", inputs, [("axis", .integer(-1)), ("keepdims", .integer(1))]))
    case .matmul(let a, let b):
      return builder.emit("Gemm", inputs, [("transA", .integer(a ? 1 : 0)), ("transB", .integer(b ? 1 : 0))])
    case .batchedMatmul(let a, let b):
      let turned = zip(inputs, [a, b]).map { input, isTransposed in
        isTransposed ? builder.emit("Transpose", [input], [("perm", .integers([0, 2, 1]))]) : input
      }
      return builder.emit("MatMul", turned)
    case .conv(let geometry): return builder.emit("Conv", inputs, Self.attributes(geometry))
    case .convInput(let geometry):
      let source = first.shape(of: node.inputs[0])
      let extra = (0..<2).map {
        node.shape[2 + $0] - geometry.transposedExtent(source[2 + $0], axis: $0, outputPadding: 0)
      }
      return builder.emit("ConvTranspose", inputs, Self.attributes(geometry) + [("output_padding", .integers(extra))])
    case .pool(let pooling, let geometry):
      guard geometry.dilation == [1, 1] else { break }
      return builder.emit(
        pooling == .max ? "MaxPool" : "AveragePool", inputs,
        Self.attributes(geometry).filter { $0.0 != "dilations" })
    default: break
    }
    throw ONNXError.noOperator(node.op.name, layer: node.scope)
  }

  private mutating func slice(
    _ id: Int, _ node: Graph.Node, _ input: String, _ starts: [Int], _ wanted: [Extent]
  ) throws -> String {
    let source = try extents(node.inputs[0])
    let axes = wanted.indices.filter { source[$0] != wanted[$0] || starts[$0] != 0 }
    let ends = try axes.map { axis -> Int in
      guard case (.fixed, .fixed(let count)) = (source[axis], wanted[axis]) else { throw fail(id) }
      return starts[axis] + count
    }
    return builder.emit(
      "Slice",
      [input, builder.integers(axes.map { starts[$0] }), builder.integers(ends), builder.integers(Array(axes))])
  }

  private static func attributes(_ geometry: ConvGeometry) -> [(String, ONNXModel.Attribute)] {
    [
      ("kernel_shape", .integers(geometry.kernel)), ("strides", .integers(geometry.stride)),
      ("dilations", .integers(geometry.dilation)), ("pads", .integers(geometry.padBefore + geometry.padAfter)),
    ]
  }
}
