import Graphs
import Tensors
import Testing

/// Which values of a batch's graph are means over its examples: a batch may be divided where the loss is one.
@Suite struct RowDependenceTests {
  private static let rows = 1009
  private let graph = Graph(rows: Self.rows)

  private func of(_ symbol: Symbol) -> RowDependence { graph.rowDependences()[symbol.id] }
  private func x(_ features: Int = 6) throws -> Symbol { try graph.input("x", [Self.rows, features]) }

  @Test func parametersAndScalarsDependOnNoExample() throws {
    let w = try graph.parameter("w", [6, 3])
    #expect(of(w) == .none)
    #expect(of(try graph.input("beta", [])) == .none)
    #expect(of(try square(w).sum()) == .none)
  }

  @Test func layersKeepRowsApart() throws {
    let h = try relu(matmul(x(), graph.parameter("w", [6, 4])) + graph.parameter("b", [4]))
    #expect(of(h) == .rows(elements: 4))
    #expect(of(try h.reshaped([Self.rows, 2, 2])) == .rows(elements: 4))
    #expect(of(try h.reshaped([Self.rows, 2, 2]).sum([2])) == .rows(elements: 2))
    #expect(of(try h.transposed([1, 0])) == .rows(elements: 1))
    #expect(of(try concat([h, x()], axis: 1)) == .rows(elements: 10))
    #expect(of(try h.slice(axis: 1, 1..<3)) == .rows(elements: 2))
    #expect(of(try h.logSumExp([1])) == .rows(elements: 1))
    #expect(of(try graph.random(.normal, "noise", [5, Self.rows, 4], rowAxis: 1) * h) == .rows(elements: 4))
  }

  @Test func severalDrawsOfEachExampleAreRowsToo() throws {
    let noise = try graph.random(.normal, "noise", [5, Self.rows, 6], rowAxis: 1)
    let z = try (x() + noise).reshaped([5 * Self.rows, 6])
    let y = try matmul(z, graph.parameter("w", [6, 2])).sum([1]).reshaped([5, Self.rows])
    #expect(of(y) == .rows(elements: 1))
    #expect(of(try y.logSumExp([0]).mean()) == .mean)
  }

  @Test func linearFunctionsOfMeansAreMeans() throws {
    let a = try square(x()).mean()
    let b = try x().mean([0])
    let beta = try graph.input("beta", [])
    #expect(of(a) == .mean && of(b) == .mean)
    #expect(of(try -(a + beta * b.sum()) / 3 - 1) == .mean)
    #expect(of(try matmul(x(), x(), transposeA: true)) == .mean)
  }

  @Test func otherFunctionsOfMeansCoupleTheExamples() throws {
    let mean = try x().mean([0])
    let centered = try graph.scope("encoder") { try graph.scope("2") { try x() - mean } }
    #expect(of(centered) == .coupled(layer: "encoder.2"))
    #expect(of(abs(mean)) == .coupled(layer: ""))
    #expect(of(try maximum(mean, graph.constant(1, [6]))) == .coupled(layer: ""))
    #expect(of(try mean * mean) == .coupled(layer: ""))
    #expect(of(try graph.constant(1, [6]) / mean) == .coupled(layer: ""))
    #expect(of(try x().max([0])) == .coupled(layer: ""))
    #expect(of(try x().slice(axis: 0, 1..<Self.rows)) == .coupled(layer: ""))
    // Distances of all pairs.
    let pairs = try x().reshaped([Self.rows, 1, 6]) - x().reshaped([1, Self.rows, 6])
    #expect(of(try square(pairs).sum()) == .coupled(layer: ""))
    #expect(of(try matmul(x(), x(), transposeB: true)) == .coupled(layer: ""))
  }

  /// What is all-reduced is the same everywhere, and any function of it may follow.
  @Test func meansOverTheGlobalBatchDependOnNoRowOfThisProcess() throws {
    let graph = Graph(rows: Self.rows, globalRows: GlobalRows(first: 2, of: Self.rows + 4))
    func of(_ symbol: Symbol) -> RowDependence { graph.rowDependences()[symbol.id] }
    let x = try graph.input("x", [Self.rows, 6])
    let mean = try x.mean([0]).overGlobalBatch()
    #expect(of(mean) == .none)
    #expect(of(try x - mean) == .rows(elements: 6))
    #expect(of(abs(mean)) == .none)
    let codes = try x.ofGlobalBatch()
    #expect(codes.shape == [Self.rows + 4, 6] && of(codes) == .none)
    let pairs = try x.reshaped([Self.rows, 1, 6]) - codes.reshaped([1, Self.rows + 4, 6])
    #expect(of(try square(pairs).sum()) == .mean)
    // Of single rows there is no mean over processes.
    #expect(of(x.overGlobalBatch()) == .coupled(layer: ""))
    #expect(throws: ShapeError.self) { _ = try x.transposed([1, 0]).ofGlobalBatch() }
  }

  @Test func aProcessByItselfWritesNoAllReduce() throws {
    let count = graph.nodes.count
    let x = try x()
    let gathered = try x.ofGlobalBatch()
    #expect(x.overGlobalBatch().id == x.id && gathered.id == x.id)
    #expect(graph.nodes.count == count + 1)
  }

  @Test func convolutionsKeepRowsApart() throws {
    let images = try graph.input("images", [Self.rows, 1, 8, 8])
    let y = try images.conv2d(graph.parameter("k", [4, 1, 3, 3]), ConvGeometry(kernel: 3, stride: 2, padding: 1))
    #expect(of(y) == .rows(elements: 64))
    #expect(of(try y.mean([0, 2, 3])) == .mean)
    #expect(of(try y - y.mean([0, 2, 3], keepingAxes: true)) == .coupled(layer: ""))
  }
}
