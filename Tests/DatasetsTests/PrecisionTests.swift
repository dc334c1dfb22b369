import Datasets
import Foundation
import Tensors
import Testing

/// What float64 holds is not cut before it is used, and a random transform shows one draw where it is asked to.
@Suite struct PrecisionTests {
  /// Two columns: 1e8 + 0, 1, 2 … and 1e-9 times as much.
  private static func table(_ n: Int) throws -> Dataset {
    let values = (0..<n).flatMap { [1e8 + Double($0 % 7), 1e-9 * Double($0 % 5)] }
    var tensor = try Tensor(zeros: [n, 2], dtype: .float64)
    try tensor.withMutableElements(of: Double.self) { _ = $0.update(from: values) }
    return Dataset(name: "x", source: "", storage: tensor)
  }

  @Test func doublesStayDoublesUnderTransformsOfSingleElements() throws {
    let data = try Self.table(20)
    let stored: [Double] = [1e8 + 3, 1e-9 * 3, 1e8 + 4, 1e-9 * 4]
    #expect(try data.doubles(3..<5) == stored)
    let standard = Transform.standardize(means: [1e8 + 3, 2e-9], deviations: [2, 1e-9])
    let seen = try data.adding([standard])
    let first: [Double] = try seen.doubles(0..<1)
    #expect(abs(first[0] + 1.5) < 1e-6 && abs(first[1] + 2) < 1e-6)
    // What a model gets is cut to float32 behind the transform.
    let batch = try seen.examples(Array(0..<5)).elements(as: Float.self)
    let wanted: [Float] = [-1.5, -2, -1, -1, -0.5, 0, 0, 1, 0.5, 2]
    #expect(batch == wanted)
    // A noise after it, and an affine transform after that.
    let more = try data.adding([standard, .threshold(0), .invert]).examples([0, 4]).elements(as: Float.self)
    #expect(more == [1, 1, 0, 0])
  }

  /// A mean and a deviation for each channel, of all its pixels, in Double as in batches.
  @Test func channelsAreStandardizedByTheirOwn() throws {
    let storage = try Tensor((1...8).map { Int32($0) }, shape: [1, 2, 2, 2])
    let seen = try Dataset(name: "x", source: "", storage: storage).adding([
      .standardize(means: [1, 5], deviations: [2, 4])
    ])
    let wanted = [0, 0.5, 1, 1.5, 0, 0.25, 0.5, 0.75]
    #expect(try seen.doubles(0..<1) == wanted)
    #expect(try seen.examples([0]).elements(as: Float.self) == wanted.map { Float($0) })
  }

  /// 101325 and 0.05 more or less in float32: its mean is thousands of deviations from 0.
  @Test func aMeanManyDeviationsFromZeroCostsNoDigits() throws {
    let values = (0..<100).map { Float(101_325 + 0.0625 * Double($0 % 3 - 1)) }
    let data = Dataset(name: "x", source: "", storage: try Tensor(values, shape: [100, 1]))
    let seen = try data.adding([.standardize(means: [101_325], deviations: [0.0625])])
    #expect(try seen.examples([0, 1, 2]).elements(as: Float.self) == [-1, 0, 1])
  }

  @Test func oneDrawIsShownWhateverTheOrder() throws {
    let storage = try Tensor([UInt8](repeating: 128, count: 600 * 9), shape: [600, 1, 3, 3])
    let grey = Dataset(name: "x", source: "", storage: storage)
    let dynamic = try grey.adding([.binarizeDynamic])
    let once = dynamic.drawnOnce(seed: 4)
    let all = try once.examples(Array(0..<600)).elements(as: Float.self)
    #expect(Set(all) == [0, 1])
    func rows(_ positions: [Int]) -> [Float] { positions.flatMap { Array(all[$0 * 9..<($0 + 1) * 9]) } }
    let stream = RandomStream(seed: 9, purpose: "batch", step: 5)
    let chosen = [17, 599, 3, 250, 17]
    #expect(try once.examples(chosen, stream: stream).elements(as: Float.self) == rows(chosen))
    #expect(try once.subset([5, 400]).subset([1]).examples([0]).elements(as: Float.self) == rows([400]))
    #expect(try dynamic.drawnOnce(seed: 5).examples(Array(0..<600)).elements(as: Float.self) != all)
    // The draw is the one that a measure of all of them gets, batch by batch.
    let second = (250..<500).map { Int32($0) }
    var batch = [Float](repeating: 0, count: 250 * 9)
    dynamic.read(second, into: &batch, stream: RandomStream(seed: 4, purpose: MeasuringBatches.purpose, step: 1))
    #expect(batch == rows(Array(250..<500)))
    let noisy = try grey.adding([.gaussianNoise(0.1), .maskNoise(0.5)]).drawnOnce(seed: 1)
    #expect(
      try noisy.examples([7]).elements(as: Float.self) == Array(noisy.examples([2, 7]).elements(as: Float.self)[9...]))
  }
}
