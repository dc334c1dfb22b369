import Glibc
import Tensors

extension Reference {
  static func apply(_ op: UnaryOp, _ x: Double) -> Double {
    switch op {
    case .negate: -x
    case .absolute: Swift.abs(x)
    case .square: x * x
    case .squareRoot: x.squareRoot()
    case .reciprocal: 1 / x
    case .exp: Glibc.exp(x)
    case .log: Glibc.log(x)
    case .expm1: Glibc.expm1(x)
    case .log1p: Glibc.log1p(x)
    case .sin: Glibc.sin(x)
    case .cos: Glibc.cos(x)
    case .erf: Glibc.erf(x)
    case .tanh: Glibc.tanh(x)
    case .sigmoid: 1 / (1 + Glibc.exp(-x))
    case .softplus: x > 0 ? x + Glibc.log1p(Glibc.exp(-x)) : Glibc.log1p(Glibc.exp(x))
    case .relu: x < 0 ? 0 : x
    case .gelu: 0.5 * x * (1 + Glibc.erf(x / 2.0.squareRoot()))
    case .silu: x / (1 + Glibc.exp(-x))
    case .leakyRelu(let slope): x < 0 ? Double(slope) * x : x
    case .elu(let alpha): x < 0 ? Double(alpha) * Glibc.expm1(x) : x
    case .clip(let low, let high): x < Double(low) ? Double(low) : x > Double(high) ? Double(high) : x
    case .sign: x > 0 ? 1 : x < 0 ? -1 : x
    case .step: x > 0 ? 1 : 0
    case .floor: x.rounded(.down)
    case .round: x.rounded(.toNearestOrEven)
    }
  }

  static func apply(_ op: BinaryOp, _ a: Double, _ b: Double) -> Double {
    switch op {
    case .add: a + b
    case .subtract: a - b
    case .multiply: a * b
    case .divide: a / b
    case .maximum: a.isNaN || b.isNaN ? .nan : Swift.max(a, b)
    case .minimum: a.isNaN || b.isNaN ? .nan : Swift.min(a, b)
    case .less: a < b ? 1 : 0
    case .lessOrEqual: a <= b ? 1 : 0
    case .equal: a == b ? 1 : 0
    case .bceWithLogits: Swift.max(a, 0) - a * b + Glibc.log1p(Glibc.exp(-Swift.abs(a)))
    }
  }

  /// Element `index` of a draw, by `RandomStream`'s definition.
  static func draw(_ distribution: Distribution, _ stream: RandomStream, _ index: Int) -> Double {
    let block = stream.block(UInt32(index / 4))
    switch distribution {
    case .uniform: return Double(block[index % 4] >> 8) * 0x1p-24
    case .normal:
      let pair = index % 4 / 2 * 2
      let radius = (-2 * Glibc.log(Double((block[pair] >> 8) + 1) * 0x1p-24)).squareRoot()
      let angle = 2 * Double.pi * Double(block[pair + 1] >> 8) * 0x1p-24
      return radius * (index % 2 == 0 ? Glibc.cos(angle) : Glibc.sin(angle))
    }
  }
}
