import Graphs
import Tensors

/// How far a compiled op may be from the Double reference, relative to the largest result, and why.
struct Tolerance: Sendable {
  let value: Double
  let reason: String

  /// Numbers are moved or compared, none computed.
  static let exact = Tolerance(value: 0, reason: "moves or compares, computes nothing")
  static let rounded = Tolerance(value: 1.2e-7, reason: "one or two roundings to 24 bits")
  static let approximated = Tolerance(value: 2e-6, reason: "a polynomial within a few ulps, and what it is fed rounded")
  static let summed = Tolerance(value: 4e-6, reason: "up to a thousand Float terms added in another order")
  static let normalized = Tolerance(
    value: 2e-5, reason: "differences from a mean, divided by a deviation smaller than it")
  static let steep = Tolerance(value: 1e-5, reason: "a contraction's rounding through a saturating activation")
}

/// One op on given shapes, with values in a range where it is defined and smooth.
struct OpCase: Sendable, CustomStringConvertible {
  let name: String
  let inputs: [Shape]
  let range: ClosedRange<Double>
  let tolerance: Tolerance
  let differentiable: Bool
  /// Whole numbers below this are in the input called "index".
  let indexLimit: Int
  let body: @Sendable (Graph, [Symbol]) throws -> Symbol

  init(
    _ name: String, _ inputs: [Shape], range: ClosedRange<Double> = -2...2, tolerance: Tolerance,
    differentiable: Bool = true, indexLimit: Int = 1, _ body: @escaping @Sendable (Graph, [Symbol]) throws -> Symbol
  ) {
    (self.name, self.inputs, self.range, self.tolerance) = (name, inputs, range, tolerance)
    (self.differentiable, self.indexLimit, self.body) = (differentiable, indexLimit, body)
  }

  /// Gradients are two or three ops more.
  var gradientTolerance: Double { max(tolerance.value * 4, Tolerance.approximated.value) }

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
    unary + binary + movement + reductions + normalizations + contractions + arrays + random
  }
}
