import Graphs

/// Elementwise operations in the operators of ONNX. Where its operators lose digits that ours keep, as a logarithm of 1 + x
/// near 0, they are composed of others that do not.
extension ONNXBuilder {
  typealias UnaryRule = @Sendable (ONNXBuilder, _ x: String, UnaryOp) throws -> String

  /// - Throws: `ONNXError.noOperator`.
  func unary(_ op: UnaryOp, _ x: String) throws -> String {
    guard let rule = Self.unaryRules[op.name] else { throw ONNXError.noOperator(op.name, layer: scope) }
    return try rule(self, x, op)
  }

  func binary(_ op: BinaryOp, _ a: String, _ b: String) throws -> String {
    switch op.name {
    case "+": return emit("Add", [a, b])
    case "−": return emit("Sub", [a, b])
    case "×": return emit("Mul", [a, b])
    case "÷": return emit("Div", [a, b])
    case "maximum": return emit("Max", [a, b])
    case "minimum": return emit("Min", [a, b])
    case "<": return asFloat(emit("Less", [a, b]))
    case "≤": return asFloat(emit("LessOrEqual", [a, b]))
    case "=": return asFloat(emit("Equal", [a, b]))
    case "bceWithLogits":
      return emit("Sub", [try softplus(a), emit("Mul", [a, b])])
    default: throw ONNXError.noOperator(op.name, layer: scope)
    }
  }

  func select(_ condition: String, _ a: String, _ b: String) -> String {
    emit("Where", [emit("Cast", [condition], [("to", .integer(9))]), a, b])
  }

  func asFloat(_ x: String) -> String { emit("Cast", [x], [("to", .integer(1))]) }

  private static func named(_ operation: String) -> UnaryRule { { builder, x, _ in builder.emit(operation, [x]) } }

  private static let unaryRules: [String: UnaryRule] = [
    "negate": named("Neg"), "abs": named("Abs"), "sqrt": named("Sqrt"), "reciprocal": named("Reciprocal"),
    "sign": named("Sign"), "floor": named("Floor"), "round": named("Round"), "exp": named("Exp"), "log": named("Log"),
    "sin": named("Sin"), "cos": named("Cos"), "tanh": named("Tanh"), "sigmoid": named("Sigmoid"),
    "relu": named("Relu"), "erf": named("Erf"), "atanh": named("Atanh"),
    "square": { builder, x, _ in builder.emit("Mul", [x, x]) },
    "clip": { builder, x, op in
      builder.emit("Clip", [x, try builder.scalar(op.first), try builder.scalar(op.second)])
    },
    "step": { builder, x, _ in builder.asFloat(builder.emit("Greater", [x, try builder.scalar(0)])) },
    "leakyRelu": { builder, x, op in builder.emit("LeakyRelu", [x], [("alpha", .float(op.first))]) },
    "elu": { builder, x, op in builder.emit("Elu", [x], [("alpha", .float(op.first))]) },
    "silu": { builder, x, _ in builder.emit("Mul", [x, builder.emit("Sigmoid", [x])]) },
    "gelu": { builder, x, _ in
      let erf = builder.emit("Erf", [builder.emit("Mul", [x, try builder.scalar(0.707_106_781)])])
      let cumulative = builder.emit(
        "Mul", [builder.emit("Add", [erf, try builder.scalar(1)]), try builder.scalar(0.5)])
      return builder.emit("Mul", [x, cumulative])
    },
    "softplus": { builder, x, _ in try builder.softplus(x) },
    "expm1": { builder, x, _ in try builder.expm1(x) },
    "log1p": { builder, x, _ in try builder.log1p(x) },
  ]

  /// `max(x, 0) + log1p(exp(−|x|))`.
  private func softplus(_ x: String) throws -> String {
    let decay = emit("Exp", [emit("Neg", [emit("Abs", [x])])])
    return emit("Add", [emit("Relu", [x]), try log1p(decay)])
  }

  /// `eˣ − 1 = 2 · sinh(x/2) · exp(x/2)`; from −100 down it is −1.
  private func expm1(_ x: String) throws -> String {
    let half = emit("Mul", [emit("Max", [x, try scalar(-100)]), try scalar(0.5)])
    let product = emit("Mul", [emit("Sinh", [half]), emit("Exp", [half])])
    return emit("Mul", [product, try scalar(2)])
  }

  /// `log(1 + x) = log(u) · x / (u − 1)` for u = 1 + x rounded, and x where that is 1 (Goldberg 1991, theorem 4).
  private func log1p(_ x: String) throws -> String {
    let one = try scalar(1)
    let u = emit("Add", [x, one])
    let isOne = emit("Equal", [u, one])
    let rounded = emit("Where", [isOne, one, emit("Sub", [u, one])])
    let value = emit("Mul", [emit("Log", [u]), emit("Div", [x, rounded])])
    return emit("Where", [isOne, x, value])
  }
}
