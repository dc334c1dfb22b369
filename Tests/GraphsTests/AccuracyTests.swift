import Graphs
import Tensors
import Testing

/// Every elementary function over its whole range, each result beside Double arithmetic, in ulps of that result: what
/// is small is held to as many digits as what is large.
@Suite struct AccuracyTests {
  @Test(arguments: UnaryOp.all) func everyResultIsWithinItsUlps(_ op: UnaryOp) throws {
    var arguments: [Double] = []
    for (number, range) in op.definition.sweep.enumerated() {
      let stream = RandomStream(seed: UInt64(number), purpose: "arguments")
      arguments += (0..<20_000).map { index in
        let unit = Double(stream.uniform(index))
        return Double(Float(range.lowerBound + unit * (range.upperBound - range.lowerBound)))
      }
      // Down to the smallest, of each sign: magnitudes spread evenly over the exponents.
      arguments += (0..<8_000).map { index in
        let draw = Double(stream.uniform(30_000 + index))
        let size = Double(Float(max(abs(range.lowerBound), abs(range.upperBound)) * exp2(-40 * draw)))
        return range.contains(index % 2 == 0 ? size : -size)
          ? (index % 2 == 0 ? size : -size) : Double(Float(range.upperBound))
      }
    }
    let graph = Graph()
    let x = try graph.input("x", [arguments.count])
    let y = x.unary(op)
    let comparison = Comparison(graph, [y], leaves: ["x": arguments])
    let expected = RoundingBounds(Reference(leaves: comparison.leaves)).evaluate([y])[0]
    let actual = try comparison.compiled(CompilerOptions(threads: 1))[0]
    var worst = (ulps: 0.0, index: 0)
    for index in actual.indices {
      let scale = max(op.accuracyScale(arguments[index], expected.values[index]), 0x1p-100)
      let ulps = abs(Double(actual[index]) - expected.values[index]) / (scale * 0x1p-23)
      if abs(expected.values[index]) > 0x1p-100, ulps > worst.ulps { worst = (ulps, index) }
      if expected.allows(actual[index], at: index) { continue }
      Issue.record("of \(arguments[index]): \(actual[index]), not \(expected.values[index]); \(ulps) ulps")
      return
    }
    #expect(worst.ulps <= op.ulps, "of \(arguments[worst.index])")
  }

  /// exp of a hundred thousandth more than it should be, 1.002 times too much below −6.5, is not let through.
  @Test func theBoundIsOfEveryElementNotOfTheLargest() throws {
    let graph = Graph()
    let x = try graph.input("x", [3])
    let expected = RoundingBounds(Reference(leaves: ["x": [-8, -6.5, 9]])).evaluate([exp(x)])[0]
    for (index, value) in expected.values.enumerated() {
      #expect(expected.allows(Float(value), at: index))
      #expect(!expected.allows(Float(value * 1.002), at: index))
      #expect(!expected.allows(Float(value * 1.00001), at: index))
    }
  }

  /// Single draws, not only their moments: near zero as exact as far out.
  @Test func normalDrawsAreWithinTheirUlps() throws {
    let graph = Graph()
    let draw = try graph.random(.normal, "e", [40_000])
    let program = try Program(graph, outputs: [("e", draw)], seed: 9, options: CompilerOptions(threads: 1))
    program.run(step: 5)
    let bounds = RoundingBounds(Reference(leaves: [:], seed: 9, step: 5)).evaluate([draw])[0]
    let values = Array(program.output("e"))
    let wrong = values.indices.filter { !bounds.allows(values[$0], at: $0) }
    #expect(wrong.isEmpty, "\(wrong.prefix(3).map { (values[$0], bounds.values[$0]) })")
  }

