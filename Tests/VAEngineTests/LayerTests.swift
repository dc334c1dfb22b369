import Glibc
import Graphs
import Networks
import Tensors
import Testing
import VAEngine

@Suite struct LayerTests {
  private func layers(
    _ text: String, on shape: Shape, training: Bool, values: [String: [Double]], seed: UInt64 = 1
  ) throws -> (result: [Double], shape: Shape, assigned: [String: [Double]]) {
    let graph = Graph()
    let builder = LayerBuilder(graph, activation: .none, training: training)
    let y = try builder.apply(LayerText.parse(text), to: graph.input("x", shape), activatesLast: false)
    var reference = Reference(leaves: values, seed: seed)
    for spec in builder.specs where reference.leaves[spec.name] == nil {
      let isOne = spec.name.hasSuffix("scale") || spec.name.hasSuffix("variance")
      reference.leaves[spec.name] = [Double](repeating: isOne ? 1 : 0, count: spec.shape.count)
    }
    let all = reference.evaluate([y] + builder.assignments.map(\.1))
    return (all[0], y.shape, Dictionary(uniqueKeysWithValues: zip(builder.assignments.map(\.0), all.dropFirst())))
  }

  /// PyTorch: normalized by the batch's biased variance, the running one moved by the unbiased, a tenth of the way.
  @Test func batchNormTakesTheBatchInTrainingAndItsMemoryOtherwise() throws {
    let x = [1.0, 10, 2, 20, 6, 60]
    let trained = try layers("batchnorm", on: [3, 2], training: true, values: ["x": x])
    let deviation = (14.0 / 3).squareRoot()
    #expect(Swift.abs(trained.result[0] - (1 - 3) / deviation) < 1e-4)
    #expect(Swift.abs((trained.assigned["1.mean"] ?? [])[0] - 0.3) < 1e-6)
    #expect(Swift.abs((trained.assigned["1.variance"] ?? [])[0] - (0.9 + 0.1 * 7)) < 1e-6)
    let later = try layers(
      "batchnorm", on: [3, 2], training: false, values: ["x": x, "1.mean": [2, 0], "1.variance": [4, 1]])
    #expect(Swift.abs(later.result[0] + 0.5) < 1e-4)
    #expect(later.assigned.isEmpty)
  }

  @Test func layerNormLooksAtOneExampleAlone() throws {
    let y = try layers("layernorm", on: [2, 4], training: true, values: ["x": [1, 2, 3, 4, 0, 0, 0, 8]]).result
    for row in 0..<2 {
      let values = y[row * 4..<row * 4 + 4]
      #expect(Swift.abs(values.reduce(0, +)) < 1e-6)
      #expect(Swift.abs(values.reduce(0) { $0 + $1 * $1 } / 4 - 1) < 1e-4)
    }
  }

  /// Ba et al. 2016 and PyTorch's `LayerNorm` of an example's whole shape: each feature has a scale and a shift of its
  /// own.
  @Test func layerNormScalesEveryFeatureOfAnImage() throws {
    let graph = Graph()
    let builder = LayerBuilder(graph, activation: .none, training: true)
    let y = try builder.apply(LayerText.parse("layernorm"), to: graph.input("x", [2, 8, 3, 2]), activatesLast: false)
    #expect(builder.specs.map(\.shape) == [[8, 3, 2], [8, 3, 2]])
    let x = (0..<96).map { Double(($0 * 37) % 23) }
    let scale = (0..<48).map { Double($0) - 7 }, shift = (0..<48).map { Double($0 % 5) }
    let result = Reference(leaves: ["x": x, "1.scale": scale, "1.shift": shift]).evaluate([y])[0]
    for example in 0..<2 {
      let values = x[example * 48..<example * 48 + 48]
      let mean = values.reduce(0, +) / 48
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 48
      for (index, value) in values.enumerated() {
        // ε and the factor of a mean are Floats.
        let wanted = (value - mean) / (variance + Double(Float(1e-5))).squareRoot() * scale[index] + shift[index]
        #expect(Swift.abs(result[example * 48 + index] - wanted) < 1e-6 * (1 + Swift.abs(wanted)))
      }
    }
  }

