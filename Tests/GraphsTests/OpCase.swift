import Graphs
import Tensors

/// One op on given shapes, with values in a range where it is defined and smooth.
struct OpCase: Sendable, CustomStringConvertible {
  let name: String
  let inputs: [Shape]
  let range: ClosedRange<Double>
  /// Relative to the largest result.
  let tolerance: Double
  let differentiable: Bool
  let body: @Sendable (Graph, [Symbol]) throws -> Symbol

  init(
    _ name: String, _ inputs: [Shape], range: ClosedRange<Double> = -2...2, tolerance: Double = 1e-6,
    differentiable: Bool = true, _ body: @escaping @Sendable (Graph, [Symbol]) throws -> Symbol
  ) {
    (self.name, self.inputs, self.range, self.tolerance) = (name, inputs, range, tolerance)
    (self.differentiable, self.body) = (differentiable, body)
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
        let unit = Double(stream.block(UInt32(index / 4))[index % 4] >> 8) * 0x1p-24
        return Double(Float(bounds.lowerBound + unit * (bounds.upperBound - bounds.lowerBound)))
      }
    }
    return leaves
  }
}

extension OpCase {
  static var all: [OpCase] { unary + binary + movement + reductions + contractions + random }

  private static let spaces: [Shape] = [[1], [3], [17], [33, 5], [2, 3, 4, 5], [40, 784]]

  private static var unary: [OpCase] {
    func one(
      _ name: String, range: ClosedRange<Double> = -4...4, tolerance: Double = 2e-6, differentiable: Bool = true,
      _ f: @escaping @Sendable (Symbol) -> Symbol
    ) -> [OpCase] {
      spaces.map { space in
        OpCase(name, [space], range: range, tolerance: tolerance, differentiable: differentiable) { _, x in f(x[0]) }
      }
    }
    return one("negate") { -$0 } + one("abs", range: 0.1...3) { abs($0) } + one("square") { square($0) }
      + one("sqrt", range: 0.1...9) { sqrt($0) } + one("reciprocal", range: 0.3...4) { reciprocal($0) }
      + one("exp", range: -9...9) { exp($0) } + one("log", range: 0.01...9) { log($0) } + one("expm1") { expm1($0) }
      + one("log1p", range: -0.9...9) { log1p($0) } + one("sin", range: -9...9) { sin($0) }
      + one("cos", range: -9...9) { cos($0) } + one("erf") { erf($0) } + one("tanh") { tanh($0) }
      + one("sigmoid", range: -6...6, tolerance: 1e-5) { sigmoid($0) }
      + one("softplus", range: -12...12) { softplus($0) }
      + one("relu", range: 0.01...3) { relu($0) } + one("relu below", range: -3 ... -0.01) { relu($0) }
      + one("gelu") { gelu($0) } + one("silu") { silu($0) } + one("leakyRelu", range: -3 ... -0.01) { leakyRelu($0) }
      + one("elu", range: -3 ... -0.01) { elu($0) } + one("clip", range: -0.99...0.99) { clip($0, -1, 1) }
      + one("clip outside", range: 1.01...3) { hardtanh($0) } + one("floor", differentiable: false) { floor($0) }
      + one("round", differentiable: false) { round($0) } + one("sign", differentiable: false) { sign($0) }
      + one("step", differentiable: false) { step($0) }
  }

