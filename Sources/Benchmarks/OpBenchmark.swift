import Graphs
import Tensors

/// The time of single ops on typical shapes, alone in a program.
package enum OpBenchmark {
  package struct Result: Sendable, Codable {
    package var name: String
    package var microseconds: Double
    /// 0 where counting operations says nothing.
    package var gigaflops: Double
    package var nanosecondsPerElement: Double
  }

  package static func run(threads: Int? = nil) throws -> [Result] {
    let options = CompilerOptions(threads: threads)
    return try cases.map { name, flops, build in
      let graph = Graph()
      let result = try build(graph)
      let program = try Program(graph, outputs: [("y", result)], options: options)
      for node in graph.nodes {
        guard case .input(let input) = node.op else { continue }
        let memory = program.input(input)
        for index in memory.indices { memory[index] = Float((index * 7919) % 1000) * 0.002 - 1 }
      }
      let seconds = time(program)
      return Result(
        name: name, microseconds: seconds * 1e6, gigaflops: flops / seconds * 1e-9,
        nanosecondsPerElement: seconds * 1e9 / Double(result.shape.count))
    }
  }

  /// GFLOP/s of a 1024³ matrix product: what the machine gives to large ones.
  package static func matmul(threads: Int) throws -> Double {
    let graph = Graph()
    let n = 1024
    let y = try Graphs.matmul(graph.input("a", [n, n]), graph.input("b", [n, n]))
    let program = try Program(graph, outputs: [("y", y)], options: CompilerOptions(threads: threads))
    return 2 * Double(n * n * n) / time(program) * 1e-9
  }

  /// The best of several rounds, seconds a run.
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

  private typealias Case = (String, Double, (Graph) throws -> Symbol)

  private static var cases: [Case] {
    func matmul(_ m: Int, _ n: Int, _ k: Int, _ ta: Bool = false, _ tb: Bool = false) -> Case {
      (
        "matmul \(m)×\(n)×\(k)\(ta ? " Aᵀ" : "")\(tb ? " Bᵀ" : "")", 2 * Double(m * n * k),
        { graph in
          try Graphs.matmul(
            graph.input("a", ta ? [k, m] : [m, k]), graph.input("b", tb ? [n, k] : [k, n]), transposeA: ta,
            transposeB: tb)
        }
      )
    }
    func unary(_ name: String, _ f: @escaping (Symbol) -> Symbol) -> Case {
      (name, 0, { graph in f(try graph.input("x", [128, 784])) })
    }
    let down = ConvGeometry(kernel: 3, stride: 2, padding: 1)
    let inner = ConvGeometry(kernel: 3, padding: 1)
    let convolutions: [Case] = [
      (
        "conv2d 32→64 14→7", 2 * 128 * 49 * 9 * 32 * 64,
        { graph in
          try graph.input("x", [128, 32, 14, 14]).conv2d(graph.input("w", [64, 32, 3, 3]), down)
        }
      ),
      (
        "convTranspose2d 64→32 14→28", 2 * 128 * 196 * 9 * 64 * 32,
        { graph in
          try graph.input("x", [128, 64, 14, 14]).convTranspose2d(
            graph.input("w", [64, 32, 3, 3]), down, outputPadding: [1, 1])
        }
      ),
      (
        "convTranspose2d 32→1 28", 2 * 128 * 784 * 9 * 32,
        { graph in
          try graph.input("x", [128, 32, 28, 28]).convTranspose2d(graph.input("w", [32, 1, 3, 3]), inner)
        }
      ),
    ]
    return [
      matmul(1024, 1024, 1024), matmul(128, 400, 784), matmul(784, 400, 128, true), matmul(128, 784, 400, false, true),
      matmul(20, 200, 784), matmul(784, 200, 20, true), matmul(20, 784, 200, false, true), matmul(1000, 784, 200),
    ] + convolutions + [
      unary("add") { $0 + 1 }, unary("exp", exp), unary("log1p", log1p), unary("tanh", tanh), unary("sigmoid", sigmoid),
      unary("gelu", gelu),
      (
        "bceWithLogits", 0, { graph in try bceWithLogits(graph.input("x", [128, 784]), graph.input("t", [128, 784])) }
      ),
      ("normal", 0, { graph in try graph.random(.normal, "e", [128, 784]) }),
      ("uniform", 0, { graph in try graph.random(.uniform, "u", [128, 784]) }),
      ("sum rows", 0, { graph in try graph.input("x", [128, 784]).sum([1]) }),
      ("sum columns", 0, { graph in try graph.input("x", [128, 784]).sum([0]) }),
      ("transpose", 0, { graph in try graph.input("x", [784, 400]).transposed([1, 0]) }),
    ]
  }
}
