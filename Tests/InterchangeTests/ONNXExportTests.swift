import Graphs
import Interchange
import Tensors
import Testing

/// What cannot be written is refused by name; that what is written computes the same is tested with onnxruntime
/// (Tests/Conformance/test_onnx.py).
@Suite struct ONNXExportTests {
  private func export(_ body: @escaping (Graph, _ rows: Int) throws -> Symbol) throws -> ONNXModel {
    try ONNXExport.model("test", parameters: { _ in try Tensor([Float](repeating: 1, count: 3)) }) { rows in
      let graph = Graph()
      return (graph, [("y", try body(graph, rows))])
    }
  }

  @Test func theNumberOfExamplesIsLeftOpen() throws {
    let model = try export { graph, rows in
      let x = try graph.input("x", [rows, 3])
      return try (x + graph.parameter("b", [3])).reshaped([rows, 3, 1]).broadcast(to: [rows, 3, 2])
    }
    #expect(model.inputNames == ["x"])
    #expect(model.outputNames == ["y"])
    #expect(!model.bytes.isEmpty)
  }

  @Test func anOperationWithoutAnOperatorIsNamedWithItsLayer() {
    #expect(throws: ONNXError.noOperator("logGamma", layer: "encoder.2")) {
      try export { graph, rows in
        let x = try graph.input("x", [rows, 3])
        return graph.scope("encoder") { graph.scope("2") { logGamma(x) } }
      }
    }
  }

  @Test func drawsAreRefused() {
    #expect(throws: ONNXError.random(layer: "decoder")) {
      try export { graph, rows in
        let x = try graph.input("x", [rows, 3])
        return try graph.scope("decoder") { try x + graph.random(.normal, "noise", [rows, 3]) }
      }
    }
  }

  @Test func whatDependsOnTheNumberOfExamplesIsRefused() {
    // A mean over the batch divides by its size, which is a constant of our graph.
    #expect(throws: ONNXError.self) {
      try export { graph, rows in try graph.input("x", [rows, 3]).mean([0], keepingAxes: true) }
    }
    #expect(throws: ONNXError.self) {
      try export { graph, rows in try graph.input("x", [rows, 3]).slice(axis: 0, 1..<rows) }
    }
  }

  /// An op that is added has a rule, or is one of those that no operator of ONNX computes.
  @Test func everyElementwiseOperationHasARuleOrIsKnownToHaveNone() throws {
    let special: Set = [
      "logGamma", "digamma", "trigamma", "logBesselI", "logBesselIOverPower", "besselIRatio", "besselIRatioSlope",
    ]
    for op in UnaryOp.all {
      let result = Result {
        try export { graph, rows in try graph.input("x", [rows, 3]).unary(op) }
      }
      let isWritten = (try? result.get()) != nil
      #expect(isWritten != special.contains(op.name), "\(op)")
    }
    let none: Set = ["logRising", "digammaDifference"]
    for op in BinaryOp.all {
      let result = Result {
        try export { graph, rows in
          try graph.input("x", [rows, 3]).binary(op, graph.input("w", [rows, 3]))
        }
      }
      #expect(((try? result.get()) != nil) != none.contains(op.name), "\(op)")
    }
  }
}
