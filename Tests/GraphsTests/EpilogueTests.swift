import Graphs
import Tensors
import Testing

/// A product whose value is read by more than one is not folded away: each reader has what it asked for.
@Suite struct EpilogueTests {
  private static let x: [Float] = [1, -2, 3, 0.5, 4, -1]
  private static let w: [Float] = [1, 2, -1, 0, 3, 1, -2, 0.5, 1, 0, 2, -3]
  private static let b: [Float] = [0.5, -10, 2, 1]

  /// x [2, 3] · w [3, 4], worked out here.
  private static let product: [Float] = (0..<8).map { at in
    var sum: Float = 0
    for k in 0..<3 { sum += x[at / 4 * 3 + k] * w[k * 4 + at % 4] }
    return sum
  }
  private static let biased: [Float] = (0..<8).map { product[$0] + b[$0 % 4] }

  /// Results of symbols built from the product and from the product with its bias, in the order of `build`.
  private func results(_ build: (Symbol, Symbol) throws -> [Symbol]) throws -> [[Float]] {
    let graph = Graph()
    let product = try matmul(graph.input("x", [2, 3]), graph.input("w", [3, 4]))
    let symbols = try build(product, product + graph.input("b", [4]))
    let program = try Program(graph, outputs: symbols.enumerated().map { ("y\($0.offset)", $0.element) })
    for (name, values) in [("x", Self.x), ("w", Self.w), ("b", Self.b)] {
      for (place, value) in values.enumerated() { program.input(name)[place] = value }
    }
    program.run()
    return symbols.indices.map { Array(program.output("y\($0)")) }
  }

  @Test func anActivationAndAnotherReaderBothHaveTheSum() throws {
    let (rectified, squared) = (Self.biased.map { max($0, 0) }, Self.biased.map { $0 * $0 })
    #expect(try results { [relu($1), square($1)] } == [rectified, squared])
    #expect(try results { [square($1), relu($1)] } == [squared, rectified])
    #expect(try results { [relu($1), $1] } == [rectified, Self.biased])
    #expect(try results { [$1, relu($1)] } == [Self.biased, rectified])
  }

  @Test func aBiasAndAnotherReaderBothHaveTheProduct() throws {
    let doubled = Self.product.map { $0 * 2 }
    #expect(try results { [$1, $0 * 2] } == [Self.biased, doubled])
    #expect(try results { [$0 * 2, $1] } == [doubled, Self.biased])
    #expect(try results { [relu($0), relu($1)] } == [Self.product.map { max($0, 0) }, Self.biased.map { max($0, 0) }])
  }

  @Test func oneReaderAloneHasItAll() throws {
    #expect(try results { [relu($1)] } == [Self.biased.map { max($0, 0) }])
  }
}
