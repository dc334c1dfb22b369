import Graphs
import Tensors
import Testing

/// oneDNN and our own kernels, which share no code, agree: matrix products, convolutions and transposed convolutions
/// with every stride, dilation and padding of the op table, bias and activation folded in, and all of their gradients.
@Suite struct BackendTests {
  static let contractions = OpCase.contractions

  @Test(arguments: contractions) func oneDNNAgreesForward(_ opCase: OpCase) throws {
    let graph = Graph()
    let built = try opCase.build(graph)
    try expectAgreement(Comparison(graph, [built], leaves: opCase.leaves(graph)), opCase.tolerance.value)
  }

  @Test(arguments: contractions) func oneDNNAgreesInGradients(_ opCase: OpCase) throws {
    let graph = Graph()
    let (gradients, _) = try opCase.gradients(graph)
    try expectAgreement(Comparison(graph, gradients, leaves: opCase.leaves(graph)), opCase.gradientTolerance)
  }

  private func expectAgreement(_ comparison: Comparison, _ tolerance: Double) throws {
    for threads in [1, 2] {
      let own = try comparison.compiled(CompilerOptions(threads: threads))
      let other = try comparison.compiled(CompilerOptions(threads: threads, backend: .onednn))
      for (a, b) in zip(own, other) {
        let scale = max(a.map(abs).max() ?? 1, 1e-3)
        let distance = zip(a, b).map { abs($0 - $1) }.max() ?? 0
        #expect(Double(distance) <= tolerance * Double(scale), "\(threads) threads")
      }
    }
  }
}
