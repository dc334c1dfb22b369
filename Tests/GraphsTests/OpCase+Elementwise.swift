import Graphs
import Tensors

extension OpCase {
  private static let spaces: [Shape] = [[1], [3], [17], [33, 5], [2, 3, 4, 5], [40, 784]]

  /// Every row of the table of ops, in the ranges where it is smooth.
  static var unary: [OpCase] {
    let rows = UnaryOp.definitions.flatMap { definition in
      definition.examples.enumerated().flatMap { example, parameters in
        definition.smooth.flatMap { range in
          // Other parameters take the same way through the compiler.
          (example == 0 ? spaces : [[17], [33, 5]]).map { space in
            let op = definition(parameters.first, parameters.second)
            return OpCase("\(op) \(range)", [space], range: range, differentiable: hasGradient { $0.unary(op) }) {
              _, x in x[0].unary(op)
            }
          }
        }
      }
    }
    return rows
      + spaces.map { OpCase("stop gradient", [$0], differentiable: false) { _, x in stopGradient(x[0]) } }
  }

  /// Whether gradients flow through an op and are defined.
  private static func hasGradient(_ op: (Symbol) throws -> Symbol) -> Bool {
    let graph = Graph()
    guard let x = try? graph.input("x", []), let y = try? op(x),
      let gradient = try? graph.gradients(of: y, withRespectTo: [x])[0]
    else { return false }
    return gradient.op != .constant(0)
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
    let rows = BinaryOp.all.flatMap { op in
      two(op.name, range: op.definition.range, differentiable: op.definition.gradients != nil) {
        try op.name == "=" ? round($0).binary(op, round($1)) : $0.binary(op, $1)
      }
    }
    return rows + two("where") { try select(step($0), $0 * 2, $1) }
      + two("scalars") { try (2 - $0) * 3 + (1 - $1 / 4) - 0.5 }
      + two("straight through", differentiable: false) { try straightThrough(round($0), $0) * $1 }
  }
}
