import Graphs
import Tensors
import Testing

@Suite struct GradientTests {
  @Test func gradientOfASquareIsTwiceItsArgument() throws {
    let graph = Graph()
    let x = try graph.input("x", [3])
    let gradient = try graph.gradients(of: try square(x).sum(), withRespectTo: [x])
    #expect(Reference(leaves: ["x": [1, -2, 3]]).evaluate(gradient) == [[2, -4, 6]])
  }

  @Test func mismatchedMatricesNameTheLayerAndBothShapes() throws {
    let graph = Graph()
    #expect(
      throws: ShapeError(
        layer: "encoder.dense1", operation: "matmul", shapes: [[2, 3], [4, 5]], reason: "inner extents 3 and 4 differ")
    ) {
      try graph.scope("encoder") {
        try graph.scope("dense1") { _ = try matmul(try graph.input("x", [2, 3]), try graph.input("w", [4, 5])) }
      }
    }
  }
}
