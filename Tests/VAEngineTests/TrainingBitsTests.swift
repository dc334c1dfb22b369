import Foundation
import Graphs
import Networks
import Tensors
import Testing
import VAEngine

/// Training keeps its bits: after 50 steps every family × likelihood has the parameters, moments and losses that were
/// recorded, one record for each instruction set. How the engine is organized must not change a model that someone
/// trained, or a session that someone replays. Dense layers alone: their kernels are our own.
///
/// After a change that is meant to alter them: ELBO_RECORD_BITS=1 swift test --filter TrainingBitsTests, once for each of
/// ELBO_SIMD=, avx2 and sse4, on a CPU with AVX-512.
@Suite(.serialized) struct TrainingBitsTests {
  private static let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Fixtures/training-bits.json")

  private struct Case {
    let name: String
    let configuration: ModelConfiguration
  }

  private static func cases() throws -> [Case] {
    let families: [Family] = [.autoencoder, .vae, .beta, .capacity, .denoising, .conditional, .importanceWeighted]
    let likelihoods: [Likelihood] = [
      .bernoulli, .continuousBernoulli, .gaussian(sigma: 0.4), .gaussianLearned, .logistic256, .squaredError,
    ]
    var cases: [Case] = []
    func add(
      _ name: String, _ family: Family, _ likelihood: Likelihood, beta: Schedule = .constant(1),
      freeBits: Float = 0, noise: Noise? = nil, bounds: ClosedRange<Float>? = nil
    ) throws {
      let architecture = Architecture(
        name: "text", encoder: try LayerText.parse("dense16 dropout0.2 dense8"),
        decoder: try LayerText.parse("dense16 dense12"),
        activation: .relu, logVarianceBounds: bounds)
      cases.append(
        Case(
          name: name,
          configuration: try ModelConfiguration(
            family: family, architecture: architecture, exampleShape: [12], latentDimensions: 3, likelihood: likelihood,
            beta: beta, capacity: .linear(from: 0, to: 4, epochs: 8), freeBits: freeBits,
            importanceSamples: family == .importanceWeighted ? 4 : 1, noise: noise, classCount: 3, seed: 11)))
    }
    for family in families {
      // What tells a β-VAE from a VAE.
      let beta: Schedule = .linear(from: 0, to: family == .beta ? 4 : 1, epochs: 6)
      for likelihood in likelihoods { try add("\(family.word) \(likelihood.name)", family, likelihood, beta: beta) }
    }
    try add("vae free bits", .vae, .bernoulli, freeBits: 0.1)
    try add("vae cyclical", .vae, .bernoulli, beta: .cyclical(from: 0, to: 1, period: 5))
    try add("vae bounds", .vae, .bernoulli, bounds: -0.3...0.2)
    try add("denoising-vae mask", .denoising, .bernoulli, noise: .mask(0.25))
    try add("denoising-vae salt", .denoising, .bernoulli, noise: .saltAndPepper(0.1))
    return cases
  }

  /// The instruction set that the kernels use.
  private static var instructions: String {
    if let wanted = ProcessInfo.processInfo.environment["ELBO_SIMD"], ["avx2", "sse4"].contains(wanted) {
      return wanted
    }
    let cpu = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    return cpu.contains("avx512f") ? "avx512" : cpu.contains("avx2") ? "avx2" : "sse4"
  }

  private static func trained(_ configuration: ModelConfiguration) throws -> String {
    let values = (0..<64 * 12).map { (element: Int) -> Float in
      let mixed = element * 7919 + element / 12 * 104_729
      return Float(mixed % 256) / 255
    }
    let examples = try Tensor(values, shape: [64, 12])
    let source = TensorSource(examples, labels: (0..<64).map { $0 % 3 }, classCount: 3)
    let model = try Model(configuration, options: CompilerOptions(threads: 1))
    var plan = TrainingPlan(epochs: 13)
    (plan.batchSize, plan.learningRate, plan.seed) = (16, 3e-3, 5)
    try Trainer(model, on: source, plan: plan).run()
    #expect(model.training.step == 52)
    // FNV-1a.
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    func add(_ values: [Float]) {
      for value in values {
        for shift in stride(from: UInt32(0), to: 32, by: 8) {
          hash = (hash ^ UInt64(value.bitPattern >> shift & 0xFF)) &* 0x100_0000_01B3
        }
      }
    }
    let snapshot = try model.parameters.snapshot()
    for tensor in [snapshot.values, snapshot.firstMoments, snapshot.secondMoments] {
      add(tensor.elements(as: Float.self))
    }
    for step in model.training.history.steps { add([step.loss, step.reconstruction, step.kl]) }
    return String(hash, radix: 16)
  }

  @Test func fiftyStepsHaveTheRecordedBits() throws {
    var found: [String: String] = [:]
    for one in try Self.cases() { found[one.name] = try Self.trained(one.configuration) }
    #expect(Set(found.values).count == found.count, "no two models are trained alike")
    let data = (try? Data(contentsOf: Self.file)) ?? Data("{}".utf8)
    var recorded = try JSONDecoder().decode([String: [String: String]].self, from: data)
    if ProcessInfo.processInfo.environment["ELBO_RECORD_BITS"] != nil {
      recorded[Self.instructions] = found
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
      try encoder.encode(recorded).write(to: Self.file)
      return
    }
    let wanted = try #require(recorded[Self.instructions])
    #expect(wanted.count == found.count)
    for (name, hash) in found { #expect(wanted[name] == hash, "\(Self.instructions): \(name)") }
  }
}
