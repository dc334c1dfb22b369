import Graphs
import Tensors

/// A graph drawn at random: small arrays, shared subexpressions, several results, a loss over parameters, and often a
/// cross-entropy beside the sigmoid that its gradient is made of.
struct RandomGraph {
  let graph = Graph()
  private(set) var outputs: [(String, Symbol)] = []
  private(set) var specs: [ParameterSpec] = []
  private(set) var leaves: [String: [Double]] = [:]
  private(set) var loss: Symbol
  private var values: [Symbol] = []
  private var draws: Draws

  /// Numbers that decide everything, one after another.
  struct Draws {
    private let stream: RandomStream
    private var index = 0

    init(seed: UInt64) { stream = RandomStream(seed: seed, purpose: "graphs") }

    mutating func number() -> Double {
      index += 1
      return Double(stream.uniform(index))
    }
    mutating func below(_ count: Int) -> Int { min(count - 1, Int(number() * Double(count))) }
    mutating func pick<T>(_ choices: [T]) -> T { choices[below(choices.count)] }
  }

  init(seed: UInt64) throws {
    draws = Draws(seed: seed)
    let (rows, columns) = (draws.pick([1, 2, 3, 5, 8]), draws.pick([1, 3, 4, 7, 17]))
    loss = graph.constant(0)
    for name in ["x", "y"] {
      values.append(try graph.input(name, [rows, columns]))
      leaves[name] = numbers(rows * columns, -2...2)
    }
    try parameter("p", [rows, columns])
    try parameter("row", [columns])
    try parameter("weights", [columns, columns])
    for _ in 0..<(4 + draws.below(14)) { try grow(rows, columns) }
    var terms: [Symbol] = []
    for _ in 0..<(1 + draws.below(3)) { terms.append(try draws.pick(values).mean()) }
    let total = try terms.dropFirst().reduce(terms[0]) { try $0 + $1 }
    for number in 0..<(1 + draws.below(4)) { outputs.append(("out\(number)", draws.pick(values))) }
    outputs.append(("loss", total))
    loss = total
  }

  private mutating func numbers(_ count: Int, _ range: ClosedRange<Double>) -> [Double] {
    (0..<count).map { _ in
      Double(Float(range.lowerBound + draws.number() * (range.upperBound - range.lowerBound)))
    }
  }

  private mutating func parameter(_ name: String, _ shape: Shape) throws {
    specs.append(ParameterSpec(name: name, shape: shape))
    let symbol = try graph.parameter(name, shape)
    // Of the shapes that meet each other.
    if name != "weights" { values.append(symbol) }
    leaves[name] = numbers(shape.count, -1...1)
  }

  /// One value more, of values that are there; sometimes two that a pass looks for together.
  private mutating func grow(_ rows: Int, _ columns: Int) throws {
    let whole = values.filter { $0.shape == [rows, columns] }
    let (a, b) = (draws.pick(whole), draws.pick(values))
    switch draws.below(30) {
    case 0...3:
      // The cross-entropy, its slope written out, and the sigmoid for others to read: each or not.
      let target = draws.below(2) == 0 ? sigmoid(b) : b
      let probability = sigmoid(a)
      values.append(try bceWithLogits(a, target))
      if draws.below(2) == 0 { values.append(probability) }
      if draws.below(2) == 0 { values.append(try probability - target) }
      if draws.below(3) == 0 { values.append(try probability.mean([1], keepingAxes: true)) }
    case 4: values.append(tanh(a))
    case 5: values.append(sigmoid(a))
    case 6: values.append(softplus(a))
    case 7: values.append(relu(a))
    case 8: values.append(exp(clip(a, -3, 3)))
    case 9: values.append(square(tanh(a)))
    case 10...11: values.append(try a + b)
    case 12: values.append(try a - b)
    case 13...14: values.append(try tanh(a) * b)
    case 15: values.append(a * draws.pick([0, 1, -1, 0.5, 2]))
    case 16: values.append(draws.pick([0, 1, 2]) - a)
    case 17: values.append(try a / (square(b) + 1))
    case 18: values.append(try maximum(a, b))
    case 19: values.append(try select(step(graph.input("x", [rows, columns])), a, b))
    case 20: values.append(try a.sum([draws.below(2)], keepingAxes: true))
    case 21: values.append(try a.mean([draws.below(2)], keepingAxes: true))
    case 22: values.append(try a.max([1], keepingAxes: true))
    case 23: values.append(try a.logSumExp([draws.below(2)], keepingAxes: true))
    case 24: values.append(try a.softmax(draws.below(2)))
    case 25:
      let weights = try graph.parameter("weights", [columns, columns])
      values.append(try relu(matmul(a, weights, transposeB: draws.below(2) == 0) + graph.parameter("row", [columns])))
    case 26: values.append(try a.transposed([1, 0]).reshaped([rows, columns]))
    case 27: values.append(try a.reshaped([-1]).reshaped([rows, columns]) * 2)
    case 28: values.append(try concat([a, a], axis: 0).slice(axis: 0, draws.below(rows)..<rows + rows - 1).sum())
    default: values.append(try a * graph.random(.normal, "noise", [rows, columns]))
    }
  }
}