  /// The first three updates of a parameter that begins at 0, so that nothing larger hides the error of a step, with
  /// gradients from 1e-6 to 1e3.
  @Test(arguments: OptimizerKind.allCases) func everyUpdateIsWithinAFewUlps(_ kind: OptimizerKind) throws {
    let count = 64
    let store = try ParameterStore([ParameterSpec(name: "p", shape: [count])])
    let graph = Graph()
    let loss = try (graph.parameter("p", [count]) * graph.input("g", [count])).sum()
    let program = try Program(
      graph, outputs: [], parameters: store, training: [TrainingPhase(loss, kind)], options: CompilerOptions(threads: 1)
    )
    program.mainHyperparameters.learningRate = 0.01
    program.mainHyperparameters.momentum = 0.5
    let gradients = (0..<count).map { Float(($0 % 2 == 0 ? 1 : -1) * exp10(Double($0) / 7 - 6)) }
    for (index, gradient) in gradients.enumerated() { program.input("g")[index] = gradient }
    var (first, second, wanted) = (
      [Double](repeating: 0, count: count), [Double](repeating: 0, count: count), [Double](repeating: 0, count: count)
    )
    let (beta1, momentum, epsilon, rate) = (Double(Float(0.9)), 0.5, Double(Float(1e-8)), Double(Float(0.01)))
    let beta2 = Double(kind.defaultBeta2)
    for t in 1...3 {
      program.run(step: UInt64(t))
      for i in 0..<count {
        let g = Double(gradients[i])
        switch kind {
        case .adam, .adamW:
          first[i] = beta1 * first[i] + (1 - beta1) * g
          second[i] = beta2 * second[i] + (1 - beta2) * g * g
          let (m, v) = (first[i] / (1 - pow(beta1, t)), second[i] / (1 - pow(beta2, t)))
          wanted[i] -= rate * m / (v.squareRoot() + epsilon)
        case .adamax:
          first[i] = beta1 * first[i] + (1 - beta1) * g
          second[i] = max(beta2 * second[i], abs(g) + epsilon)
          wanted[i] -= rate / (1 - pow(beta1, t)) * first[i] / second[i]
        case .rmsprop:
          second[i] = beta2 * second[i] + (1 - beta2) * g * g
          wanted[i] -= rate * g / (second[i].squareRoot() + epsilon)
        case .sgd:
          first[i] = momentum * first[i] + g
          wanted[i] -= rate * first[i]
        }
      }
      // Some fifteen roundings an update, and 1 − β₂ of a Float β₂: 1 − 0.999 has lost no digit, being exact.
      for (a, w) in zip(try store.value("p").elements(as: Float.self), wanted) {
        #expect(abs(Double(a) - w) <= 16 * 0x1p-23 * abs(w), "\(kind), update \(t): \(a), not \(w)")
      }
    }
  }

  private func pow(_ base: Double, _ exponent: Int) -> Double { (0..<exponent).reduce(1) { power, _ in power * base } }

  /// PyTorch's α of RMSprop is 0.99: a first step of lr/√0.01, ten times the learning rate.
  @Test func rmspropBeginsWithTenLearningRates() throws {
    let store = try ParameterStore([ParameterSpec(name: "p", shape: [1])])
    let graph = Graph()
    let loss = try graph.parameter("p", [1]).sum()
    let program = try Program(graph, outputs: [], parameters: store, training: [TrainingPhase(loss, .rmsprop)])
    program.mainHyperparameters.learningRate = 0.001
    program.run()
    #expect(abs(try store.value("p").elements(as: Float.self)[0] + 0.01) < 1e-6)
  }
}

private func exp2(_ x: Double) -> Double {
  Double(sign: .plus, exponent: Int(x.rounded(.down)), significand: 1 + (x - x.rounded(.down)))
}
private func exp10(_ x: Double) -> Double {
  let whole = x.rounded(.down)
  var power = 1.0
  for _ in 0..<Int(abs(whole)) { power *= whole < 0 ? 0.1 : 10 }
  return power * (1 + 9 * (x - whole))
}
