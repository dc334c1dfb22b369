import Graphs
import Tensors
import Testing

/// Infinities, NaN, signed zeros and the ends of the range go through every op as IEEE arithmetic has it.
@Suite struct SpecialValueTests {
  private static let specials: [Double] = [
    0, -0.0, 1, -1, .infinity, -.infinity, .nan, 3.4e38, -3.4e38, 1e-30, -1e-30, 88, -88, 1e4, -1e4, 0.5, -0.5, 2,
  ]

  private func compare(_ graph: Graph, _ symbol: Symbol, _ leaves: [String: [Double]]) throws {
    let wanted = Reference(leaves: leaves).evaluate([symbol])[0]
    for threads in [1, 2] {
      let actual = try Comparison(graph, [symbol], leaves: leaves).compiled(CompilerOptions(threads: threads))[0]
      for (index, (a, w)) in zip(actual, wanted).enumerated() {
        let (a, w) = (Double(a), Double(Float(w)))
        let same = a == w || (a.isNaN && w.isNaN) || abs(a - w) <= max(abs(w) * 1e-5, 1e-37)
        #expect(same, "[\(index)] \(a), not \(w), of \(leaves.sorted { $0.key < $1.key }.map { $0.value[index] })")
      }
    }
  }

  @Test(arguments: UnaryOp.all.filter(\.definition.keepsSpecialValues)) func unaryOpsKeepThem(_ op: UnaryOp) throws {
    let graph = Graph()
    try compare(graph, graph.input("x", [Self.specials.count]).unary(op), ["x": Self.specials])
  }

  private static let binary: [(String, @Sendable (Symbol, Symbol) throws -> Symbol)] = [
    ("add", { try $0 + $1 }), ("subtract", { try $0 - $1 }), ("multiply", { try $0 * $1 }),
    ("divide", { try $0 / $1 }), ("maximum", { try maximum($0, $1) }), ("minimum", { try minimum($0, $1) }),
    ("less", { try less($0, $1) }), ("lessOrEqual", { try lessOrEqual($0, $1) }), ("equal", { try equal($0, $1) }),
    ("where", { try select($0, $1, $1 * 2) }),
  ]

  @Test(arguments: binary.map(\.0)) func binaryOpsKeepThem(_ name: String) throws {
    let graph = Graph()
    let op = try #require(Self.binary.first { $0.0 == name }).1
    let count = Self.specials.count
    let a = Self.specials.flatMap { value in [Double](repeating: value, count: count) }
    let b = (0..<count).flatMap { _ in Self.specials }
    try compare(
      graph, try op(graph.input("a", [count * count]), graph.input("b", [count * count])), ["a": a, "b": b])
  }

  /// One bad number in the middle of many reaches what depends on it and nothing else.
  @Test(arguments: [Double.nan, .infinity]) func oneBadNumberSpoilsWhatDependsOnItOnly(_ bad: Double) throws {
    var x = (0..<(4 * 33)).map { Double($0 % 7) - 3 }
    x[33 + 17] = bad
    let graph = Graph()
    let rows = try graph.input("x", [4, 33])
    let images = try rows.slice(axis: 1, 0..<32).reshaped([4, 2, 4, 4])
    let geometry = ConvGeometry(kernel: 3, padding: 1)
    let results = [
      try rows.sum([1]), try rows.max([1]), try rows.mean([1]), try matmul(rows, graph.input("w", [33, 5])),
      try images.conv2d(graph.input("k", [3, 2, 3, 3]), geometry).sum([1, 2, 3]),
      try images.convTranspose2d(graph.input("t", [2, 3, 3, 3]), geometry).sum([1, 2, 3]),
      try images.pooled(.average, ConvGeometry(kernel: 2, stride: 2)).sum([1, 2, 3]),
      try images.pooled(.max, ConvGeometry(kernel: 2, stride: 2)).sum([1, 2, 3]),
    ]
    var leaves = ["x": x]
    for (name, count) in [("w", 165), ("k", 54), ("t", 54)] {
      leaves[name] = (0..<count).map { Double($0 % 5) * 0.25 + 0.25 }
    }
    for backend in CompilerOptions.Backend.allCases {
      let options = CompilerOptions(threads: 2, backend: backend)
      for (index, values) in try Comparison(graph, results, leaves: leaves).compiled(options).enumerated() {
        let rows = values.count / 4
        for (place, value) in values.enumerated() {
          #expect(value.isFinite == (place / rows != 1), "result \(index) row \(place / rows) by \(backend.rawValue)")
        }
      }
    }
  }

  /// Pixels computed together do not infect each other: those are spoilt that read the bad number, though an infinity may
  /// come out as NaN.
  @Test(arguments: [Double.nan, .infinity, -.infinity]) func tilesKeepABadNumberToItsReaders(_ bad: Double) throws {
    let graph = Graph()
    let images = try graph.input("x", [2, 16, 9, 8])
    let results = [
      try images.conv2d(graph.input("k3", [16, 16, 3, 3]), ConvGeometry(kernel: 3, padding: 1)),
      try images.conv2d(graph.input("k4", [16, 16, 4, 4]), ConvGeometry(kernel: 4, stride: 2, padding: 1)),
      try images.convTranspose2d(graph.input("t4", [16, 16, 4, 4]), ConvGeometry(kernel: 4, stride: 2, padding: 1)),
    ]
    var leaves = ["x": (0..<(2 * 16 * 72)).map { Double($0 % 7) - 3 }]
    leaves["x"]?[3 * 72 + 4 * 8 + 3] = bad
    for (name, size) in [("k3", 9), ("k4", 16), ("t4", 16)] {
      leaves[name] = (0..<(256 * size)).map { Double($0 % 5) * 0.25 + 0.25 }
    }
    let wanted = Reference(leaves: leaves).evaluate(results)
    let actual = try Comparison(graph, results, leaves: leaves).compiled(CompilerOptions(threads: 2))
    for (index, (actual, wanted)) in zip(actual, wanted).enumerated() {
      #expect(actual.map(\.isFinite) == wanted.map(\.isFinite), "result \(index)")
      #expect(actual.contains { !$0.isFinite } && actual.contains { $0.isFinite }, "result \(index)")
    }
  }

