import Graphs
import Tensors
import Testing

/// What a row of a batch draws depends on its place in the global batch, not on how that is divided.
@Suite struct GlobalRowsTests {
  /// Draws of every layout that models use, for `rows` examples.
  private static func draws(rows: Int) throws -> [(String, Symbol)] {
    let graph = Graph(rows: rows)
    return [
      ("noise", try graph.random(.normal, "noise", [rows, 20])),
      ("dropout", try graph.random(.uniform, "dropout", [rows, 3, 5, 7])),
      ("samples", try graph.random(.normal, "samples", [4, rows, 3], rowAxis: 1)),
      ("repeated", try graph.random(.uniform, "repeated", [4 * rows, 6])),
      ("scalars", try graph.random(.normal, "scalars", [rows])),
    ]
  }

  private static func run(
    rows: Int, _ part: GlobalRows?, threads: Int
  ) throws -> [String: [Float]] {
    let draws = try draws(rows: rows)
    let program = try Program(
      draws[0].1.graph, outputs: draws, seed: 9, options: CompilerOptions(threads: threads))
    program.globalRows = part
    program.run(step: 5)
    return Dictionary(uniqueKeysWithValues: draws.map { ($0.0, Array(program.output($0.0))) })
  }

  /// Rows `range` of an array `[outer, count, elements]`.
  private static func rows(_ range: Range<Int>, of count: Int, _ values: [Float], outer: Int) -> [Float] {
    let elements = values.count / outer / count
    return (0..<outer).flatMap {
      values[($0 * count + range.lowerBound) * elements..<($0 * count + range.upperBound) * elements]
    }
  }

  @Test(arguments: [[64, 64], [1, 36], [5, 19, 13], [37]], 1...3)
  func partsDrawWhatTheWholeDraws(parts: [Int], threads: Int) throws {
    let count = parts.reduce(0, +)
    let whole = try Self.run(rows: count, nil, threads: threads)
    var first = 0
    for size in parts {
      let part = try Self.run(rows: size, GlobalRows(first: first, of: count), threads: threads)
      for (name, values) in part {
        let outer = ["samples", "repeated"].contains(name) ? 4 : 1
        let expected = Self.rows(first..<first + size, of: count, try #require(whole[name]), outer: outer)
        #expect(values == expected, "\(name), rows \(first)..<\(first + size)")
      }
      first += size
    }
  }

  @Test func theReferenceDrawsTheSame() throws {
    let draws = try Self.draws(rows: 5)
    var reference = Reference(leaves: [:], seed: 9, step: 5)
    reference.globalRows = GlobalRows(first: 19, of: 37)
    let compiled = try Self.run(rows: 5, GlobalRows(first: 19, of: 37), threads: 2)
    for ((name, _), expected) in zip(draws, reference.evaluate(draws.map(\.1))) {
      let values = try #require(compiled[name])
      #expect(zip(values, expected).allSatisfy { abs(Double($0) - $1) < 1e-5 }, "\(name)")
    }
  }

  /// Equal names are one draw: which of two axes its rows are on is not for the second to decide.
  @Test func oneNameHasOneAxisOfRows() throws {
    let graph = Graph(rows: 8)
    _ = try graph.random(.normal, "noise", [8, 8])
    #expect(try graph.random(.normal, "noise", [8, 8], rowAxis: 0).id == 0)
    let error = try #require(throws: ShapeError.self) { try graph.random(.normal, "noise", [8, 8], rowAxis: 1) }
    #expect(error.operation == "random 'noise'" && error.reason.contains("axes of rows"))
  }

  @Test func drawsThatBelongToNoRowAreTheSameEverywhere() throws {
    func draw(_ part: GlobalRows?) throws -> [Float] {
      let graph = Graph(rows: 8)
      let symbol = try graph.random(.normal, "centers", [8, 3], rowAxis: nil)
      let program = try Program(graph, outputs: [("y", symbol)], seed: 1)
      program.globalRows = part
      program.run()
      return Array(program.output("y"))
    }
    #expect(try draw(nil) == draw(GlobalRows(first: 8, of: 16)))
  }
}
