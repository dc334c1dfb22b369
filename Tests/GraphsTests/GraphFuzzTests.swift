import Graphs
import Tensors
import Testing

/// Graphs that nobody would write: whatever the passes make of them, every result, gradient and update is what the
/// reference says, up to rounding.
@Suite struct GraphFuzzTests {
  @Test(arguments: 0..<12) func anyGraphTrainsAsTheReferenceSays(_ part: UInt64) throws {
    for number in 0..<200 {
      let seed = part * 1000 + UInt64(number)
      let random = try RandomGraph(seed: seed)
      let parameters = try random.specs.map { try random.graph.parameter($0.name, $0.shape) }
      let gradients = try random.graph.gradients(of: random.loss, withRespectTo: parameters)
      let symbols = random.outputs.map(\.1) + gradients
      let bounds = RoundingBounds(Reference(leaves: random.leaves, seed: 3, step: seed)).evaluate(symbols)
      for options in Self.options(seed) {
        let actual = try Self.run(random, options, step: seed)
        for (index, (values, bound)) in zip(actual, bounds).enumerated() {
          guard let bad = values.indices.first(where: { !bound.allows(values[$0], at: $0) }) else { continue }
          Issue.record(
            """
            graph \(seed), result \(index)[\(bad)]: \(values[bad]), not \(bound.values[bad]) ± \(bound.errors[bad]); \
            \(options.threads) threads, passes \(options.passes.map(\.rawValue).sorted())
            """)
          return
        }
      }
    }
  }

  /// All passes, none, and each graph with others of the subsets; any number of threads.
  private static func options(_ seed: UInt64) -> [CompilerOptions] {
    let all = CompilerOptions.Pass.allCases
    let some = all.enumerated().filter { seed >> UInt64($0.offset) & 1 == 1 }.map(\.element)
    let threads = Int(seed % 3) + 1
    return [Set(all), [], Set(some), Set(all).subtracting(some)].map { CompilerOptions(threads: threads, passes: $0) }
  }

  /// The results, and what the training program left as gradients.
  private static func run(_ random: RandomGraph, _ options: CompilerOptions, step: UInt64) throws -> [[Float]] {
    let store = try ParameterStore(random.specs)
    for spec in random.specs {
      store.set(spec.name, to: try Tensor((random.leaves[spec.name] ?? []).map { Float($0) }, shape: spec.shape))
    }
    let program = try Program(
      random.graph, outputs: random.outputs, parameters: store, training: [TrainingPhase(random.loss, .sgd)], seed: 3,
      options: options)
    for name in ["x", "y"] {
      for (index, value) in (random.leaves[name] ?? []).enumerated() { program.input(name)[index] = Float(value) }
    }
    program.run(step: step)
    return try random.outputs.map { Array(program.output($0.0)) }
      + random.specs.map { try store.gradient($0.name).elements(as: Float.self) }
  }

  /// The sigmoid beside a cross-entropy whose slope is asked for, read by everything that can read it.
  @Test func aSigmoidBesideItsCrossEntropyIsKeptForItsReaders() throws {
    typealias Reader = (Symbol, Symbol) throws -> Symbol
    let readers: [Reader] = [
      { p, _ in p }, { p, w in try matmul(p, w) }, { p, _ in try p.mean() }, { p, _ in try p.sum([0]) },
      { p, _ in try p.max([1]) }, { p, _ in try p.reshaped([-1]) }, { p, _ in try p.transposed([1, 0]) },
      { p, _ in p * 2 },
      { p, _ in try p.slice(axis: 1, 0..<2) },
    ]
    for reader in readers {
      let graph = Graph()
      let store = try ParameterStore([ParameterSpec(name: "x", shape: [4, 6])])
      let (x, t, w) = (
        try graph.parameter("x", [4, 6]), try graph.input("t", [4, 6]), try graph.input("w", [6, 3])
      )
      let result = try reader(sigmoid(x), w)
      let loss = try bceWithLogits(x, t).sum()
      var leaves: [String: [Double]] = [:]
      for (name, count) in [("x", 24), ("t", 24), ("w", 18)] {
        let stream = RandomStream(seed: 1, purpose: name)
        leaves[name] = (0..<count).map { Double(stream.uniform($0)) }
      }
      store.set("x", to: try Tensor((leaves["x"] ?? []).map { Float($0) }, shape: [4, 6]))
      let program = try Program(
        graph, outputs: [("p", result), ("loss", loss)], parameters: store, training: [TrainingPhase(loss, .adam)])
      for name in ["t", "w"] {
        for (index, value) in (leaves[name] ?? []).enumerated() { program.input(name)[index] = Float(value) }
      }
      program.run()
      let bound = RoundingBounds(Reference(leaves: leaves)).evaluate([result])[0]
      let values = Array(program.output("p"))
      #expect(values.indices.allSatisfy { bound.allows(values[$0], at: $0) }, "\(values) not \(bound.values)")
    }
  }
}
