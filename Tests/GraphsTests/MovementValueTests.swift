import Graphs
import Tensors
import Testing

/// Where elements go, counted out by hand: `OpCaseTests` compares two ways to run one graph, which agree on a wrong one.
@Suite struct MovementValueTests {
  /// What a graph makes of 0, 1, 2, … in `shape`; `index` feeds the input of that name.
  private func result(
    of shape: Shape, index: [Float] = [], _ build: (Graph, Symbol) throws -> Symbol
  ) throws -> (shape: Shape, values: [Float]) {
    let graph = Graph()
    let symbol = try build(graph, graph.input("x", shape))
    let program = try Program(graph, outputs: [("y", symbol)])
    for place in 0..<shape.count { program.input("x")[place] = Float(place) }
    if !index.isEmpty { for (place, row) in index.enumerated() { program.input("index")[place] = row } }
    program.run()
    return (symbol.shape, Array(program.output("y")))
  }

  /// NumPy's `take`: `y[i, j, n, k] = x[i, j, index[n], k]`, for every axis.
  @Test(arguments: 0..<4) func gatheredSlicesStandWhereTheirAxisWas(_ axis: Int) throws {
    let extents = [2, 3, 4, 5]
    let index = [1, 0, 1, 1, 0, 1]
    let (shape, values) = try result(of: Shape(extents), index: index.map(Float.init)) { graph, x in
      try x.gathered(at: graph.input("index", [index.count]), axis: axis)
    }
    var wanted = extents
    wanted[axis] = index.count
    #expect(shape == Shape(wanted))
    var place = 0
    for i in 0..<wanted[0] {
      for j in 0..<wanted[1] {
        for k in 0..<wanted[2] {
          for l in 0..<wanted[3] {
            var from = [i, j, k, l]
            from[axis] = index[from[axis]]
            let source: Int = 60 * from[0] + 20 * from[1] + 5 * from[2] + from[3]
            #expect(values[place] == Float(source))
            place += 1
          }
        }
      }
    }
  }

  /// PyTorch: of equal largest values the first takes the gradient, NaN not among them.
  @Test func thePoolOfEqualValuesHasTheGradientOfItsFirst() throws {
    let graph = Graph()
    let x = try graph.input("x", [1, 1, 2, 4])
    let pooled = try x.pooled(.max, ConvGeometry(kernel: 2, stride: 2))
    let gradient = try graph.gradients(of: (pooled * 3).sum(), withRespectTo: [x])[0]
    let program = try Program(graph, outputs: [("dx", gradient)])
    for (place, value) in [Float]([5, 5, 1, 2, 5, 5, 2, 0]).enumerated() { program.input("x")[place] = value }
    program.run()
    #expect(Array(program.output("dx")) == [3, 0, 0, 3, 0, 0, 0, 0])
  }

  /// Axis i of the result is axis `permutation[i]`: [2, 0, 1] is not its own inverse.
  @Test func aTransposeTakesTheAxesItNames() throws {
    let (shape, values) = try result(of: [2, 3, 4]) { _, x in try x.transposed([2, 0, 1]) }
    #expect(shape == [4, 2, 3])
    var wanted: [Float] = []
    for k in 0..<4 { for i in 0..<2 { for j in 0..<3 { wanted.append(Float(12 * i + 4 * j + k)) } } }
    #expect(values == wanted)
  }
}
