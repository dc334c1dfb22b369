import Graphs
import Tensors
import Testing

/// The gradient's norm counts all of a parameter, however many blocks and threads it is added up in.
@Suite struct ClippingTests {
  /// A step of SGD at rate 1 takes away the gradient, scaled to the norm that is allowed when it has a larger one.
  @Test(arguments: [(17, 1), (4096, 1), (10_000, 1), (10_000, 2), (9_999, 3)])
  func aGradientThatIsTooLongIsScaledToTheLimit(_ count: Int, _ threads: Int) throws {
    let values = (0..<count).map { Float(($0 * 37) % 101) / 50 - 1 }
    let norm = values.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
    for (limit, factor) in [(norm / 4, 0.25), (norm * 2, 1)] {
      let store = try ParameterStore([ParameterSpec(name: "p", shape: [count])])
      let graph = Graph()
      let loss = try (graph.parameter("p", [count]) * graph.input("g", [count])).sum()
      let program = try Program(
        graph, outputs: [], parameters: store, training: [TrainingPhase(loss, .sgd)],
        options: CompilerOptions(threads: threads))
      program.mainHyperparameters.learningRate = 1
      program.mainHyperparameters.momentum = 0
      program.mainHyperparameters.clipNorm = Float(limit)
      for (place, value) in values.enumerated() { program.input("g")[place] = value }
      program.run()
      let result = try store.value("p").elements(as: Float.self)
      #expect(zip(result, values).allSatisfy { abs(Double($0) + factor * Double($1)) < 1e-5 }, "limit \(limit)")
    }
  }
}
