import Graphs
import Tensors
import Testing

/// Operands that do not fit are found while the graph is written, and named: layer, op, every shape.
@Suite struct ShapeErrorTests {
  struct Mistake: Sendable, CustomTestStringConvertible {
    let operation: String
    let shapes: [Shape]
    let body: @Sendable ([Symbol]) throws -> Symbol

    init(_ operation: String, _ shapes: [Shape], _ body: @escaping @Sendable ([Symbol]) throws -> Symbol) {
      (self.operation, self.shapes, self.body) = (operation, shapes, body)
    }

    var testDescription: String { "\(operation) \(shapes)" }
  }

  static let mistakes: [Mistake] = [
    Mistake("matmul", [[2, 3], [4, 5]]) { try matmul($0[0], $0[1]) },
    Mistake("matmul", [[2, 3], [2, 5]]) { try matmul($0[0], $0[1], transposeB: true) },
    Mistake("matmul", [[2, 3, 4], [4, 5]]) { try matmul($0[0], $0[1]) },
    Mistake("conv2d", [[2, 3, 8, 8], [4, 2, 3, 3]]) { try $0[0].conv2d($0[1], ConvGeometry(kernel: 3)) },
    Mistake("conv2d", [[2, 3, 8, 8], [4, 3, 5, 5]]) { try $0[0].conv2d($0[1], ConvGeometry(kernel: 3)) },
    Mistake("conv2d", [[2, 3, 2, 2], [4, 3, 3, 3]]) { try $0[0].conv2d($0[1], ConvGeometry(kernel: 3)) },
    Mistake("conv2d", [[2, 3, 8, 8], [4, 3, 3, 3]]) { try $0[0].conv2d($0[1], ConvGeometry(kernel: 3, stride: 0)) },
    Mistake("convTranspose2d", [[2, 3, 8, 8], [4, 3, 3, 3]]) {
      try $0[0].convTranspose2d($0[1], ConvGeometry(kernel: 3))
    },
    Mistake("convTranspose2d", [[2, 4, 8, 8], [4, 3, 3, 3]]) {
      try $0[0].convTranspose2d($0[1], ConvGeometry(kernel: 3, stride: 2), outputPadding: [2, 0])
    },
    Mistake("pool", [[2, 3, 2, 2]]) { try $0[0].pooled(.max, ConvGeometry(kernel: 3)) },
    Mistake("pool", [[2, 3]]) { try $0[0].pooled(.average, ConvGeometry(kernel: 1)) },
    Mistake("+", [[2, 3], [2, 4]]) { try $0[0] + $0[1] }, Mistake("×", [[2, 3], [3, 2]]) { try $0[0] * $0[1] },
    Mistake("−", [[5], [6]]) { try $0[0] - $0[1] }, Mistake("÷", [[5, 1, 2], [4, 3]]) { try $0[0] / $0[1] },
    Mistake("maximum", [[5], [6]]) { try maximum($0[0], $0[1]) },
    Mistake("bceWithLogits", [[2, 784], [2, 783]]) { try bceWithLogits($0[0], $0[1]) },
    Mistake("select", [[2], [3], [2]]) { try select($0[0], $0[1], $0[2]) },
    Mistake("broadcast", [[2, 3]]) { try $0[0].broadcast(to: [3]) },
    Mistake("reshape", [[2, 3]]) { try $0[0].reshaped([4, -1]) },
    Mistake("reshape", [[2, 3]]) { try $0[0].reshaped([-2, -3]) },
    Mistake("transpose", [[2, 3]]) { try $0[0].transposed([0, 0]) },
    Mistake("slice", [[2, 3]]) { try $0[0].slice(axis: 1, 2..<4) },
    Mistake("slice", [[2, 3]]) { try $0[0].slice(axis: 2, 0..<1) },
    Mistake("pad", [[2, 3]]) { try $0[0].padded(before: [1], after: [0, 0]) },
    Mistake("concat", [[2, 3], [3, 3]]) { try concat($0, axis: 1) },
    Mistake("concat", [[2, 3], [2, 3, 1]]) { try concat($0, axis: 0) },
    Mistake("embedding", [[5], [2]]) { try $0[0].rows(at: $0[1]) },
    Mistake("gather", [[5, 2], [2, 2]]) { try $0[0].gathered(at: $0[1], axis: 0) },
    Mistake("sum", [[5, 2]]) { try $0[0].sum([2]) }, Mistake("max", [[5, 2]]) { try $0[0].max([0, 0]) },
    Mistake("batchnorm", [[5, 2], [3]]) { try $0[0].batchNorm(scale: $0[1], shift: $0[1]).result },
    Mistake("groupnorm", [[5, 4, 2, 2], [4], [4]]) { try $0[0].groupNorm(groups: 3, scale: $0[1], shift: $0[2]) },
  ]

