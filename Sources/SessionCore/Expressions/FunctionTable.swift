import Language
import Tensors
import Text

/// A function of expressions, with what help and completion say about it.
package struct Function: Sendable {
  package let name: String
  package let signature: String
  package let summary: String
  package let arity: ClosedRange<Int>
  package let options: [String]
  package let apply: @Sendable (FunctionCall) throws -> Value

  package init(
    _ signature: String, _ summary: String, arity: ClosedRange<Int> = 1...1, options: [String] = [],
    apply: @escaping @Sendable (FunctionCall) throws -> Value
  ) {
    self.signature = signature
    self.name = String(signature.prefix { $0 != "(" })
    self.summary = summary
    self.arity = arity
    self.options = options
    self.apply = apply
  }

  package var arityText: String {
    let (low, high) = (arity.lowerBound, arity.upperBound)
    let noun = high == 1 ? "argument" : "arguments"
    return low == high
      ? "\(low) \(noun)"
      : high == .max ? "at least \(low) \(inflected("argument", for: low))" : "\(low) to \(high) \(noun)"
  }
}

/// The arguments of one call.
package struct FunctionCall {
  package let function: Function
  package let seed: (Int?) -> UInt64
  package var positional: [Value] = []
  package var options: [String: Value] = [:]

  package init(function: Function, seed: @escaping (Int?) -> UInt64) {
    self.function = function
    self.seed = seed
  }

  /// An argument as a tensor; a number is a tensor without axes.
  package func array(_ index: Int) throws -> ArrayValue {
    switch try Arithmetic.vector(of: positional[index]) {
    case .tensor(let array): return array
    case .number(let value): return ArrayValue(try .init([Float(value)], shape: []))
    case let other:
      throw Fault(.wrongKind, "\(function.name) needs a tensor, got \(other.kind.phrase)")
    }
  }

  package func number(_ index: Int) throws -> Double {
    guard case .number(let value) = positional[index] else {
      throw Fault(.wrongKind, "\(function.name) needs a number as argument \(index + 1)")
    }
    return value
  }

  package func integer(_ index: Int, _ range: ClosedRange<Int>) throws -> Int {
    guard let value = Int(exactly: try number(index)), range.contains(value) else {
      throw Fault(
        .badOptionValue, "\(function.name) needs an integer from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  package func integerOption(_ name: String) throws -> Int? {
    guard let value = options[name] else { return nil }
    guard case .number(let number) = value, let whole = Int(exactly: number) else {
      throw Fault(.badOptionValue, "\(name): expected an integer, got \(value.summary)")
    }
    return whole
  }
}

/// All functions, in the order that help lists them.
package struct FunctionTable: Sendable {
  package static let shared = FunctionTable()
  package let functions: [Function]
  private let byName: [String: Int]

  private init() {
    functions = Self.reductions + Self.elementwise + Self.latent + Self.shaping
    byName = Dictionary(functions.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  package subscript(name: String) -> Function? { byName[name].map { functions[$0] } }
}
