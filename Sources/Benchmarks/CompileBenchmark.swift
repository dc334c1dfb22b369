import Graphs
import Tensors

/// The time from a written graph to a program that can run: gradients, passes, memory, binding.
package struct CompileBenchmark: Sendable {
  package struct Result: Sendable, Codable {
    package var name: String
    /// Of the graph with its gradients.
    package var nodes: Int
    /// Median of five.
    package var milliseconds: Double
    package var fastest: Double
    package var slowest: Double
  }

  /// Every training workload, then deep networks of as many nodes as asked for.
  package static func run(threads: Int? = nil, nodes: Int = 4000, _ report: (Result) throws -> Void) throws {
    let options = CompilerOptions(threads: threads)
    for workload in Workload.allCases {
      try report(
        measure(workload.rawValue, options) { graph in
          try workload.loss(graph, batch: workload.defaultBatch, k: 1)
        })
    }
    for kind in Deep.allCases {
      try report(measure("deep \(kind.rawValue)", options) { try kind.loss($0, nodes: nodes) })
    }
  }

  private static func measure(
    _ name: String, _ options: CompilerOptions, _ write: (Graph) throws -> Symbol
  ) throws -> Result {
    var times: [Double] = []
    var nodes = 0
    for _ in 0..<5 {
      let graph = Graph()
      let loss = try write(graph)
      let store = try TrainBenchmark.parameters(of: graph)
      let start = ContinuousClock.now
      _ = try Program(
        graph, outputs: [("loss", loss)], parameters: store, training: [TrainingPhase(loss, .adam)], options: options)
      times.append((ContinuousClock.now - start).seconds * 1e3)
      nodes = graph.nodes.count
    }
    times.sort()
    return Result(name: name, nodes: nodes, milliseconds: times[2], fastest: times[0], slowest: times[4])
  }
}

/// Networks of any depth, as a test of what the compiler's passes cost.
private enum Deep: String, CaseIterable {
  /// Residual dense blocks.
  case dense
  /// Residual convolutions of a small image.
  case convolution
  /// One long chain of elementwise ops.
  case elementwise

  /// A scalar whose graph has about `nodes` nodes once its gradients are written.
  func loss(_ graph: Graph, nodes: Int) throws -> Symbol {
    switch self {
    case .dense:
      var h = try graph.input("x", [16, 32])
      for layer in 0..<nodes / 17 {
        h = try graph.scope("layer\(layer)") {
          let weight = try graph.parameter("weight", [32, 32])
          return try h + tanh(matmul(h, weight) + graph.parameter("bias", [32]))
        }
      }
      return try square(h).sum()
    case .convolution:
      var h = try graph.input("x", [16, 4, 8, 8])
      for layer in 0..<nodes / 17 {
        h = try graph.scope("layer\(layer)") {
          let weight = try graph.parameter("weight", [4, 4, 3, 3])
          let bias = try graph.parameter("bias", [4]).reshaped([1, 4, 1, 1])
          return try h + tanh(h.conv2d(weight, ConvGeometry(kernel: 3, padding: 1)) + bias)
        }
      }
      return try square(h).sum()
    case .elementwise:
      let scale = try graph.parameter("scale", [64])
      var h = try graph.input("x", [16, 64])
      for _ in 0..<nodes / 18 { h = try tanh(h * scale) + sin(h) }
      return try square(h).sum()
    }
  }
}
