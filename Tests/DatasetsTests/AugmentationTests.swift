import Datasets
import Foundation
import Tensors
import Testing

/// Training sees images changed at random, anew in every step; everything else sees them as they are.
@Suite struct AugmentationTests {
  private static let (channels, height, width) = (2, 5, 4)
  private static let size = channels * height * width

  private static func images(_ count: Int) throws -> Dataset {
    Dataset(
      name: "x", source: "",
      storage: try Tensor((0..<count * size).map { UInt8($0 * 37 % 251) }, shape: [count, channels, height, width]))
  }

  private static func seen(
    _ data: Dataset, for purpose: String = TrainingBatches.purpose, seed: UInt64 = 1, step: UInt64 = 0
  ) throws -> [[Float]] {
    let stream = RandomStream(seed: seed, purpose: purpose, step: step)
    let values = try data.examples(Array(0..<data.count), stream: stream).elements(as: Float.self)
    let size = data.exampleShape.count
    return (0..<data.count).map { Array(values[$0 * size..<($0 + 1) * size]) }
  }

  /// Pixel (c, y, x) of a flat image, its edge where it is outside.
  private static func pixel(_ image: [Float], _ c: Int, _ y: Int, _ x: Int) -> Float {
    image[(c * height + min(max(y, 0), height - 1)) * width + min(max(x, 0), width - 1)]
  }

  private static func image(_ value: (Int, Int, Int) -> Float) -> [Float] {
    (0..<size).map { value($0 / (height * width), $0 / width % height, $0 % width) }
  }

  private static let all: [Augmentation] = [
    .flip(horizontal: true, vertical: true), .translate(2), .rotate(30), .brightness(0.5),
    .crop(height: 3, width: 2),
  ]

  @Test(arguments: all) func onlyTrainingIsChanged(_ change: Augmentation) throws {
    let plain = try Self.images(20)
    let changed = try plain.adding([.augment(change)])
    let wanted: [[Float]] =
      if case .crop = change {
        // Centered: one row above, one column on the left.
        try Self.seen(plain.adding([.crop(top: 1, left: 1, height: 3, width: 2)]))
      } else {
        try Self.seen(plain)
      }
    for purpose in [MeasuringBatches.purpose, "examples", "mean"] {
      #expect(try Self.seen(changed, for: purpose) == wanted)
    }
    let first = try Self.seen(changed)
    #expect(first != wanted)
    #expect(try Self.seen(changed) == first)
    #expect(try Self.seen(changed, step: 1) != first)
    #expect(try Self.seen(changed, seed: 2) != first)
  }

  /// A process that reads rows 7 to 12 of a batch sees what one that reads all of it sees there.
  @Test(arguments: all) func aPartOfABatchIsThatOfTheWhole(_ change: Augmentation) throws {
    let data = try Self.images(20).adding([.augment(change)])
    let whole = try Self.seen(data)
    var part = [Float](repeating: 0, count: 6 * data.exampleShape.count)
    part.withUnsafeMutableBufferPointer { part in
      (7..<13).map(Int32.init).withUnsafeBufferPointer {
        data.read(
          $0, rows: 0..<6, into: part.baseAddress!, stream: RandomStream(seed: 1, purpose: TrainingBatches.purpose),
          firstRow: 7)
      }
    }
    #expect(part == whole[7..<13].flatMap { $0 })
  }

