import Graphs
import Tensors

/// One op on given shapes, with values in a range where it is defined and smooth.
struct OpCase: Sendable, CustomStringConvertible {
  let name: String
  let inputs: [Shape]
  let range: ClosedRange<Double>
  let differentiable: Bool
  /// Whole numbers below this are in the input called "index".
  let indexLimit: Int
  let body: @Sendable (Graph, [Symbol]) throws -> Symbol

  init(
    _ name: String, _ inputs: [Shape], range: ClosedRange<Double> = -2...2, differentiable: Bool = true,
    indexLimit: Int = 1, _ body: @escaping @Sendable (Graph, [Symbol]) throws -> Symbol
  ) {
    (self.name, self.inputs, self.range) = (name, inputs, range)
    (self.differentiable, self.indexLimit, self.body) = (differentiable, indexLimit, body)
  }

  var description: String { "\(name) \(inputs.map(\.description).joined(separator: ", "))" }

  func symbols(_ graph: Graph) throws -> [Symbol] {
    try inputs.enumerated().map { try graph.input("x\($0.offset)", $0.element) }
  }

  func build(_ graph: Graph) throws -> Symbol { try body(graph, try symbols(graph)) }

  /// Gradients of a weighted sum of the result, with weights that no symmetry hides.
  func gradients(_ graph: Graph) throws -> ([Symbol], Symbol) {
    let sources = try symbols(graph)
    let result = try body(graph, sources)
    let weights = try graph.input("weights", result.shape)
    let loss = try (result * weights).sum()
    return (try graph.gradients(of: loss, withRespectTo: sources), loss)
  }

  /// Values that are exact in Float, away from kinks and ties.
  func leaves(_ graph: Graph) -> [String: [Double]] {
    var leaves: [String: [Double]] = [:]
    for node in graph.nodes {
      guard case .input(let name) = node.op else { continue }
      let bounds = name == "weights" ? -1...1 : range
      let stream = RandomStream(seed: 11, purpose: name)
      leaves[name] = (0..<node.shape.count).map { index in
        let unit = Double(stream.uniform(index))
        if name == "index" { return Double(Int(unit * Double(indexLimit))) }
        return Double(Float(bounds.lowerBound + unit * (bounds.upperBound - bounds.lowerBound)))
      }
    }
    return leaves
  }
}

extension OpCase {
  static var all: [OpCase] {
    unary + binary + movement + chains + reductions + normalizations + contractions + arrays + random
  }
}
