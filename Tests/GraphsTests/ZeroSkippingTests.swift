import Graphs
import Tensors
import Testing

/// Products with data pass over what is zero in them; nobody may see that in the results.
@Suite struct ZeroSkippingTests {
  struct Product: CustomTestStringConvertible {
    let m: Int, n: Int, k: Int
    let transposed: Bool
    var testDescription: String { "\(m)×\(n)×\(k)\(transposed ? " Aᵀ" : "")" }
  }

  private static let extents = [
    (128, 400, 784), (784, 400, 128), (131, 77, 65), (90, 33, 7), (200, 48, 1), (43, 65, 17),
  ]
  private static let products = extents.flatMap { m, n, k in
    [false, true].map { Product(m: m, n: n, k: k, transposed: $0) }
  }

  /// Black images with a bright field each, and two rows and columns without a zero.
  private static func data(_ rows: Int, _ columns: Int) -> [Double] {
    let stream = RandomStream(seed: 5, purpose: 1)
    return (0..<rows * columns).map { index in
      let (row, column) = (index / columns, index % columns)
      let begin = Int(stream.word(row) % UInt32(columns))
      let isBright = (begin..<begin + columns / 6 + 1).contains(column) || row == rows / 2 || column == columns / 3
      return isBright ? Double(stream.uniform(index)) : 0
    }
  }

  private static func weights(_ count: Int) -> [Double] {
    let stream = RandomStream(seed: 6, purpose: 2)
    return (0..<count).map { Double(stream.uniform($0)) - 0.5 }
  }

  /// The product with the data themselves, which skips, and with the same numbers from a loop, which does not.
  private func both(_ product: Product, _ x: [Double], _ w: [Double], threads: Int) throws -> [[Float]] {
    let graph = Graph()
    let data = try graph.input("x", product.transposed ? [product.k, product.m] : [product.m, product.k])
    let weights = try graph.input("w", [product.k, product.n])
    let symbols = [
      try matmul(data, weights, transposeA: product.transposed),
      try matmul(relu(data), weights, transposeA: product.transposed),
    ]
    return try Comparison(graph, symbols, leaves: ["x": x, "w": w]).compiled(CompilerOptions(threads: threads))
  }

  @Test(arguments: products) func sumsAreTheSameBits(_ product: Product) throws {
    let x = product.transposed ? Self.data(product.k, product.m) : Self.data(product.m, product.k)
    let w = Self.weights(product.k * product.n)
    for threads in [1, 2, 3] {
      let results = try both(product, x, w, threads: threads)
      #expect(results[0] == results[1], "\(threads) threads")
      // The first row in double precision, so that both are not wrong alike.
      for column in 0..<product.n {
        let sum = (0..<product.k).reduce(0.0) { sum, p in
          sum + Double(Float(x[product.transposed ? p * product.m : p])) * Double(Float(w[p * product.n + column]))
        }
        #expect(abs(Double(results[0][column]) - sum) < 1e-4)
      }
    }
  }

  /// Zero times infinity is not a number, also where the zero is skipped.
  @Test(arguments: [Double.infinity, -.infinity, .nan]) func aBadWeightIsSeenThroughZeros(_ bad: Double) throws {
    for transposed in [false, true] {
      let product = Product(m: 128, n: 100, k: 256, transposed: transposed)
      let x = [Double](repeating: 0, count: product.m * product.k)
      var w = Self.weights(product.k * product.n)
      w[200 * product.n + 70] = bad
      for threads in [1, 2] {
        let result = try both(product, x, w, threads: threads)[0]
        for (index, value) in result.enumerated() { #expect(value.isNaN == (index % product.n == 70)) }
      }
    }
  }
}
