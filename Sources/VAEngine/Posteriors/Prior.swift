import Graphs
import Tensors

/// p(z): what codes are compared with, and what samples are decoded from.
package struct Prior: Sendable, Equatable {
  package let name: String
  /// Draws `[count, D]`.
  let draw: @Sendable (_ count: Int, _ dimensions: Int, _ seed: UInt64) throws -> Tensor

  package static func == (a: Prior, b: Prior) -> Bool { a.name == b.name }

  /// N(0, I).
  package static let standardNormal = Prior(name: "standard normal") { count, dimensions, seed in
    let shape: Shape = [count, dimensions]
    return try Tensor(NormalDraws.values(shape, seed: seed, purpose: StreamPurpose.prior), shape: shape)
  }
}

/// Independent draws of N(0, 1) outside of a model's programs.
enum NormalDraws {
  static func values(_ shape: Shape, seed: UInt64, purpose: String) throws -> [Float] {
    let graph = Graph()
    let draw = try graph.random(.normal, purpose, shape)
    let program = try Program(graph, outputs: [("draw", draw)], seed: seed, options: CompilerOptions(threads: 1))
    program.run()
    return Array(program.output("draw"))
  }
}
