import Datasets
import Foundation
import Tensors
import Testing

/// Transforms are data, run in their order, and do what they say.
@Suite struct TransformTests {
  private static func images(_ count: Int = 6, _ example: Shape = [3, 5, 4]) throws -> Dataset {
    let shape = Shape([count] + example.dimensions)
    return Dataset(
      name: "x", source: "", storage: try Tensor((0..<shape.count).map { UInt8($0 * 37 % 256) }, shape: shape))
  }

  private static func values(_ dataset: Dataset, seed: UInt64 = 1) throws -> [Float] {
    try dataset.examples(Array(0..<dataset.count), stream: RandomStream(seed: seed, purpose: "batch"))
      .elements(as: Float.self)
  }

  private static func near(_ a: [Float], _ b: [Float], _ tolerance: Float = 1e-6) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= tolerance }
  }

  @Test func theyRunInTheirOrder() throws {
    let images = try Self.images()
    let gray = try Self.values(images)
    #expect(Self.near(try Self.values(images.adding([.scale(2), .invert])), gray.map { 1 - 2 * $0 }))
    #expect(Self.near(try Self.values(images.adding([.invert, .scale(2)])), gray.map { 2 * (1 - $0) }))
    #expect(Self.near(try Self.values(images.adding([.scale(2), .shift(-1)])), gray.map { 2 * $0 - 1 }))
    #expect(Self.near(try Self.values(images.adding([.shift(-1), .scale(2)])), gray.map { 2 * ($0 - 1) }))
    #expect(try Self.values(images.adding([.threshold(0.5), .shift(3)])) == gray.map { $0 >= 0.5 ? 4 : 3 })
    #expect(try Self.values(images.adding([.threshold(0.5), .invert])) == gray.map { $0 >= 0.5 ? 0 : 1 })
    #expect(try Self.values(images.adding([.invert, .threshold(0.75)])) == gray.map { 1 - $0 >= 0.75 ? 1 : 0 })
  }

  @Test func standardizeTakesOnePairOrOneForEachChannelOrElement() throws {
    let images = try Self.images()
    let gray = try Self.values(images)
    let channels = Transform.standardize(means: [0.1, 0.2, 0.3], deviations: [1, 2, 4])
    let wanted = gray.enumerated().map { index, x in
      let channel = index / 20 % 3
      return (x - [0.1, 0.2, 0.3][channel]) / [1, 2, 4][channel]
    }
    #expect(Self.near(try Self.values(images.adding([channels])), wanted))
    #expect(
      Self.near(
        try Self.values(images.adding([.standardize(means: [0.5], deviations: [2])])), gray.map { ($0 - 0.5) / 2 }))
    #expect(throws: TransformError.self) { try images.adding([.standardize(means: [0, 0], deviations: [1, 1])]) }
    #expect(throws: TransformError.self) { try images.adding([.standardize(means: [0], deviations: [0])]) }
  }

  @Test func cropTakesAWindow() throws {
    let images = try Self.images()
    let cropped = try images.adding([.crop(top: 1, left: 2, height: 3, width: 2)])
    #expect(cropped.exampleShape == [3, 3, 2])
    let gray = try Self.values(images)
    let wanted = (0..<6 * 3 * 3 * 2).map { index in
      let (x, y, plane) = (index % 2, index / 2 % 3, index / 6)
      return gray[(plane * 5 + y + 1) * 4 + x + 2]
    }
    #expect(Self.near(try Self.values(cropped), wanted))
    #expect(throws: TransformError.self) { try images.adding([.crop(top: 3, left: 0, height: 3, width: 2)]) }
    #expect(throws: TransformError.self) { try images.adding([.crop(top: .max, left: 0, height: 1, width: 1)]) }
  }

  @Test func resizeKeepsConstantsAndMeans() throws {
    let flat = Dataset(
      name: "x", source: "", storage: try Tensor([UInt8](repeating: 200, count: 2 * 49), shape: [2, 1, 7, 7]))
    for side in [1, 3, 7, 20] {
      let values = try Self.values(flat.adding([.resize(height: side, width: side + 1)]))
      #expect(values.count == 2 * side * (side + 1))
      #expect(values.allSatisfy { abs($0 - 200.0 / 255) < 1e-5 })
    }
    let whole = try Self.values(Self.images(2, [1, 8, 8]))
    let half = try Self.values(Self.images(2, [1, 8, 8]).adding([.resize(height: 1, width: 1)]))
    #expect(half.count == 2)
    #expect(abs(half[0] - whole[0..<64].reduce(0, +) / 64) < 0.1)
    #expect(throws: TransformError.self) { try Self.images().adding([.resize(height: 0, width: 3)]) }
    let rows = Dataset(name: "x", source: "", storage: try Tensor(zeros: [3, 4]))
    #expect(throws: TransformError.self) { try rows.adding([.resize(height: 2, width: 2)]) }
  }

  @Test func aResizeOfNoiseIsAResizeOfNoise() throws {
    let images = try Self.images().adding([.binarizeDynamic, .resize(height: 10, width: 8)])
    let values = try Self.values(images)
    #expect(images.exampleShape == [3, 10, 8])
    #expect(values.contains { $0 > 0.01 && $0 < 0.99 }, "averages of zeros and ones")
    let binary = try Self.values(Self.images().adding([.resize(height: 10, width: 8), .binarizeDynamic]))
    #expect(binary.allSatisfy { $0 == 0 || $0 == 1 })
  }

  @Test func staticBinarizationIsTheSameWhereverAnExampleIsRead() throws {
    let images = try Self.images(8).adding([.binarizeStatic(seed: 4)])
    let all = try Self.values(images)
    #expect(try Self.values(images, seed: 99) == all)
    let some = try Self.values(images.subset([5, 2]))
    #expect(some == Array(all[300..<360]) + Array(all[120..<180]))
    #expect(try Self.values(Self.images(8).adding([.binarizeStatic(seed: 5)])) != all)
    #expect(all.allSatisfy { $0 == 0 || $0 == 1 })
  }

  @Test func noiseIsDrawnAnewAndAsStrongAsItSays() throws {
    let flat = Dataset(
      name: "x", source: "", storage: try Tensor([UInt8](repeating: 51, count: 100 * 400), shape: [100, 1, 20, 20]))
    let gaussian = try Self.values(flat.adding([.gaussianNoise(0.3)]))
    let mean = gaussian.reduce(0, +) / 40_000
    let variance = gaussian.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 40_000
    #expect(abs(mean - 0.2) < 0.01 && abs(variance - 0.09) < 0.005)
    // Two noises are two draws.
    let twice = try Self.values(flat.adding([.gaussianNoise(0.3), .gaussianNoise(0.3)]))
    #expect(abs(twice.reduce(0) { $0 + ($1 - 0.2) * ($1 - 0.2) } / 40_000 - 0.18) < 0.01)
    let masked = try Self.values(flat.adding([.maskNoise(0.25)]))
    #expect(abs(Float(masked.count { $0 == 0 }) / 40_000 - 0.25) < 0.015)
    let salted = try Self.values(flat.adding([.saltAndPepper(0.2)]))
    #expect(abs(Float(salted.count { $0 == 0 }) / 40_000 - 0.1) < 0.01)
    #expect(abs(Float(salted.count { $0 == 1 }) / 40_000 - 0.1) < 0.01)
    #expect(try Self.values(flat.adding([.maskNoise(0.25)]), seed: 2) != masked)
  }

  /// Element i of row r has element r·D + i of the draw, blocks of four beginning inside a row and rows inside a block.
  @Test(arguments: [5, 18, 301]) func noiseIsThatOfItsPlaceInTheDraw(_ width: Int) throws {
    let flat = Dataset(
      name: "x", source: "", storage: try Tensor([Float](repeating: 0.5, count: 7 * width), shape: [7, width]))
    let draw = RandomStream(seed: 1, purpose: "batch").noise("noise")
    let gaussian = try Self.values(flat.adding([.gaussianNoise(0.25)]))
    #expect(Self.near(gaussian, (0..<7 * width).map { 0.5 + 0.25 * draw.normal($0) }, 1e-5))
    let masked = try Self.values(flat.adding([.maskNoise(0.3)]))
    #expect(masked == (0..<7 * width).map { draw.uniform($0) < 0.3 ? 0 : 0.5 })
    let salted = try Self.values(flat.adding([.saltAndPepper(0.4)]))
    #expect(salted == (0..<7 * width).map { draw.uniform($0) < 0.2 ? 0 : draw.uniform($0) < 0.4 ? 1 : 0.5 })
  }

  @Test func theyAreDataThatComeBackFromJSON() throws {
    let all: [Transform] = [
      .scale(1 / 255), .standardize(means: [0.1], deviations: [2]), .binarizeStatic(seed: 7), .binarizeDynamic,
      .threshold(0.5), .invert, .shift(0.5), .gaussianNoise(0.3), .maskNoise(0.1), .saltAndPepper(0.2),
      .resize(height: 3, width: 4), .crop(top: 1, left: 0, height: 2, width: 2),
    ]
    let data = try JSONEncoder().encode(all)
    #expect(try JSONDecoder().decode([Transform].self, from: data) == all)
    #expect(Set(all.map(\.description)).count == all.count)
  }

  @Test func storedValuesStayAsTheyCame() throws {
    let images = try Self.images()
    let changed = try images.adding([.invert, .resize(height: 2, width: 2)])
    #expect(changed.storage.storage === images.storage.storage)
    #expect(changed.storage.dtype == .uint8)
    #expect(changed.hash.text == images.hash.text)
  }
}
