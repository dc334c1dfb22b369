import Graphs
import Tensors
import Testing

/// Every op once, over round and odd shapes: compiled against the Double reference forward, and its gradients against
/// the reference and central differences.
@Suite struct OpCaseTests {
  @Test(arguments: OpCase.all) func forwardAgreesWithTheReference(_ opCase: OpCase) throws {
    let graph = Graph()
    let built = try opCase.build(graph)
    try Comparison(graph, [built], leaves: opCase.leaves(graph)).expectAgreement()
  }

  @Test(arguments: OpCase.all.filter(\.differentiable)) func gradientsAgreeWithTheReference(_ opCase: OpCase) throws {
    let graph = Graph()
    let (gradients, _) = try opCase.gradients(graph)
    try Comparison(graph, gradients, leaves: opCase.leaves(graph)).expectAgreement()
  }

  /// Memory is used again as the first run left it: sums begin at zero, padding is still zero.
  @Test(arguments: OpCase.all) func aSecondRunGivesTheSameBits(_ opCase: OpCase) throws {
    let graph = Graph()
    let result = try opCase.build(graph)
    let symbols = opCase.differentiable ? try opCase.gradients(graph).0 : [result]
    let program = try Program(
      graph, outputs: symbols.enumerated().map { ("y\($0.offset)", $0.element) }, seed: 7,
      options: CompilerOptions(threads: 2))
    let leaves = opCase.leaves(graph)
    let runs = (0..<2).map { _ in
      for (name, values) in leaves {
        let input = program.input(name)
        for (index, value) in values.enumerated() { input[index] = Float(value) }
      }
      program.run(step: 3)
      return symbols.indices.map { program.output("y\($0)").map(\.bitPattern) }
    }
    #expect(runs[0] == runs[1])
  }

  /// Of the rules, which do not know sizes; the large shapes are for the kernels.
  static let small = OpCase.all.filter { $0.differentiable && $0.inputs.reduce(0) { $0 + $1.count } < 1500 }

  @Test(arguments: small) func gradientsAgreeWithCentralDifferences(
    _ opCase: OpCase
  ) throws {
    let graph = Graph()
    let (gradients, loss) = try opCase.gradients(graph)
    opCase.expectSlopes(of: loss, toBe: gradients, in: graph, positions: 8)
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

  /// Every element is within what rounding may make of it: see `RoundingBounds`.
  func expectAgreement(seed: UInt64 = 7) throws {
    let expected = RoundingBounds(Reference(leaves: leaves, seed: seed, step: 3)).evaluate(symbols)
    for threads in [1, 2, 3] {
      for passes in [Set(CompilerOptions.Pass.allCases), []] {
        let options = CompilerOptions(threads: threads, passes: passes)
        for (actual, expected) in zip(try compiled(options), expected) {
          #expect(actual.count == expected.values.count)
          guard let index = actual.indices.first(where: { !expected.allows(actual[$0], at: $0) }) else { continue }
          Issue.record(
            """
            [\(index)] \(actual[index]), not \(expected.values[index]) ± \(expected.errors[index]): \
            \(threads) threads, \(passes.count) passes
            """)
          return
        }
      }
    }
  }
}
