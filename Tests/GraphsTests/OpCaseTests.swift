import Graphs
import Tensors
import Testing

/// Every op once, over round and odd shapes: compiled against the Double reference forward, and its gradients against
/// the reference and central differences.
@Suite struct OpCaseTests {
  @Test(arguments: OpCase.all) func forwardAgreesWithTheReference(_ opCase: OpCase) throws {
    let graph = Graph()
    let built = try opCase.build(graph)
    try Comparison(graph, [built], leaves: opCase.leaves(graph)).expectAgreement(tolerance: opCase.tolerance.value)
  }

  @Test func everyToleranceHasItsReason() {
    #expect(OpCase.all.allSatisfy { !$0.tolerance.reason.isEmpty && $0.tolerance.value <= 2e-5 })
  }

  @Test(arguments: OpCase.all.filter(\.differentiable)) func gradientsAgreeWithTheReference(_ opCase: OpCase) throws {
    let graph = Graph()
    let (gradients, _) = try opCase.gradients(graph)
    try Comparison(graph, gradients, leaves: opCase.leaves(graph))
      .expectAgreement(tolerance: opCase.gradientTolerance)
  }

  /// Of the rules, which do not know sizes; the large shapes are for the kernels.
  static let small = OpCase.all.filter { $0.differentiable && $0.inputs.reduce(0) { $0 + $1.count } < 1500 }

  @Test(arguments: small) func gradientsAgreeWithCentralDifferences(
    _ opCase: OpCase
  ) throws {
    let graph = Graph()
    let (gradients, loss) = try opCase.gradients(graph)
    let leaves = opCase.leaves(graph)
    let analytic = Reference(leaves: leaves).evaluate(gradients)
    let step = 1e-5
    for (source, gradient) in zip(opCase.inputs.indices, analytic) {
      for position in stride(from: 0, to: gradient.count, by: max(1, gradient.count / 8)) {
        var (up, down) = (leaves, leaves)
        up["x\(source)"]?[position] += step
        down["x\(source)"]?[position] -= step
        let difference =
          (Reference(leaves: up).evaluate([loss])[0][0] - Reference(leaves: down).evaluate([loss])[0][0]) / (2 * step)
        #expect(
          abs(difference - gradient[position]) <= 1e-5 * max(1, abs(difference)),
          "\(opCase): input \(source)[\(position)] \(gradient[position]) against \(difference)")
      }
    }
  }
}

/// A compiled graph beside the reference.
struct Comparison {
  let graph: Graph
  let symbols: [Symbol]
  let leaves: [String: [Double]]

  init(_ graph: Graph, _ symbols: [Symbol], leaves: [String: [Double]]) {
    (self.graph, self.symbols, self.leaves) = (graph, symbols, leaves)
  }

  func compiled(_ options: CompilerOptions) throws -> [[Float]] {
    let program = try Program(
      graph, outputs: symbols.enumerated().map { ("y\($0.offset)", $0.element) }, seed: 7, options: options)
    for (name, values) in leaves {
      let input = program.input(name)
      for (index, value) in values.enumerated() { input[index] = Float(value) }
    }
    program.run(step: 3)
    return symbols.indices.map { Array(program.output("y\($0)")) }
  }

  func expectAgreement(tolerance: Double) throws {
    let expected = Reference(leaves: leaves, seed: 7, step: 3).evaluate(symbols)
    for threads in [1, 2, 3] {
      for passes in [Set(CompilerOptions.Pass.allCases), []] {
        let options = CompilerOptions(threads: threads, passes: passes)
        for (actual, expected) in zip(try compiled(options), expected) {
          let scale = expected.map(abs).filter(\.isFinite).max() ?? 1
          for (index, (a, e)) in zip(actual, expected).enumerated() {
            let same =
              Double(a) == e || (a.isNaN && e.isNaN) || abs(Double(a) - e) <= tolerance * max(abs(e), scale, 1e-3)
            #expect(same, "[\(index)] \(a) against \(e), \(threads) threads, \(passes.count) passes")
            if !same { return }
          }
        }
      }
    }
  }
}