  /// A gradient full of subnormal numbers would take a hundred times as long. Outside of a step they stay what they are.
  @Test func subnormalNumbersCountAsZeroInAStepAndOnlyThere() throws {
    let graph = Graph()
    let small = try graph.input("small", [40])
    let results = [small * 1e-10, try 1e10 * graph.input("subnormal", [40])]
    let leaves = [
      "small": [Double](repeating: 1e-30, count: 40), "subnormal": [Double](repeating: 1e-40, count: 40),
    ]
    for threads in [1, 2] {
      for values in try Comparison(graph, results, leaves: leaves).compiled(CompilerOptions(threads: threads)) {
        #expect(values == [Float](repeating: 0, count: 40), "\(threads) threads")
      }
      let factors = leaves.values.map { Float($0[0]) }
      #expect(factors.map { $0 * 0.5 }.allSatisfy { $0 != 0 }, "\(threads) threads")
    }
  }

  @Test func logSumExpAndSoftmaxDoNotOverflow() throws {
    let graph = Graph()
    let x = try graph.input("x", [2, 3])
    let leaves = ["x": [1000, 999, -1000, -3e38, -3e38, -3e38]]
    for result in [try x.logSumExp([1]), try x.softmax()] {
      let wanted = Reference(leaves: leaves).evaluate([result])[0]
      let actual = try Comparison(graph, [result], leaves: leaves).compiled(CompilerOptions(threads: 1))[0]
      for (a, w) in zip(actual, wanted) { #expect(abs(Double(a) - w) <= 1e-6 * max(1, abs(w))) }
    }
  }

  /// As PyTorch's `logsumexp`: −∞ of nothing but −∞, +∞ where one is.
  @Test func logSumExpOfInfinities() throws {
    let (low, high) = (-Double.infinity, Double.infinity)
    let rows = [
      [low, low, low, low], [low, 1, low, 2], [high, 1, 2, 3], [high, low, high, 0], [3e38, low, 3e38, 0],
      [.nan, low, 0, 1], [low, .nan, high, 1],
    ]
    let wanted: [Double] = [low, 2.313_261_7, high, high, 3e38, .nan, .nan]
    let graph = Graph()
    let x = try graph.input("x", [rows.count, 4])
    let columns = try x.transposed([1, 0])
    let results = [try x.logSumExp([1]), try columns.logSumExp([0])]
    for threads in [1, 2] {
      for passes in [Set(CompilerOptions.Pass.allCases), []] {
        let options = CompilerOptions(threads: threads, passes: passes)
        for actual in try Comparison(graph, results, leaves: ["x": rows.flatMap { $0 }]).compiled(options) {
          for (a, w) in zip(actual.map(Double.init), wanted) {
            #expect(a == w || (a.isNaN && w.isNaN) || abs(a - w) <= 1e-6 * abs(w), "\(a), not \(w)")
          }
        }
      }
    }
  }

  /// An index beyond the integers, or none at all, is clamped like any other.
  @Test func indicesAreClampedWhateverTheyAre() throws {
    let index: [Double] = [0, 2.9, 4, 5, 1e9, 0x1p31, 0x1p63, 3e38, .infinity, -0.0, -1, -0x1p63, -.infinity, .nan]
    let wanted = [0, 2, 4, 4, 4, 4, 4, 4, 4, 0, 0, 0, 0, 0]
    let graph = Graph()
    let (table, at) = (try graph.input("table", [5, 3]), try graph.input("index", [index.count]))
    let rows = try table.rows(at: at)
    let gradient = try graph.gradients(of: rows.sum(), withRespectTo: [table])[0]
    let leaves = ["table": (0..<15).map(Double.init), "index": index]
    let sums = (0..<5).map { row in Double(wanted.count { $0 == row }) }
    for threads in [1, 3] {
      let actual = try Comparison(graph, [rows, gradient], leaves: leaves).compiled(CompilerOptions(threads: threads))
      #expect(actual[0] == wanted.flatMap { row in (0..<3).map { Float(3 * row + $0) } })
      #expect(actual[1] == sums.flatMap { sum in (0..<3).map { _ in Float(sum) } })
    }
    #expect(Reference(leaves: leaves).evaluate([gradient])[0] == sums.flatMap { [$0, $0, $0] })
  }

  @Test func aParameterThatIsNotFiniteIsNamed() throws {
    let store = try ParameterStore([ParameterSpec(name: "a", shape: [40]), ParameterSpec(name: "b", shape: [3, 7])])
    #expect(store.firstNonFinite() == nil)
    var values = [Float](repeating: 1, count: 21)
    values[12] = .infinity
    store.set("b", to: try Tensor(values, shape: [3, 7]))
    let bad = try #require(store.firstNonFinite())
    #expect(bad == ("b", 12))
  }
}
