import Graphs
import Tensors

extension OpCase {
  private static let spaces: [Shape] = [[1], [3], [17], [33, 5], [2, 3, 4, 5], [40, 784]]

  static var unary: [OpCase] {
    func one(
      _ name: String, range: ClosedRange<Double> = -4...4, differentiable: Bool = true,
      _ f: @escaping @Sendable (Symbol) -> Symbol
    ) -> [OpCase] {
      spaces.map { space in
        OpCase(name, [space], range: range, differentiable: differentiable) { _, x in f(x[0]) }
      }
    }
    let arithmetic =
      one("negate") { -$0 } + one("abs", range: 0.1...3) { abs($0) }
      + one("abs below", range: -3 ... -0.1) { abs($0) } + one("square") { square($0) }
      + one("sqrt", range: 0.1...9) { sqrt($0) }
      + one("reciprocal", range: 0.3...4) { reciprocal($0) }
    let functions =
      one("exp", range: -9...9) { exp($0) } + one("log", range: 0.01...9) { log($0) } + one("expm1") { expm1($0) }
      + one("expm1 near 0", range: -1e-4...1e-4) { expm1($0) } + one("log1p", range: -0.9...9) { log1p($0) }
      + one("log1p near 0", range: -1e-4...1e-4) { log1p($0) } + one("sin", range: -9...9) { sin($0) }
      + one("cos", range: -9...9) { cos($0) } + one("erf") { erf($0) }
    let activations =
      one("tanh") { tanh($0) } + one("tanh near 0", range: -1e-3...1e-3) { tanh($0) }
      + one("sigmoid", range: -6...6) { sigmoid($0) } + one("softplus", range: -12...12) { softplus($0) }
      + one("relu", range: 0.01...3) { relu($0) } + one("relu below", range: -3 ... -0.01) { relu($0) }
      + one("gelu") { gelu($0) } + one("silu") { silu($0) }
      + one("leakyRelu", range: -3 ... -0.01) { leakyRelu($0) }
      + one("leakyRelu above", range: 0.01...3) { leakyRelu($0, slope: 0.3) }
      + one("elu", range: -3 ... -0.01) { elu($0) } + one("elu above", range: 0.01...3) { elu($0, alpha: 0.5) }
      + one("clip", range: -0.99...0.99) { clip($0, -1, 1) }
      + one("clip above", range: 1.01...3) { clip($0, -1, 1) }
      + one("hardtanh", range: -1.99...0.49) { hardtanh($0, -2, 0.5) }
      + one("hardtanh below", range: -3 ... -1.01) { hardtanh($0) }
    let flat =
      one("floor", differentiable: false) { floor($0) }
      + one("round", differentiable: false) { round($0) }
      + one("sign", differentiable: false) { sign($0) }
      + one("step", differentiable: false) { step($0) }
      + one("stop gradient", differentiable: false) { stopGradient($0) }
    return arithmetic + functions + activations + flat
  }

  static var binary: [OpCase] {
    let pairs: [[Shape]] = [
      [[3], [3]], [[17, 5], [5]], [[17, 1], [1, 33]], [[2, 3, 4, 5], [3, 1, 1]], [[2, 1, 4, 1], [1, 3, 1, 5]],
      [[40, 784], [784]], [[5, 6, 7], []], [[50, 20], [7, 1, 20]],
    ]
    func two(
      _ name: String, range: ClosedRange<Double> = -2...2, differentiable: Bool = true,
      _ f: @escaping @Sendable (Symbol, Symbol) throws -> Symbol
    ) -> [OpCase] {
      pairs.map { pair in
        OpCase(name, pair, range: range, differentiable: differentiable) { _, x in
          try f(x[0], x[1])
        }
      }
    }
    return two("add") { try $0 + $1 } + two("subtract") { try $0 - $1 } + two("multiply") { try $0 * $1 }
      + two("divide", range: 0.3...3) { try $0 / $1 } + two("maximum") { try maximum($0, $1) }
      + two("minimum") { try minimum($0, $1) } + two("less", differentiable: false) { try less($0, $1) }
      + two("lessOrEqual", differentiable: false) { try lessOrEqual($0, $1) }
      + two("equal", differentiable: false) { try equal(round($0), round($1)) }
      + two("bce") { try bceWithLogits($0, $1) }
      + two("where") { try select(step($0), $0 * 2, $1) }
      + two("scalars") { try (2 - $0) * 3 + (1 - $1 / 4) - 0.5 }
      + two("straight through", differentiable: false) { try straightThrough(round($0), $0) * $1 }
  }
}
