import Graphs
import Tensors

/// The time of single ops on typical shapes, each alone in a program.
package enum OpBenchmark {
  package struct Result: Sendable, Codable {
    package var name: String
    package var microseconds: Double
    /// 0 where the number of operations is not meaningful.
    package var gigaflops: Double
    /// Per element of the result.
    package var nanosecondsPerElement: Double
    /// The time of the same op in oneDNN, for contractions when requested.
    package var onednnMicroseconds: Double?
  }

  /// - Parameters:
  ///   - backend: `.onednn` times what oneDNN has a primitive for by both, and nothing else.
  ///   - each: Called with every result as soon as it is measured.
  /// - Throws: `ProgramError.unsupported` when oneDNN is asked for and not installed.
  package static func run(
    threads: Int? = nil, backend: CompilerOptions.Backend = .own, each: (Result) throws -> Void
  ) throws {
    for item in cases where item.isContraction || backend == .own {
      var result = try time(item, CompilerOptions(threads: threads))
      if backend == .onednn {
        result.onednnMicroseconds = try time(item, CompilerOptions(threads: threads, backend: .onednn)).microseconds
      }
      try each(result)
    }
    if backend == .own {
      for kind in OptimizerKind.allCases { try each(update(kind, CompilerOptions(threads: threads))) }
    }
  }

  /// GFLOP/s of a 1024³ matrix product: the peak of the machine for large products.
  package static func matmul(threads: Int) throws -> Double {
    let n = 1024
    let item = Case("", operations: 2 * n * n * n) { try Graphs.matmul($0.input("a", [n, n]), $0.input("b", [n, n])) }
    return try time(item, CompilerOptions(threads: threads)).gigaflops
  }

  private static func time(_ item: Case, _ options: CompilerOptions) throws -> Result {
    let graph = Graph()
    let result = try item.build(graph)
    let program = try Program(graph, outputs: [("y", result)], options: options)
    for node in graph.nodes {
      guard case .input(let input) = node.op else { continue }
      let memory = program.input(input)
      for index in memory.indices { memory[index] = Float((index * 7919) % 1000) * 0.002 - 0.99 }
    }
    let seconds = time(program)
    return Result(
      name: item.name, microseconds: seconds * 1e6, gigaflops: item.operations / seconds * 1e-9,
      nanosecondsPerElement: seconds * 1e9 / Double(max(result.shape.count, 1)))
  }

  /// One pass of an optimizer over a million parameters.
  private static func update(_ kind: OptimizerKind, _ options: CompilerOptions) throws -> Result {
    let count = 1 << 20
    let graph = Graph()
    let x = try graph.parameter("x", [count])
    let store = try ParameterStore([ParameterSpec(name: "x", shape: [count])])
    let program = try Program(
      graph, outputs: [], parameters: store,
      training: [TrainingPhase(try (x * 0.001).slice(axis: 0, 0..<1).sum(), kind)],
      options: options)
    let seconds = time(program)
    return Result(
      name: "\(kind.rawValue) of 2²⁰", microseconds: seconds * 1e6, gigaflops: 0,
      nanosecondsPerElement: seconds * 1e9 / Double(count))
  }

  /// The best of several rounds, in seconds per run.
  private static func time(_ program: Program) -> Double {
    program.run()
    var best = Double.infinity
    for _ in 0..<5 {
      let start = ContinuousClock.now
      var runs = 0
      repeat {
        program.run()
        runs += 1
      } while (ContinuousClock.now - start).seconds < 0.02
      best = min(best, (ContinuousClock.now - start).seconds / Double(runs))
    }
    return best
  }
}