  @Test(arguments: mistakes) func mistakesNameLayerOpAndShapes(_ mistake: Mistake) throws {
    let graph = Graph()
    let operands = try mistake.shapes.enumerated().map { try graph.input("x\($0.offset)", $0.element) }
    let error = try #require(
      #expect(throws: ShapeError.self) {
        try graph.scope("encoder") { try graph.scope("2") { _ = try mistake.body(operands) } }
      })
    #expect(error.layer == "encoder.2")
    #expect(error.operation == mistake.operation)
    #expect(error.shapes == mistake.shapes)
    #expect(error.description.hasPrefix("encoder.2: \(mistake.operation) of "))
    for shape in mistake.shapes { #expect(error.description.contains(shape.description)) }
  }

  @Test func oneNameWithTwoShapesIsAMistake() throws {
    let graph = Graph()
    _ = try graph.input("x", [2])
    #expect(throws: ShapeError.self) { try graph.input("x", [3]) }
  }

  @Test func onlyScalarsHaveGradients() throws {
    let graph = Graph()
    let x = try graph.input("x", [2])
    #expect(throws: ShapeError.self) { try graph.gradients(of: x, withRespectTo: [x]) }
  }

  @Test func parametersThatAreMissingOrOfAnotherShapeAreNamed() throws {
    let graph = Graph()
    let loss = try graph.parameter("w", [3]).sum()
    #expect(throws: ProgramError.unknownParameter("w")) {
      try Program(graph, outputs: [("loss", loss)], parameters: ParameterStore([]))
    }
    let store = try ParameterStore([ParameterSpec(name: "w", shape: [4])])
    #expect(throws: ProgramError.parameterShape("w", [4], [3])) {
      try Program(graph, outputs: [("loss", loss)], parameters: store)
    }
  }

  @Test(arguments: [[1 << 45], [1 << 40, 1 << 40]] as [Shape]) func programsThatNoMemoryHoldsThrow(_ shape: Shape)
    throws
  {
    let graph = Graph()
    let x = try graph.input("x", shape)
    #expect(throws: AllocationError.self) { try Program(graph, outputs: [("y", exp(x))]) }
    #expect(throws: AllocationError.self) { try ParameterStore([ParameterSpec(name: "w", shape: shape)]) }
  }

  /// Said before tables as large as the image are written, in every direction of the convolution.
  @Test(arguments: [[1, 1, 5000, 5000], [1, 5000, 3, 3]] as [Shape])
  func imagesThatNoConvolutionTakesAreRefused(_ shape: Shape) throws {
    let graph = Graph()
    let (x, w) = (try graph.input("x", shape), try graph.input("w", [1, shape[1], 1, 1]))
    let y = try x.conv2d(w, ConvGeometry(kernel: 1))
    let gradient = try graph.gradients(of: y.sum(), withRespectTo: [w])[0]
    for result in [y, gradient] {
      let error = #expect(throws: ProgramError.self) { try Program(graph, outputs: [("y", result)]) }
      #expect(error?.description.contains("at the most") == true)
    }
  }
}