  @Test func halfOfTheImagesAreMirrored() throws {
    let plain = try Self.images(400)
    let seen = try Self.seen(plain.adding([.augment(.flip(horizontal: true, vertical: true))]))
    var counts = [0, 0, 0, 0]
    for (image, now) in zip(try Self.seen(plain), seen) {
      let kinds = [(false, false), (true, false), (false, true), (true, true)].map { across, down in
        Self.image { c, y, x in
          Self.pixel(image, c, down ? Self.height - 1 - y : y, across ? Self.width - 1 - x : x)
        }
      }
      counts[try #require(kinds.firstIndex(of: now))] += 1
    }
    // Four kinds of 100 each; the deviation of a count is 8.7.
    #expect(counts.allSatisfy { (57...143).contains($0) }, "\(counts)")
  }

  @Test func everyPlaceWithinReachOccurs() throws {
    let plain = try Self.images(300)
    let seen = try Self.seen(plain.adding([.augment(.translate(1))]))
    var places: [String: Int] = [:]
    for (image, now) in zip(try Self.seen(plain), seen) {
      var found: String?
      for down in -1...1 {
        for right in -1...1 where Self.image({ c, y, x in Self.pixel(image, c, y - down, x - right) }) == now {
          found = "\(down), \(right)"
        }
      }
      places[try #require(found), default: 0] += 1
    }
    #expect(places.count == 9, "\(places)")
  }

  /// Against bilinear interpolation in Double, with the angle that the stream draws.
  @Test func imagesTurnAboutTheirCenters() throws {
    let plain = try Self.images(12)
    let seen = try Self.seen(plain.adding([.augment(.rotate(40))]), seed: 5, step: 3)
    let draws = RandomStream(seed: 5, purpose: "augmentation 0", step: 3)
    for (row, (image, now)) in zip(try Self.seen(plain), seen).enumerated() {
      let angle = (2 * Double(draws.uniform(row * 4)) - 1) * 40 * Double.pi / 180
      let wanted = Self.image { c, y, x in
        let (dy, dx) = (Double(y) - 2, Double(x) - 1.5)
        let from = (
          y: min(max(2 + cos(angle) * dy + sin(angle) * dx, 0), 4),
          x: min(max(1.5 + cos(angle) * dx - sin(angle) * dy, 0), 3)
        )
        let (top, left) = (Int(from.y), Int(from.x))
        let (a, b) = (from.y - Double(top), from.x - Double(left))
        func at(_ y: Int, _ x: Int) -> Double { Double(Self.pixel(image, c, y, x)) }
        let upper = (1 - b) * at(top, left) + b * at(top, left + 1)
        let lower = (1 - b) * at(top + 1, left) + b * at(top + 1, left + 1)
        return Float((1 - a) * upper + a * lower)
      }
      #expect(zip(now, wanted).allSatisfy { abs($0 - $1) < 1e-5 })
    }
  }

  @Test func oneFactorBrightensAnImage() throws {
    let plain = try Self.images(50)
    let seen = try Self.seen(plain.adding([.augment(.brightness(0.5))]))
    var factors: [Float] = []
    for (image, now) in zip(try Self.seen(plain), seen) {
      let dark = try #require(image.indices.first { image[$0] > 0.05 && image[$0] < 0.3 })
      let factor = now[dark] / image[dark]
      #expect((0.5...1.5).contains(factor))
      let wanted: [Float] = image.map { min($0 * factor, 1) }
      #expect(zip(wanted, now).allSatisfy { abs($0 - $1) < 1e-5 })
      factors.append(factor)
    }
    #expect(Set(factors).count == 50)
  }

  @Test func aWindowIsOneOfTheImage() throws {
    let plain = try Self.images(200)
    let seen = try Self.seen(plain.adding([.augment(.crop(height: 4, width: 3))]))
    var places: Set<Int> = []
    for (image, now) in zip(try Self.seen(plain), seen) {
      let found = (0..<4).first { place in
        let window = (0..<Self.channels * 12).map {
          Self.pixel(image, $0 / 12, $0 / 3 % 4 + place / 2, $0 % 3 + place % 2)
        }
        return window == now
      }
      places.insert(try #require(found))
    }
    #expect(places.count == 4)
  }

  /// Two of a kind draw for themselves; what stands behind them sees what they made.
  @Test func theyStandInAChain() throws {
    let plain = try Self.images(60)
    let twice = try plain.adding([
      .augment(.flip(horizontal: true, vertical: false)), .augment(.flip(horizontal: true, vertical: false)), .invert,
    ])
    let unchanged = zip(try Self.seen(plain), try Self.seen(twice)).filter { image, now in
      zip(image, now).allSatisfy { abs(1 - $0 - $1) < 1e-6 }
    }
    // Both or neither mirrored it: half of 60, whose deviation is 3.9.
    #expect((11...49).contains(unchanged.count))
    let data = try JSONEncoder().encode(twice.transforms)
    #expect(try JSONDecoder().decode([Transform].self, from: data) == twice.transforms)
  }

  @Test func whatIsNoImageIsRefused() throws {
    let rows = Dataset(name: "r", source: "", storage: try Tensor([Float](repeating: 0, count: 8), shape: [2, 4]))
    for change in Self.all {
      let error = #expect(throws: TransformError.self) { try rows.adding([.augment(change)]) }
      #expect(error?.description.hasPrefix(change.description) == true)
    }
    let images = try Self.images(1)
    #expect(throws: TransformError.self) { try images.adding([.augment(.translate(4))]) }
    #expect(throws: TransformError.self) { try images.adding([.augment(.crop(height: 6, width: 2))]) }
  }
}
