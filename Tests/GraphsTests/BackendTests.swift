import Graphs
import Tensors
import Testing

/// oneDNN and our own kernels, which share no code, agree: matrix products, convolutions and transposed convolutions
/// with every stride, dilation and padding of the op table, bias and activation folded in, and all of their gradients.
@Suite struct BackendTests {
  static let contractions = OpCase.contractions + geometries

  /// Convolutions and transposed ones of every kind of kernel that ours choose between, drawn at random.
  private static let geometries: [OpCase] = {
    let stream = RandomStream(seed: 5, purpose: "geometries")
    return (0..<120).compactMap { number in
      func draw(_ choices: [Int], _ index: Int) -> Int {
        choices[min(choices.count - 1, Int(Double(stream.uniform(number * 32 + index)) * Double(choices.count)))]
      }
      func pair(_ choices: [Int], _ index: Int) -> [Int] { [draw(choices, index), draw(choices, index + 1)] }
      let image: Shape = [
        draw([1, 2, 5], 0), draw([1, 2, 3, 5, 16, 32, 48], 1), draw([3, 6, 9, 14], 2), draw([4, 7, 12], 3),
      ]
      let outputs = draw([1, 7, 16, 32, 40], 4)
      let g = ConvGeometry(
        kernel: pair([1, 2, 3, 4, 5], 5), stride: pair([1, 2, 2, 3], 7), dilation: pair([1, 1, 2], 9),
        padBefore: pair([0, 1, 2], 11), padAfter: pair([0, 1, 2], 13))
      let isTransposed = number % 2 == 1
      let weights = Shape((isTransposed ? [image[1], outputs] : [outputs, image[1]]) + g.kernel)
      let opCase = OpCase(
        "random \(number) \(isTransposed ? "convTranspose2d" : "conv2d") \(g)", [image, weights]
      ) {
        _, x in
        try isTransposed ? x[0].convTranspose2d(x[1], g) : x[0].conv2d(x[1], g)
      }
      // Kernels larger than the image, padding larger than the result.
      return (try? opCase.build(Graph())) == nil ? nil : opCase
    }
  }()

  @Test(arguments: contractions) func oneDNNAgreesForward(_ opCase: OpCase) throws {
    let graph = Graph()
    let built = try opCase.build(graph)
    try expectAgreement(Comparison(graph, [built], leaves: opCase.leaves(graph)))
  }

  @Test(arguments: contractions) func oneDNNAgreesInGradients(_ opCase: OpCase) throws {
    let graph = Graph()
    let (gradients, _) = try opCase.gradients(graph)
    try expectAgreement(Comparison(graph, gradients, leaves: opCase.leaves(graph)))
  }

  /// Each is within what rounding may make of the exact result, so that they are no further apart than twice that. oneDNN
  /// sums in another order, which the bound allows; its activations are other polynomials than ours, whose errors oneDNN
  /// does not state: four times ours, to which ours are held elsewhere.
  private func expectAgreement(_ comparison: Comparison) throws {
    let reference = Reference(leaves: comparison.leaves, seed: 7, step: 3)
    let expected = RoundingBounds(reference, functionFactor: 4).evaluate(comparison.symbols)
    for threads in [1, 2] {
      let own = try comparison.compiled(CompilerOptions(threads: threads))
      let other = try comparison.compiled(CompilerOptions(threads: threads, backend: .onednn))
      for (result, (a, b)) in zip(own, other).enumerated() {
        for index in a.indices {
          let ours = expected[result].allows(a[index], at: index), theirs = expected[result].allows(b[index], at: index)
          #expect(ours && theirs, "[\(index)] \(a[index]) and \(b[index]), not \(expected[result].values[index])")
          if !ours || !theirs { return }
        }
      }
    }
  }
}
