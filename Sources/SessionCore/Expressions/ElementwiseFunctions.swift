import Glibc
import Language
import Tensors

extension FunctionTable {
  /// Functions of every element.
  package static let elementwise: [Function] = [
    elementwise("abs", "absolute value") { abs($0) },
    elementwise("exp", "eˣ") { exp($0) },
    elementwise("log", "natural logarithm") { log($0) },
    elementwise("log2", "logarithm to base 2") { log2($0) },
    elementwise("sqrt", "square root") { $0.squareRoot() },
    elementwise("tanh", "hyperbolic tangent") { tanh($0) },
    elementwise("sigmoid", "1 / (1 + e⁻ˣ)") { 1 / (1 + exp(-$0)) },
    elementwise("sin", "sine") { sin($0) },
    elementwise("cos", "cosine") { cos($0) },
    elementwise("round", "nearest integer") { $0.rounded() },
    elementwise("floor", "largest integer not above x") { $0.rounded(.down) },
    Function("clip(x, low, high)", "every element limited to the range from low to high", arity: 3...3) { call in
      let low = Float(try call.number(1))
      let high = Float(try call.number(2))
      guard low <= high else { throw Fault(.wrongFunctionArguments, "clip: low is above high") }
      let array = try call.array(0)
      return .tensor(try Arithmetic.map(array, keepsMeaning: true) { min(max($0, low), high) }).unwrappedScalar
    },
  ]

  private static func elementwise(
    _ name: String, _ summary: String, _ body: @escaping @Sendable (Double) -> Double
  ) -> Function {
    Function("\(name)(x)", summary) { call in
      if case .number(let value) = call.positional[0] { return .number(body(value)) }
      return .tensor(try Arithmetic.map(try call.array(0)) { Float(body(Double($0))) })
    }
  }
}
