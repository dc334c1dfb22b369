import Glibc
import Graphs
import Networks
import Tensors
import Testing

/// One network on several inputs: one set of parameters, draws of their own, statistics that are updated once.
@Suite struct SharedNetworkTests {
  private func applied(
    _ layers: String, rows: [Int], training: Bool = true
  ) throws -> (graph: Graph, builder: LayerBuilder, results: [Symbol]) {
    let graph = Graph()
    let builder = LayerBuilder(graph, activation: .tanh, training: training)
    let list = try LayerText.parse(layers)
    let results = try rows.enumerated().map { index, rows in
      let x = try graph.input("x\(index)", [rows, 3])
      return try graph.scope("net") { () throws(ShapeError) -> Symbol in
        try builder.apply(list, to: x, activatesLast: true)
      }
    }
    return (graph, builder, results)
  }

  @Test func parametersAreSharedAndStatisticsAssignedOnce() throws {
    let (_, builder, _) = try applied("dense4 batchnorm dense2", rows: [6, 5])
    let (_, once, _) = try applied("dense4 batchnorm dense2", rows: [6])
    #expect(builder.specs.map(\.name) == once.specs.map(\.name))
    #expect(builder.assignments.map(\.0) == ["net.2.mean", "net.2.variance"])
    #expect(builder.trace.map(\.name) == ["net.1", "net.2", "net.3"])
  }

  @Test func everyApplicationDrawsForItself() throws {
    let (graph, builder, results) = try applied("dropout0.5", rows: [16, 16])
    let store = try ParameterStore(builder.specs)
    let program = try Program(
      graph, outputs: [("first", results[0]), ("second", results[1])], parameters: store,
      options: CompilerOptions(threads: 1))
    for name in ["x0", "x1"] { program.input(name).update(repeating: 1) }
    program.run()
    let (first, second) = (Array(program.output("first")), Array(program.output("second")))
    #expect(first != second, "the same input has another mask")
    #expect(Set(first + second).count == 2, "values are kept or not")
    // The first application draws what it draws alone.
    let (aloneGraph, aloneBuilder, alone) = try applied("dropout0.5", rows: [16])
    let single = try Program(
      aloneGraph, outputs: [("first", alone[0])], parameters: ParameterStore(aloneBuilder.specs),
      options: CompilerOptions(threads: 1))
    single.input("x0").update(repeating: 1)
    single.run()
    #expect(Array(single.output("first")) == first)
  }

  /// The gradient of a shared parameter is the sum over its applications, by slopes in Double.
  @Test func gradientsAddUp() throws {
    let (graph, builder, results) = try applied("dense4 dense2", rows: [3, 2])
    let loss = try square(results[0]).sum() + results[1].sum()
    let specs = builder.specs
    let gradients = try graph.gradients(
      of: loss, withRespectTo: specs.map { spec throws(ShapeError) in try graph.parameter(spec.name, spec.shape) })
    var reference = Reference(leaves: [:], seed: 1)
    for (index, rows) in [3, 2].enumerated() {
      reference.leaves["x\(index)"] = (0..<rows * 3).map { sin(Double($0 + index)) }
    }
    for spec in specs { reference.leaves[spec.name] = (0..<spec.shape.count).map { 0.3 * cos(Double($0)) } }
    let analytic = reference.evaluate(gradients)
    for (spec, gradient) in zip(specs, analytic) {
      let values = reference.leaves[spec.name] ?? []
      for element in values.indices {
        let ends = [1e-5, -1e-5].map { h -> Double in
          var moved = reference
          moved.leaves[spec.name]?[element] += h
          return moved.evaluate([loss])[0][0]
        }
        let slope = (ends[0] - ends[1]) / 2e-5
        #expect(
          Swift.abs(slope - gradient[element]) < 1e-7 * Swift.max(1, Swift.abs(slope)), "\(spec.name)[\(element)]")
      }
    }
  }
}
