import Datasets
import Networks
import Tensors
import Testing
import VAEngine

/// No two purposes draw from the same words of the generator, whatever seeds and steps people choose: the purpose is a
/// word of the counter, and every purpose has another one.
@Suite struct StreamPurposeTests {
  /// Streams that data are drawn from.
  private static let data = [
    StreamPurpose.trainingData, StreamPurpose.evaluatedData, StreamPurpose.checkedData, StreamPurpose.averagedData,
    "examples", "denoise",
  ]

  /// Every purpose there is; of layers those of networks 64 deep.
  private static var all: [String: UInt32] {
    var names =
      data + [
        StreamPurpose.shuffle, StreamPurpose.posterior, StreamPurpose.evaluation, StreamPurpose.importanceSamples,
        StreamPurpose.corruption, "\(StreamPurpose.denoising).\(StreamPurpose.corruption)", StreamPurpose.sample,
        StreamPurpose.prior, "binarize", "sprites", "split", "measure", "normal", "uniform",
      ]
    for part in ["encoder", "decoder"] {
      for layer in 1...64 {
        names.append("\(part).\(layer).dropout")
        for tensor in ["weight", "bias", "scale", "shift", "a.weight", "b.weight", "value.weight", "gate.weight"] {
          names.append("initial \(part).\(layer).\(tensor)")
        }
      }
    }
    var purposes = Dictionary(uniqueKeysWithValues: names.map { ($0, RandomStream.purpose(named: $0)) })
    for name in data {
      for number in 0..<8 {
        let noise = number == 0 ? "noise" : "noise \(number)"
        purposes["\(name), \(noise)"] = RandomStream(seed: 0, purpose: name).noise(noise).purpose
      }
    }
    return purposes
  }

  @Test func everyPurposeHasAWordOfItsOwn() {
    let purposes = Self.all
    #expect(purposes.count > 1000)
    let shared = Dictionary(grouping: purposes.keys) { purposes[$0] ?? 0 }.values.filter { $0.count > 1 }
    #expect(shared.isEmpty, "\(shared)")
  }

  /// The first block of every purpose at the seeds and steps that collide if anything does: none twice.
  @Test func noBlockIsDrawnTwice() {
    var seen = Set<SIMD4<UInt32>>()
    var count = 0
    for (_, purpose) in Self.all {
      for seed in [0, 1, 7, 1 << 32] as [UInt64] {
        for step in [0, 1, 2, 1 << 32, 7 << 32] as [UInt64] {
          seen.insert(RandomStream(seed: seed, purpose: purpose, step: step).block(0))
          count += 1
        }
      }
    }
    #expect(seen.count == count)
  }

  /// Pixels of 0.5 come out as the bits of their draw: those are not the draws of the posterior of the same seed and
  /// step.
  @Test func binarizedDataAreNotDrawnWithThePosteriorsWords() throws {
    let gray = try Tensor([Float](repeating: 0.5, count: 128), shape: [8, 1, 4, 4])
    let set = try Dataset(name: "gray", source: "", storage: gray).adding([.binarizeDynamic])
    let values = try set.values(seed: 0).elements(as: Float.self)
    for purpose in [StreamPurpose.evaluation, StreamPurpose.importanceSamples, StreamPurpose.posterior] {
      let stream = RandomStream(seed: 0, purpose: purpose)
      #expect(values != values.indices.map { stream.uniform($0) < 0.5 ? 1 : 0 }, "\(purpose)")
    }
    let own = RandomStream.evaluatedData(seed: 0)
    #expect(values == values.indices.map { own.uniform($0) < 0.5 ? 1 : 0 })
  }

  /// A seed beyond 2³² is a seed of its own, not that of its low half.
  @Test func largeSeedsAreOtherDraws() throws {
    let model = try TrainingTests.model(.vae, preset: .mlp)
    let data = Examples.blobs(20)
    func measured(_ seed: UInt64) throws -> Double {
      try model.evaluate(data, options: .init(seed: seed)).reconstruction.mean
    }
    let results = try [0, 1, 1 << 32, 1 << 32 + 1, 1 << 33].map(measured)
    #expect(Set(results).count == results.count)
    #expect(try measured(0) == results[0])
  }
}
