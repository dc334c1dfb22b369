import Graphs
import Tensors

extension OpBenchmark {
  /// One op on typical operands.
  struct Case {
    let name: String
    /// Multiplications and additions, 0 where their number is not meaningful.
    let operations: Double
    /// Whether oneDNN has the op as well.
    let isContraction: Bool
    let build: (Graph) throws -> Symbol

    init(
      _ name: String, operations: Int = 0, isContraction: Bool = false, _ build: @escaping (Graph) throws -> Symbol
    ) {
      (self.name, self.operations, self.build) = (name, Double(operations), build)
      self.isContraction = isContraction
    }
  }

  static var cases: [Case] { products + convolutions + elementwise + reductions + normalizations + movement + draws }

  private static var products: [Case] {
    func matmul(_ m: Int, _ n: Int, _ k: Int, _ ta: Bool = false, _ tb: Bool = false) -> Case {
      Case("matmul \(m)×\(n)×\(k)\(ta ? " Aᵀ" : "")\(tb ? " Bᵀ" : "")", operations: 2 * m * n * k, isContraction: true)
      {
        try Graphs.matmul(
          $0.input("a", ta ? [k, m] : [m, k]), $0.input("b", tb ? [n, k] : [k, n]), transposeA: ta, transposeB: tb)
      }
    }
    return [
      matmul(1024, 1024, 1024), matmul(128, 400, 784), matmul(784, 400, 128, true), matmul(128, 784, 400, false, true),
      matmul(20, 200, 784), matmul(784, 200, 20, true), matmul(20, 784, 200, false, true), matmul(1000, 784, 200),
      Case("dense relu 128×400×784", operations: 2 * 128 * 400 * 784, isContraction: true) {
        try relu(
          Graphs.matmul($0.input("a", [128, 784]), $0.input("b", [784, 400])) + $0.input("bias", [400]))
      },
    ]
  }

  /// Forward, and the gradients of image and weights, of the article's network at batch 128.
  private static var convolutions: [Case] {
    func three(_ name: String, _ x: Shape, _ w: Shape, _ g: ConvGeometry, transposed: Bool) throws -> [Case] {
      func y(_ graph: Graph) throws -> Symbol {
        let (image, weight) = (try graph.input("x", x), try graph.input("w", w))
        let outputPadding = g.stride.map { $0 - 1 }
        return transposed
          ? try image.convTranspose2d(weight, g, outputPadding: outputPadding) : try image.conv2d(weight, g)
      }
      let shape = try y(Graph()).shape
      let positions = (transposed ? x : shape)
      let operations = 2 * x[0] * positions[2] * positions[3] * w.count
      func gradient(_ graph: Graph, of leaf: String, _ extents: Shape) throws -> Symbol {
        let loss = try (y(graph) * graph.input("g", shape)).sum()
        return try graph.gradients(of: loss, withRespectTo: [graph.input(leaf, extents)])[0]
      }
      return [
        Case(name, operations: operations, isContraction: true) { try y($0) },
        Case("  gradient of image", operations: operations, isContraction: true) { try gradient($0, of: "x", x) },
        Case("  gradient of weights", operations: operations, isContraction: true) { try gradient($0, of: "w", w) },
      ]
    }
    let down = ConvGeometry(kernel: 3, stride: 2, padding: 1)
    let inner = ConvGeometry(kernel: 3, padding: 1)
    let all: [(String, Shape, Shape, ConvGeometry, Bool)] = [
      ("conv2d 1→32 28→14", [128, 1, 28, 28], [32, 1, 3, 3], down, false),
      ("conv2d 32→64 14→7", [128, 32, 14, 14], [64, 32, 3, 3], down, false),
      ("convTranspose2d 64→64 7→14", [128, 64, 7, 7], [64, 64, 3, 3], down, true),
      ("convTranspose2d 64→32 14→28", [128, 64, 14, 14], [64, 32, 3, 3], down, true),
      ("convTranspose2d 32→1 28", [128, 32, 28, 28], [32, 1, 3, 3], inner, true),
    ]
    return all.flatMap { (try? three($0.0, $0.1, $0.2, $0.3, transposed: $0.4)) ?? [] }
  }

  private static let plane: Shape = [128, 784]