  private static var binary: [OpCase] {
    let pairs: [[Shape]] = [
      [[3], [3]], [[17, 5], [5]], [[17, 1], [1, 33]], [[2, 3, 4, 5], [3, 1, 1]], [[2, 1, 4, 1], [1, 3, 1, 5]],
      [[40, 784], [784]],
      [[5, 6, 7], []], [[50, 20], [7, 1, 20]],
    ]
    func two(
      _ name: String, range: ClosedRange<Double> = -2...2, differentiable: Bool = true,
      _ f: @escaping @Sendable (Symbol, Symbol) throws -> Symbol
    ) -> [OpCase] {
      pairs.map { pair in
        OpCase(name, pair, range: range, tolerance: 2e-6, differentiable: differentiable) { _, x in try f(x[0], x[1]) }
      }
    }
    return two("add") { try $0 + $1 } + two("subtract") { try $0 - $1 } + two("multiply") { try $0 * $1 }
      + two("divide", range: 0.3...3) { try $0 / $1 } + two("maximum") { try maximum($0, $1) }
      + two("minimum") { try minimum($0, $1) } + two("less", differentiable: false) { try less($0, $1) }
      + two("lessOrEqual", differentiable: false) { try lessOrEqual($0, $1) }
      + two("bce") { try bceWithLogits($0, $1) } + two("select") { try select(step($0), $0 * 2, $1) }
      + two("scalars") { try (2 - $0) * 3 + (1 - $1 / 4) - 0.5 }
      + two("straight through", differentiable: false) { try straightThrough(round($0), $0) * $1 }
  }

  private static var movement: [OpCase] {
    [
      OpCase("reshape", [[6, 4]]) { _, x in try square(x[0].reshaped([3, -1])) },
      OpCase("transpose", [[3, 17]]) { _, x in try x[0].transposed([1, 0]) },
      OpCase("transpose", [[2, 3, 5, 7]]) { _, x in try x[0].transposed([2, 0, 3, 1]) },
      OpCase("slice", [[5, 33]]) { _, x in try x[0].slice(axis: 1, 3..<20) },
      OpCase("slice", [[9, 4]]) { _, x in try square(x[0].slice(axis: 0, 2..<5)) },
      OpCase("pad", [[3, 4]]) { _, x in try x[0].padded(before: [1, 0], after: [2, 3]) },
      OpCase("concat", [[3, 4], [3, 1], [3, 9]]) { _, x in try concat(x, axis: 1) },
      OpCase("concat", [[3, 4], [2, 4]]) { _, x in try concat(x, axis: 0) },
      OpCase("embedding", [[7, 5]]) { graph, x in
        let index = graph.constant(3, [4])
        return try x[0].rows(at: index)
      },
      OpCase("broadcast to matmul", [[5, 1], [7, 3]]) { _, x in try matmul(x[0].broadcast(to: [5, 7]), x[1]) },
    ]
  }

  private static var reductions: [OpCase] {
    let cases: [(Shape, [Int]?)] = [
      ([1000], nil), ([33, 17], nil), ([33, 17], [0]), ([33, 17], [1]), ([3, 4, 5], [1]), ([3, 4, 5], [0, 2]),
      ([2, 3, 4, 5], [0, 2, 3]), ([2, 3, 4, 5], [1, 3]), ([50, 20], [0]), ([1, 7], [0]), ([128, 784], [0]),
      ([7, 300], [1]),
    ]
    return cases.flatMap { shape, axes in
      [
        OpCase("sum", [shape], tolerance: 4e-6) { _, x in try x[0].sum(axes) },
        OpCase("mean", [shape], tolerance: 4e-6) { _, x in try x[0].mean(axes) },
        OpCase("max", [shape]) { _, x in try x[0].max(axes) },
        OpCase("logSumExp", [shape], tolerance: 4e-6) { _, x in
          try x[0].logSumExp(axes ?? Array(0..<shape.rank))
        },
        OpCase("softmax", [shape], tolerance: 4e-6) { _, x in try x[0].softmax(axes?[0] ?? 0) },
      ]
    }
  }

  private static var random: [OpCase] {
    [
      OpCase("normal", [[33, 5]], tolerance: 4e-6) { graph, x in try x[0] * graph.random(.normal, "e", [33, 5]) },
      OpCase("normal", [[128, 20]], tolerance: 4e-6) { graph, x in try x[0] + graph.random(.normal, "e", [128, 20]) },
      OpCase("uniform", [[7, 301]]) { graph, x in try x[0] * graph.random(.uniform, "u", [7, 301]) },
    ]
  }

