import Graphs
import Tensors
import Testing

/// Kernels load whole vectors and may read 63 bytes behind an array. Here every block of memory ends 64 bytes before a
/// page that cannot be read: one more, and the process ends.
@Suite struct GuardPageTests {
  /// Parameters that end where their memory does, the last one a matrix whose rows end within a vector.
  @Test(arguments: [[4096, 20], [4096, 17], [8192, 1], [64, 33], [32, 47]] as [Shape], [1, 3, 40, 200])
  func aMatrixMayEndWithItsMemory(_ shape: Shape, _ rows: Int) throws {
    try Storage.$endsAtGuardPage.withValue(true) {
      for threads in [1, 2] {
        let store = try ParameterStore([ParameterSpec(name: "w", shape: shape)])
        let graph = Graph()
        let w = try graph.parameter("w", shape)
        let x = try graph.input("x", [rows, shape[0]])
        let product = try matmul(x, w)
        let loss = try square(product).sum()
        let back = try matmul(w, graph.input("y", [rows, shape[1]]), transposeB: true)
        let program = try Program(
          graph, outputs: [("product", product), ("back", back), ("sums", try w.sum([0])), ("rows", try w.max([1]))],
          parameters: store, training: [TrainingPhase(loss, .adam)], options: CompilerOptions(threads: threads))
        program.run()
        #expect(program.output("product").allSatisfy { $0 == 0 })
      }
    }
  }

  /// All kernels of the op table, over odd shapes as well as round ones; their inputs end where their memory does.
  @Test func everyOpStaysInItsMemory() throws {
    try Storage.$endsAtGuardPage.withValue(true) {
      for opCase in OpCase.all where opCase.inputs.reduce(0, { $0 + $1.count }) < 20_000 {
        let graph = Graph()
        let symbols: [Symbol]
        if opCase.differentiable {
          symbols = try opCase.gradients(graph).0
        } else {
          symbols = [try opCase.build(graph)]
        }
        let result = try Comparison(graph, symbols, leaves: opCase.leaves(graph)).compiled(CompilerOptions(threads: 2))
        #expect(result.count == symbols.count, "\(opCase)")
      }
    }
  }

  /// That the page is there at all, and where.
  @Test func memoryEndsBeforeThePage() throws {
    try Storage.$endsAtGuardPage.withValue(true) {
      for count in [1, 64, 100, 4096, 100_000] {
        let storage = try Storage(byteCount: count)
        let rounded = (count + 63) / 64 * 64
        #expect(Int(bitPattern: storage.base + rounded + 64) % 4096 == 0)
        #expect(Int(bitPattern: storage.base) % 64 == 0)
      }
    }
  }
}