  private static var elementwise: [Case] {
    func unary(_ name: String, _ f: @escaping (Symbol) -> Symbol) -> Case {
      Case(name) { f(try $0.input("x", plane)) }
    }
    func binary(_ name: String, _ f: @escaping (Symbol, Symbol) throws -> Symbol) -> Case {
      Case(name) { try f($0.input("x", plane), $0.input("t", plane)) }
    }
    return [
      binary("add") { try $0 + $1 }, binary("subtract") { try $0 - $1 }, binary("multiply") { try $0 * $1 },
      binary("divide") { try $0 / $1 }, binary("maximum", maximum), binary("minimum", minimum),
      binary("where") { try select(step($0), $0, $1) },
      Case("add, broadcast") { try $0.input("x", plane) + $0.input("t", [784]) },
      unary("abs", abs), unary("square", square), unary("sqrt") { sqrt(abs($0)) }, unary("exp", exp),
      unary("log") { log(abs($0)) }, unary("expm1", expm1), unary("log1p", log1p),
      unary("clip") { clip($0, -0.5, 0.5) },
      unary("relu", relu), unary("leaky relu") { leakyRelu($0) }, unary("elu") { elu($0) }, unary("gelu", gelu),
      unary("silu", silu), unary("tanh", tanh), unary("sigmoid", sigmoid), unary("softplus", softplus),
      unary("hardtanh") { hardtanh($0) }, unary("straight-through") { (try? straightThrough(round($0), $0)) ?? $0 },
      binary("bceWithLogits", bceWithLogits),
      Case("bceWithLogits and gradient") { graph in
        let x = try graph.input("x", plane)
        let loss = try bceWithLogits(x, graph.input("t", plane)).sum()
        return try graph.gradients(of: loss, withRespectTo: [x])[0] + loss
      },
    ]
  }

  private static var reductions: [Case] {
    func one(_ name: String, _ f: @escaping (Symbol) throws -> Symbol) -> Case {
      Case(name) { try f($0.input("x", plane)) }
    }
    return [
      one("sum") { try $0.sum() }, one("sum of rows") { try $0.sum([1]) }, one("sum of columns") { try $0.sum([0]) },
      one("mean of rows") { try $0.mean([1]) }, one("max of rows") { try $0.max([1]) },
      one("softmax") { try $0.softmax() }, one("logSumExp") { try $0.logSumExp([1]) },
    ]
  }

  private static var normalizations: [Case] {
    func one(_ name: String, _ f: @escaping (Symbol, Symbol, Symbol) throws -> Symbol) -> Case {
      Case(name) {
        try f($0.input("x", [128, 32, 14, 14]), $0.input("scale", [32]), $0.input("shift", [32]))
      }
    }
    return [
      one("batch norm") { try $0.batchNorm(scale: $1, shift: $2).result },
      one("layer norm") { try $0.layerNorm(scale: $1.reshaped([32, 1, 1]), shift: $2.reshaped([32, 1, 1])) },
      one("group norm") { try $0.groupNorm(groups: 8, scale: $1, shift: $2) },
    ]
  }

  private static var movement: [Case] {
    [
      Case("transpose") { try $0.input("x", [784, 400]).transposed([1, 0]) },
      Case("slice") { try $0.input("x", plane).slice(axis: 1, 100..<684) },
      Case("pad") { try $0.input("x", [128, 1, 28, 28]).padded(before: [0, 0, 2, 2], after: [0, 0, 2, 2]) },
      Case("concat") { try concat([$0.input("x", plane), $0.input("t", plane)], axis: 1) },
      Case("embedding") { try $0.input("x", plane).rows(at: $0.input("i", [512])) },
      Case("gather") { try $0.input("x", plane).gathered(at: $0.input("i", [64]), axis: 1) },
      Case("max pool") { try $0.input("x", [128, 32, 28, 28]).pooled(.max, ConvGeometry(kernel: 2, stride: 2)) },
      Case("average pool") {
        try $0.input("x", [128, 32, 28, 28]).pooled(.average, ConvGeometry(kernel: 2, stride: 2))
      },
    ]
  }

  private static var draws: [Case] {
    [
      Case("normal") { try $0.random(.normal, "e", plane) }, Case("uniform") { try $0.random(.uniform, "u", plane) },
      Case("bernoulli") { try $0.bernoulli($0.input("x", plane), "b") },
    ]
  }
}
