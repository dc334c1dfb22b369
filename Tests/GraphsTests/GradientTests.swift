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

  /// As PyTorch: the value is the hard one's, the gradient the soft one's alone.
  @Test func straightThroughHasTheGradientOfTheSoftValue() throws {
    let graph = Graph()
    let x = try graph.input("x", [3])
    let y = try straightThrough(round(x), x * 3)
    let gradient = try graph.gradients(of: (y * 2).sum(), withRespectTo: [x])
    #expect(Reference(leaves: ["x": [0.4, -1.6, 2.5]]).evaluate([y] + gradient) == [[0, -2, 2], [6, 6, 6]])
  }

  @Test func stoppedGradientsAreZero() throws {
    let graph = Graph()
    let x = try graph.input("x", [2])
    let gradient = try graph.gradients(of: (stopGradient(x) * x).sum(), withRespectTo: [x])
    #expect(Reference(leaves: ["x": [5, 7]]).evaluate(gradient) == [[5, 7]])
  }

  @Test func tiesShareTheGradient() throws {
    let graph = Graph()
    let (x, y) = (try graph.input("x", [3]), try graph.input("y", [3]))
    let gradients = try graph.gradients(of: maximum(x, y).sum() + x.max(), withRespectTo: [x, y])
    let values = Reference(leaves: ["x": [4, 4, 1], "y": [4, 0, 2]]).evaluate(gradients)
    #expect(values == [[1, 1.5, 0], [0.5, 0, 1]])
  }

  @Test func whatTheLossDoesNotReadHasGradientZero() throws {
    let graph = Graph()
    let (x, y) = (try graph.input("x", [2]), try graph.input("y", [3]))
    let gradients = try graph.gradients(of: x.sum(), withRespectTo: [x, y])
    #expect(Reference(leaves: ["x": [5, 7]]).evaluate(gradients) == [[1, 1], [0, 0, 0]])
  }
}
