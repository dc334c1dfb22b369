import Graphs
import Networks
import Tensors
import Testing
import VAEngine

/// Convolutions along series: examples C×1×L, and vectors as series of one channel.
@Suite struct SeriesTests {
  private func apply(_ text: String, _ shape: Shape, _ x: [Double]) throws -> (y: [Double], shape: Shape, weight: Shape)
  {
    let graph = Graph()
    let builder = LayerBuilder(graph, activation: .none, training: true)
    let y = try builder.apply(LayerText.parse(text), to: graph.input("x", shape), activatesLast: false)
    var reference = Reference(leaves: ["x": x])
    for spec in builder.specs {
      reference.leaves[spec.name] = (0..<spec.shape.count).map { Double($0 * 13 % 7) - 3 }
    }
    return (reference.evaluate([y])[0], y.shape, builder.specs[0].shape)
  }

  /// y[o, i] = b[o] + Σ_c Σ_k w[o, c, k] · x[c, s·i + k − p], in Double.
  @Test func aConvolutionRunsAlongTheSeries() throws {
    let (channels, length, filters, kernel, stride) = (2, 7, 3, 5, 2)
    let x = (0..<channels * length).map { Double($0 * 5 % 11) - 4 }
    let (y, shape, weights) = try apply("conv1d3k5s2", [1, 2, 1, 7], x)
    #expect(shape == [1, 3, 1, 4])
    #expect(weights == [3, 2, 1, 5])
    // "Same": ⌈7 / 2⌉ = 4 places need (4 − 1)·2 + 5 − 7 = 4 zeros, two before.
    for o in 0..<filters {
      for i in 0..<4 {
        var sum = Double(o * 13 % 7) - 3
        for c in 0..<channels {
          for k in 0..<kernel {
            let at = stride * i + k - 2
            guard (0..<length).contains(at) else { continue }
            let weight = Double(((o * channels + c) * kernel + k) * 13 % 7) - 3
            sum += weight * x[c * length + at]
          }
        }
        #expect(y[o * 4 + i] == sum)
      }
    }
    #expect(try apply("conv1d3k5s2", [1, 7], Array(x.prefix(7))).shape == [1, 3, 1, 4])
  }

  /// The adjoint of the convolution: ⟨conv x, y⟩ = ⟨x, convt y⟩ with the same weights and no biases.
  @Test func aTransposedConvolutionIsTheAdjoint() throws {
    let graph = Graph()
    let (a, b) = (LayerBuilder(graph, activation: .none, training: true), Graph())
    let forward = try a.apply(LayerText.parse("conv1d3k4s2"), to: graph.input("x", [1, 2, 1, 8]), activatesLast: false)
    let back = LayerBuilder(b, activation: .none, training: true)
    let adjoint = try back.apply(
      LayerText.parse("convt1d2k4s2"), to: b.input("y", [1, 3, 1, 4]), activatesLast: false)
    #expect(adjoint.shape == [1, 2, 1, 8])
    let x = (0..<16).map { Double($0 * 5 % 7) - 3 }
    let y = (0..<12).map { Double($0 * 3 % 5) - 2 }
    let weight = (0..<24).map { Double($0 * 11 % 9) - 4 }
    let there = Reference(leaves: ["x": x, "1.weight": weight, "1.bias": [0, 0, 0]]).evaluate([forward])[0]
    let here = Reference(leaves: ["y": y, "1.weight": weight, "1.bias": [0, 0]]).evaluate([adjoint])[0]
    let left: Double = zip(there, y).map { $0 * $1 }.reduce(0, +)
    let right: Double = zip(here, x).map { $0 * $1 }.reduce(0, +)
    #expect(left == right)
  }

  @Test func imagesOfMoreRowsAreRefused() throws {
    let graph = Graph()
    let builder = LayerBuilder(graph, activation: .none, training: true)
    let error = #expect(throws: ShapeError.self) {
      try builder.apply(LayerText.parse("conv1d3k3"), to: graph.input("x", [1, 1, 4, 4]), activatesLast: false)
    }
    #expect(error?.description.contains("images of more rows need conv") == true)
  }

  /// Lengths that are no multiple of the strides come out longer and are cut.
  @Test(arguments: [Shape([37]), Shape([3, 1, 30]), Shape([1, 1, 4])])
  func thePresetFitsEveryLength(_ example: Shape) throws {
    let architecture = try Preset.conv1d.architecture(for: example)
    let model = try Model(
      ModelConfiguration(
        architecture: architecture, exampleShape: example, latentDimensions: 2, likelihood: .gaussian(sigma: 1), seed: 1
      ))
    let z = try Tensor([Float](repeating: 0.5, count: 6), shape: [3, 2])
    #expect(try model.decode(z).shape == Shape([3] + example.dimensions))
  }

  @Test func thePresetNeedsASeries() {
    #expect(throws: ArchitectureError.self) { try Preset.conv1d.architecture(for: [1, 28, 28]) }
  }
}
