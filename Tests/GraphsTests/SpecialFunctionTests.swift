import Foundation
import Graphs
import Tensors
import Testing

/// Special functions over their whole range, beside what mpmath makes of the same floats with 40 digits and more
/// (`Fixtures/make-special-functions.py`).
@Suite struct SpecialFunctionTests {
  /// By function, rows of arguments and the value.
  static let fixtures: [String: [[Double]]] = {
    let path = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/special-functions.json")
    guard let data = try? Data(contentsOf: path) else { return [:] }
    return (try? JSONDecoder().decode([String: [[Double]]].self, from: data)) ?? [:]
  }()

  @Test func theFixturesAreThere() {
    let named = (UnaryOp.definitions.map(\.name) + BinaryOp.all.map(\.name)).filter { Self.fixtures[$0] != nil }
    #expect(named.count == 9 && Self.fixtures.count == 9)
    #expect(Self.fixtures.values.allSatisfy { $0.count > 300 })
  }

  /// What the kernels make of all rows of a function.
  private static func computed(_ name: String) throws -> [Float] {
    let rows = try #require(fixtures[name])
    if let op = BinaryOp.all.first(where: { $0.name == name }) {
      let graph = Graph()
      let y = try graph.input("a", [rows.count]).binary(op, graph.input("x", [rows.count]))
      return try Comparison(graph, [y], leaves: ["a": rows.map { $0[0] }, "x": rows.map { $0[1] }])
        .compiled(CompilerOptions(threads: 1))[0]
    }
    let definition = try #require(UnaryOp.definitions.first { $0.name == name })
    // A program for each run of rows of one order.
    var results: [Float] = []
    var first = 0
    while first < rows.count {
      let isOrdered = rows[first].count == 3
      var end = first
      while end < rows.count, !isOrdered || rows[end][0] == rows[first][0] { end += 1 }
      let graph = Graph()
      let op = definition(isOrdered ? Float(rows[first][0]) : 0)
      let y = try graph.input("x", [end - first]).unary(op)
      let x = rows[first..<end].map { $0[isOrdered ? 1 : 0] }
      results += try Comparison(graph, [y], leaves: ["x": x]).compiled(CompilerOptions(threads: 1))[0]
      first = end
    }
    return results
  }

  @Test(arguments: fixtures.keys.sorted()) func kernelsAreWithinTheirUlps(_ name: String) throws {
    let rows = try #require(Self.fixtures[name])
    let computed = try Self.computed(name)
    #expect(computed.count == rows.count)
    let ulps = UnaryOp.definitions.first { $0.name == name }?.ulps ?? 0.7
    var worst = (error: 0.0, row: [Double]())
    for (row, actual) in zip(rows, computed) {
      let value = row[row.count - 1]
      // Between whole n a rising factorial has zeros, near which the error is relative to n.
      let scale = name == "logRising" ? max(abs(value), min(row[1], 1) / 64) : abs(value)
      let error = abs(Double(actual) - value) / (scale * 0x1p-23)
      if !(error <= worst.error) { worst = (error, row) }
    }
    #expect(worst.error <= ulps, "\(worst.row)")
  }

  /// The Double reference where it claims to hold: everything but the far ends, which take it too long or lose it digits.
  @Test(arguments: fixtures.keys.sorted()) func theReferenceAgrees(_ name: String) throws {
    let rows = try #require(Self.fixtures[name])
    var seen = 0
    for row in rows {
      let (value, x) = (row[row.count - 1], row[row.count - 2])
      let actual: Double
      if let op = BinaryOp.all.first(where: { $0.name == name }) {
        guard x == x.rounded() && x <= 4096 || row[0] < 100 && x > 0.1 && x < 1e4 else { continue }
        actual = op(row[0], x)
      } else {
        guard row.count == 2 || x > 1e-3 && x < 1e4 else { continue }
        let definition = try #require(UnaryOp.definitions.first { $0.name == name })
        let op = definition(row.count == 3 ? Float(row[0]) : 0)
        actual = op(x)
      }
      seen += 1
      // Near a zero nothing is left of the digits of a difference.
      #expect(abs(actual - value) <= 1e-9 * max(abs(value), 1e-4), "\(name) of \(row): \(actual)")
    }
    #expect(seen > 200)
  }

  @Test func endsAreWhatTheLimitsAre() throws {
    let ends: [Double] = [0, -0.0, .infinity, -1, -.infinity, .nan]
    func values(_ op: UnaryOp) throws -> [Float] {
      let graph = Graph()
      let y = try graph.input("x", [ends.count]).unary(op)
      return try Comparison(graph, [y], leaves: ["x": ends]).compiled(CompilerOptions(threads: 1))[0]
    }
    func expect(_ name: String, _ order: Float = 0, zero: Float, infinity: Float) throws {
      let definition = try #require(UnaryOp.definitions.first { $0.name == name })
      let op = definition(order)
      let actual = try values(op)
      #expect(abs(actual[0] - zero) <= 1e-6 * abs(zero) || actual[0] == zero, "\(op): \(actual)")
      #expect(actual[0] == actual[1] && actual[2] == infinity && actual[3...].allSatisfy(\.isNaN), "\(op): \(actual)")
    }
    let inf = Float.infinity
    try expect("logGamma", zero: inf, infinity: inf)
    try expect("digamma", zero: -inf, infinity: inf)
    try expect("trigamma", zero: inf, infinity: 0)
    try expect("logBesselI", 0, zero: 0, infinity: inf)
    try expect("logBesselI", 2.5, zero: -inf, infinity: inf)
    // 1 / (2^v Γ(v + 1)): −log 8 − log 6, of order 100000 by Stirling.
    try expect("logBesselIOverPower", 3, zero: -3.871_201_1, infinity: inf)
    try expect("logBesselIOverPower", 1e5, zero: -1_120_613.94, infinity: inf)
    try expect("besselIRatio", 7, zero: 0, infinity: 1)
    try expect("besselIRatioSlope", 7, zero: 1 / 16, infinity: 0)
  }

  /// Identities that join the functions: recurrences of Γ, I and the sums that rising factorials are.
  @Test func gradientsOfSumsAreTheirSums() throws {
    let graph = Graph()
    let a = try graph.input("a", [3])
    let rising = try graph.gradients(of: logRising(a, graph.constant(4, [3])).sum(), withRespectTo: [a])[0]
    let comparison = Comparison(graph, [rising], leaves: ["a": [0.5, 3, 1e6]])
    let actual = try comparison.compiled(CompilerOptions(threads: 1))[0]
    for (a, y) in zip([0.5, 3, 1e6], actual) {
      let sum = (0..<4).reduce(0) { $0 + 1 / (a + Double($1)) }
      #expect(abs(Double(y) - sum) <= 1e-7 * sum)
    }
  }

  @Test func ordersOutOfRangeAreNamed() throws {
    let x = try Graph().input("x", [3])
    for order in [-0.5, 2e6, Float.nan, .infinity] {
      #expect(throws: ShapeError.self) { try besselIRatio(x, order: order) }
      #expect(throws: ShapeError.self) { try logBesselI(x, order: order) }
      #expect(throws: ShapeError.self) { try logBesselIOverPower(x, order: order) }
    }
  }
}
