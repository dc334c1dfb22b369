import Tensors

extension Graph {
  /// `g · f'(x)`, from the value `y = f(x)` where that is cheaper; nil where f is flat.
  func unaryGradient(_ op: UnaryOp, _ x: Symbol, _ y: Symbol, _ g: Symbol) throws(ShapeError) -> Symbol? {
    switch op {
    case .negate: return -g
    case .absolute: return try g * sign(x)
    case .square: return try g * (2 * x)
    case .squareRoot: return try g * 0.5 / y
    case .reciprocal: return try -(g * square(y))
    case .exp: return try g * y
    case .log: return try g / x
    case .expm1: return try g * (y + 1)
    case .log1p: return try g / (x + 1)
    case .sin: return try g * cos(x)
    case .cos: return try -(g * sin(x))
    case .erf: return try g * (exp(-square(x)) * 1.128_379_167)
    case .tanh: return try g * (1 - square(y))
    case .sigmoid: return try g * (y * (1 - y))
    case .softplus: return try g * sigmoid(x)
    case .relu: return try g * step(y)
    case .gelu:
      let density = exp(square(x) * -0.5) * 0.398_942_280
      let cumulative = (erf(x * 0.707_106_781) + 1) * 0.5
      return try g * (cumulative + x * density)
    case .silu:
      let s = sigmoid(x)
      return try g * (s + y * (1 - s))
    case .leakyRelu(let slope): return try g * (step(x) * (1 - slope) + slope)
    case .elu(let alpha): return try g * select(step(x), constant(1, x.shape), y + alpha)
    case .clip(let low, let high):
      let inside = try lessOrEqual(constant(low, x.shape), x) * lessOrEqual(x, constant(high, x.shape))
      return try g * inside
    case .sign, .step, .floor, .round: return nil
    }
  }

  func binaryGradients(
    _ op: BinaryOp, _ a: Symbol, _ b: Symbol, _ y: Symbol, _ g: Symbol, wanted: (Int) -> Bool
  ) throws(ShapeError) -> [Symbol?] {
    switch op {
    case .add: return [g, g]
    case .subtract: return [g, -g]
    case .multiply: return [wanted(a.id) ? try g * b : nil, wanted(b.id) ? try g * a : nil]
    case .divide: return [wanted(a.id) ? try g / b : nil, wanted(b.id) ? try -(g * y / b) : nil]
    case .maximum, .minimum:
      // Where they are equal each takes half, as PyTorch does.
      let tie = try equal(a, b) * 0.5
      let first = try op == .maximum ? less(b, a) : less(a, b)
      let second = try op == .maximum ? less(a, b) : less(b, a)
      return [try g * (first + tie), try g * (second + tie)]
    case .less, .lessOrEqual, .equal: return [nil, nil]
    case .bceWithLogits:
      return [wanted(a.id) ? try g * (sigmoid(a) - b) : nil, wanted(b.id) ? try -(g * a) : nil]
    }
  }
}
