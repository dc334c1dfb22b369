import Graphs
import Tensors
import Testing

/// What can go wrong in a run is named with its place.
@Suite struct ProgramErrorTests {
  /// A loss by rows of a table of 5.
  private func program(threads: Int) throws -> Program {
    let graph = Graph()
    let table = try graph.scope("codebook") { () throws(ShapeError) -> Symbol in try graph.parameter("rows", [5, 3]) }
    let picked = try table.rows(at: graph.input("index", [7]))
    let store = try ParameterStore([ParameterSpec(name: "codebook.rows", shape: [5, 3])])
    let scale = try graph.input("scale", [])
    return try Program(
      graph, outputs: [("picked", picked), ("kl", scale * 2), ("loss", (picked.sum() + 1) * scale)], parameters: store,
      options: CompilerOptions(threads: threads))
  }

  @Test(arguments: 1...3) func anIndexBeyondTheTableIsNamed(threads: Int) throws {
    let program = try program(threads: threads)
    program.input("scale")[0] = 1
    func failure(_ indices: [Float]) -> ProgramError? {
      for (position, index) in indices.enumerated() { program.input("index")[position] = index }
      program.run()
      do {
        try program.check()
        return nil
      } catch {
        return error
      }
    }
    // Fractions are cut off, as −0.5 is to 0.
    #expect(failure([0, 1, 4, 4.9, -0.5, 2, 0]) == nil)
    func fault(_ position: Int, _ index: Float) -> ProgramError {
      .indexOutOfRange(table: "'codebook.rows'", rows: 5, position: position, index: index)
    }
    #expect(failure([0, 1, 5, 0, 9, 0, 0]) == fault(2, 5))
    #expect(failure([0, 1, 2, 0, 0, 0, -1]) == fault(6, -1))
    #expect(failure([.infinity, 1, 5, 0, 0, 0, 0]) == fault(0, .infinity))
    #expect("\(fault(2, 5))" == "index 5.0 at position 2 is not one of the 5 rows of 'codebook.rows', 0 to 4")
    guard case .indexOutOfRange(_, _, 3, let index)? = failure([0, 0, 0, .nan, 0, 0, 0]) else {
      Issue.record("NaN is not an index")
      return
    }
    #expect(index.isNaN)
    // Each run for itself.
    #expect(failure([0, 1, 2, 3, 4, 0, 0]) == nil)
  }

  @Test func aTermThatIsNotFiniteIsNamed() throws {
    let program = try program(threads: 2)
    for scale in [Float.infinity, -.infinity] {
      program.input("scale")[0] = scale
      program.run()
      #expect(throws: ProgramError.nonFinite("kl", scale)) { try program.check() }
    }
    // 2 · 2e38 is too large for a float, the first of the terms by their order.
    program.input("scale")[0] = 2e38
    program.run()
    #expect(throws: ProgramError.nonFinite("kl", .infinity)) { try program.check() }
    program.input("scale")[0] = 1e38
    program.run()
    try program.check()
    #expect("\(ProgramError.nonFinite("kl", .infinity))" == "the term 'kl' is inf")
  }
}
