import Graphs
import Tensors
import Testing

/// Gradients of gradients, against central differences of the gradients in Double.
@Suite struct SecondDerivativeTests {
  static let small = OpCaseTests.small.filter { $0.inputs.reduce(0) { $0 + $1.count } < 300 }

  /// Ops whose gradient has none: layers that only end a network, special functions of which no family needs more.
  static let without = ["max pool", "average pool", "digamma", "besselIRatio"]

  /// Σ weights · (gradients of a weighted sum of the result), and its gradients.
  private static func second(_ opCase: OpCase, _ graph: Graph) throws -> (gradients: [Symbol], loss: Symbol) {
    let sources = try opCase.symbols(graph)
    let (first, _) = try opCase.gradients(graph)
    var loss = graph.constant(0)
    for (index, gradient) in first.enumerated() {
      loss = try loss + (gradient * graph.input("weights\(index)", gradient.shape)).sum()
    }
    return (try graph.gradients(of: loss, withRespectTo: sources), loss)
  }

  @Test(arguments: small) func theyAgreeWithCentralDifferences(_ opCase: OpCase) throws {
    let graph = Graph()
    let (gradients, loss): ([Symbol], Symbol)
    do {
      (gradients, loss) = try Self.second(opCase, graph)
    } catch let error as ShapeError {
      #expect(Self.without.contains { opCase.name.hasPrefix($0) }, "\(opCase): \(error)")
      #expect(error.reason.contains("not defined"))
      return
    }
    opCase.expectSlopes(of: loss, toBe: gradients, in: graph, positions: 4)
  }

  /// A test that every op without a second derivative would pass says nothing.
  @Test func mostOpsHaveThem() throws {
    let having = Self.small.filter { (try? Self.second($0, Graph())) != nil }
    #expect(having.count * 10 > Self.small.count * 8)
    #expect(having.contains { $0.name.hasPrefix("logGamma") } && having.contains { $0.name.hasPrefix("conv") })
  }
}