  @Test func dropoutDropsItsShareInTrainingAndKeepsTheMean() throws {
    let x = [Double](repeating: 1, count: 40_000)
    let trained = try layers("dropout0.2", on: [40, 1000], training: true, values: ["x": x]).result
    let dropped = trained.filter { $0 == 0 }.count
    // Within four standard errors of a share of 0.2.
    #expect(Swift.abs(Double(dropped) / 40_000 - 0.2) < 4 * (0.16 / 40_000).squareRoot())
    #expect(trained.allSatisfy { $0 == 0 || Swift.abs($0 - 1.25) < 1e-6 })
    #expect(try layers("dropout0.2", on: [40, 1000], training: false, values: ["x": x]).result == x)
  }

  @Test func theLogVarianceOfTheGatedNetworkStaysInItsBounds() throws {
    let model = try TrainingTests.model(.vae, preset: .gated)
    model.parameters.set("encoder.logVariance.bias", to: try Tensor([Float](repeating: 50, count: 3)))
    let codes = try model.encode(Examples.blobs(5))
    #expect(codes.logVariance.elements(as: Float.self) == [Float](repeating: 2, count: 15))
    model.parameters.set("encoder.logVariance.bias", to: try Tensor([Float](repeating: -50, count: 3)))
    #expect(
      try model.encode(Examples.blobs(5)).logVariance.elements(as: Float.self) == [Float](repeating: -6, count: 15))
  }

  /// Keras and TensorFlow: of an odd number of zeros the one more comes behind. y[i, j] = Σ w[u, v] · x[i + u, j + v].
  @Test func anEvenKernelIsPaddedBehind() throws {
    let x = (1...9).map(Double.init)
    let y = try layers("conv1k2s1", on: [1, 1, 3, 3], training: false, values: ["x": x, "1.weight": [1, 10, 100, 1000]])
    #expect(y.shape == [1, 1, 3, 3])
    #expect(y.result == [5421, 6532, 603, 8754, 9865, 906, 87, 98, 9])
  }

  @Test func parametersOfOneShapeBeginWithNumbersOfTheirOwn() {
    let role = ParameterRole.weight(fanIn: 8, fanOut: 8)
    for initializer in Initializer.allCases {
      let first = initializer.values(("encoder.1.weight", [8, 8]), role, seed: 3)
      let second = initializer.values(("encoder.2.weight", [8, 8]), role, seed: 3)
      #expect(zip(first, second).allSatisfy { $0 != $1 }, "\(initializer)")
      #expect(first == initializer.values(("encoder.1.weight", [8, 8]), role, seed: 3))
      #expect(first != initializer.values(("encoder.1.weight", [8, 8]), role, seed: 4))
    }
  }

  /// Moments and bounds of 100 × 300 weights, four standard errors wide.
  @Test func initialWeightsHaveTheVarianceTheyShould() {
    let role = ParameterRole.weight(fanIn: 100, fanOut: 300)
    let wanted: [(Initializer, variance: Double, bound: Double)] = [
      (.pytorch, 1.0 / 300, 0.1), (.glorot, 2.0 / 400, (6.0 / 400).squareRoot()), (.he, 2.0 / 100, .infinity),
    ]
    for (initializer, variance, bound) in wanted {
      let values = initializer.values(("w", [100, 300]), role, seed: 3).map(Double.init)
      let mean = values.reduce(0, +) / 30_000
      let second = values.reduce(0) { $0 + $1 * $1 } / 30_000
      #expect(Swift.abs(mean) < 4 * (variance / 30_000).squareRoot(), "\(initializer)")
      #expect(Swift.abs(second / variance - 1) < 0.04, "\(initializer): \(second), not \(variance)")
      #expect(values.allSatisfy { Swift.abs($0) <= bound * 1.000_001 })
      let bias = initializer.values(("b", [300]), .bias(fanIn: 100), seed: 3)
      #expect(initializer == .pytorch ? bias.contains { $0 != 0 } : bias.allSatisfy { $0 == 0 })
    }
  }
}