  static var contractions: [OpCase] {
    var cases: [OpCase] = []
    for (m, n, k) in [(1, 1, 1), (3, 17, 33), (20, 50, 20), (65, 33, 7), (64, 100, 40)] {
      for (ta, tb) in [(false, false), (true, false), (false, true), (true, true)] {
        let a: Shape = ta ? [k, m] : [m, k]
        let b: Shape = tb ? [n, k] : [k, n]
        cases.append(
          OpCase("matmul \(ta) \(tb)", [a, b], tolerance: 4e-6) { _, x in
            try matmul(x[0], x[1], transposeA: ta, transposeB: tb)
          })
      }
    }
    cases.append(
      OpCase("dense relu", [[9, 4], [4, 33], [33]], tolerance: 4e-6) { _, x in try relu(matmul(x[0], x[1]) + x[2]) })
    cases.append(
      OpCase("dense tanh", [[9, 4], [4, 33], [33]], tolerance: 4e-6) { _, x in try tanh(matmul(x[0], x[1]) + x[2]) })
    return cases + convolutions
  }

  /// B, I, O, height, width; kernel, stride, dilation, pads before and after, output padding.
  private static var convolutions: [OpCase] {
    typealias Case = (Shape, Int, ConvGeometry, [Int])
    let square = { (k: Int, s: Int, p: Int) in ConvGeometry(kernel: k, stride: s, padding: p) }
    let cases: [Case] = [
      ([1, 1, 5, 5], 1, square(1, 1, 0), [0, 0]), ([3, 1, 28, 28], 32, square(3, 2, 1), [1, 1]),
      ([2, 3, 9, 7], 17, square(3, 1, 1), [0, 0]), ([5, 17, 6, 6], 33, square(3, 2, 1), [1, 1]),
      ([2, 32, 8, 8], 1, square(3, 1, 1), [0, 0]), ([2, 32, 7, 7], 64, square(3, 2, 1), [0, 0]),
      ([3, 4, 8, 8], 5, square(4, 2, 1), [0, 0]), ([2, 2, 11, 9], 3, square(2, 3, 0), [1, 2]),
      (
        [2, 5, 10, 8], 6,
        ConvGeometry(kernel: [3, 2], stride: [2, 1], dilation: [2, 3], padBefore: [0, 1], padAfter: [1, 2]), [0, 0]
      ),
    ]
    return cases.flatMap { image, outputs, g, outputPadding in
      [
        OpCase("conv2d \(g.kernel) \(g.stride)", [image, Shape([outputs, image[1]] + g.kernel)], tolerance: 4e-6) {
          _, x in
          try x[0].conv2d(x[1], g)
        },
        OpCase(
          "conv2d relu \(g.kernel) \(g.stride)", [image, Shape([outputs, image[1]] + g.kernel), [outputs]],
          tolerance: 4e-6
        ) { _, x in try relu(x[0].conv2d(x[1], g) + x[2].reshaped([1, -1, 1, 1])) },
        OpCase(
          "convTranspose2d \(g.kernel) \(g.stride)", [image, Shape([image[1], outputs] + g.kernel), [outputs]],
          tolerance: 1e-5
        ) { _, x in
          try tanh(x[0].convTranspose2d(x[1], g, outputPadding: outputPadding) + x[2].reshaped([1, -1, 1, 1]))
        },
        OpCase("max pool", [[image[0], image[1], image[2] + 1, image[3] + 1]], tolerance: 4e-6) { _, x in
          try x[0].pooled(.max, ConvGeometry(kernel: 2, stride: 2))
        },
        OpCase("average pool", [image], tolerance: 4e-6) { _, x in
          try x[0].pooled(.average, ConvGeometry(kernel: 3, stride: 2, padding: 1))
        },
      ]
    }
  }
}
