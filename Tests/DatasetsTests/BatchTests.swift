import CAllocations
import Datasets
import Tensors
import Testing

/// Batches and views: gathered without memory of their own, whoever gathers them.
@Suite(.serialized) struct BatchTests {
  private static func dataset(_ dtype: DType) throws -> Dataset {
    let count = 40 * 3 * 6 * 6
    let shape: Shape = [40, 3, 6, 6]
    let storage: Tensor =
      switch dtype {
      case .uint8: try Tensor((0..<count).map { UInt8($0 * 31 % 256) }, shape: shape)
      case .float32: try Tensor((0..<count).map { Float($0 % 97) / 97 }, shape: shape)
      case .float64: try Tensor((0..<count).map { Double($0 % 97) / 97 }, shape: shape)
      case .int32: try Tensor((0..<count).map { Int32($0 % 2) }, shape: shape)
      }
    return Dataset(name: "x", source: "", storage: storage, labels: (0..<40).map { Int32($0 % 4) })
  }

  static let transforms: [[Transform]] = [
    [], [.binarizeDynamic], [.binarizeStatic(seed: 1)], [.gaussianNoise(0.1)], [.invert, .threshold(0.4)],
    [.standardize(means: [0.1, 0.2, 0.3], deviations: [1, 2, 3])], [.resize(height: 4, width: 5)],
    [.crop(top: 1, left: 1, height: 3, width: 3), .maskNoise(0.2), .saltAndPepper(0.1)],
  ]

  @Test(arguments: transforms) func aBatchAsksForNoMemory(_ transforms: [Transform]) throws {
    for dtype in [DType.uint8, .float32] {
      for view in [try Self.dataset(dtype), try Self.dataset(dtype).split(0.5, seed: 1).first] {
        let dataset = try view.adding(transforms)
        let indices = (0..<16).map { Int32($0 * 7 % dataset.count) }
        var batch = [Float](repeating: 0, count: 16 * dataset.exampleShape.count)
        var labels = [Int32](repeating: 0, count: 16)
        func read(_ step: UInt64) {
          let stream = RandomStream(seed: 1, purpose: "batch", step: step)
          indices.withUnsafeBufferPointer { indices in
            batch.withUnsafeMutableBufferPointer { batch in
              guard let base = batch.baseAddress else { return }
              dataset.read(indices, rows: 0..<16, into: base, stream: stream)
            }
            labels.withUnsafeMutableBufferPointer {
              if let base = $0.baseAddress { dataset.readLabels(indices, into: base) }
            }
          }
        }
        read(0)
        var allocations = 0
        withUnsafeMutablePointer(to: &allocations) { counter in
          elbo_count_allocations(counter)
          for step in 1..<50 { read(UInt64(step)) }
          elbo_count_allocations(nil)
        }
        #expect(allocations < 5, "\(dtype), \(transforms.map(\.description))")
      }
    }
  }

  @Test(arguments: transforms) func anyDivisionOfTheRowsGivesTheSameBatch(_ transforms: [Transform]) throws {
    for dtype in DType.allCases {
      let dataset = try Self.dataset(dtype).subset((0..<40).reversed()).adding(transforms)
      let indices = (0..<16).map { Int32($0 * 7 % 40) }
      let stream = RandomStream(seed: 3, purpose: "batch", step: 8)
      func batch(_ parts: [Range<Int>]) -> [Float] {
        var batch = [Float](repeating: -1, count: 16 * dataset.exampleShape.count)
        batch.withUnsafeMutableBufferPointer { batch in
          guard let base = batch.baseAddress else { return }
          indices.withUnsafeBufferPointer {
            for part in parts { dataset.read($0, rows: part, into: base, stream: stream) }
          }
        }
        return batch
      }
      #expect(batch([0..<16]) == batch([9..<16, 0..<4, 4..<9]), "\(dtype)")
    }
  }

  /// A process that reads rows 5 … of a batch of 16 has them at the beginning of a batch of its own.
  @Test(arguments: transforms) func partsOfABatchDrawWhatTheWholeDraws(_ transforms: [Transform]) throws {
    for dtype in DType.allCases {
      let dataset = try Self.dataset(dtype).subset((0..<40).reversed()).adding(transforms)
      let size = dataset.exampleShape.count
      let indices = (0..<16).map { Int32($0 * 7 % 40) }
      let stream = RandomStream(seed: 3, purpose: "batch", step: 8)
      func batch(_ part: Range<Int>, told firstRow: Int) -> [Float] {
        var batch = [Float](repeating: -1, count: part.count * size)
        let own = Array(indices[part])
        batch.withUnsafeMutableBufferPointer { batch in
          guard let base = batch.baseAddress else { return }
          own.withUnsafeBufferPointer {
            dataset.read($0, rows: 0..<part.count, into: base, stream: stream, firstRow: firstRow)
          }
        }
        return batch
      }
      let whole = batch(0..<16, told: 0)
      for part in [0..<5, 5..<6, 6..<16] {
        let expected = Array(whole[part.lowerBound * size..<part.upperBound * size])
        #expect(batch(part, told: part.lowerBound) == expected, "\(dtype), rows \(part)")
        // Without its place it would draw what the first rows draw.
        if part.lowerBound > 0, transforms.contains(where: \.isRandom), dtype != .int32 {
          #expect(batch(part, told: 0) != expected, "\(dtype), rows \(part)")
        }
      }
    }
  }

  @Test(arguments: DType.allCases) func examplesAreWhatIsStored(_ dtype: DType) throws {
    let dataset = try Self.dataset(dtype)
    let scale: Double = dtype == .uint8 ? 1.0 / 255 : 1
    let values = try dataset.examples([3, 0]).doubles()
    let stored = dataset.storage[3].doubles() + dataset.storage[0].doubles()
    #expect(zip(values, stored).allSatisfy { abs($0 - $1 * scale) < 1e-6 })
  }

  @Test func subsetsAreViews() throws {
    let digits = try DatasetCatalogue().load("digits")
    let threes = digits.subset(label: 3)
    #expect(threes.count == 1200 && threes.labelCounts == [3: 1200])
    #expect(threes.storage.storage === digits.storage.storage)
    let (train, test) = threes.split(0.8, seed: 7)
    #expect(train.storage.storage === digits.storage.storage && train.count == 960 && test.count == 240)
    #expect(train.name == "digits.train")
    #expect(threes.subset(0..<100).storageIndex(99) == threes.storageIndex(99))
    #expect(try #require(digits.part("test")).storageIndex(0) == 10_000)
  }

  @Test func splitsDependOnTheSeedAlone() throws {
    let digits = try DatasetCatalogue().load("digits")
    let first = digits.split(0.8, seed: 7)
    let again = digits.split(0.8, seed: 7)
    #expect(first.first.view == again.first.view && first.second.view == again.second.view)
    #expect(digits.split(0.8, seed: 8).first.view != first.first.view)
    // Shares of every class, and of all.
    let small = try Tensor([Float](repeating: 0, count: 60), shape: [60, 1])
    let classes = Dataset(name: "x", source: "", storage: small, labels: (0..<60).map { Int32($0 / 3) })
    for (share, count) in [(0.5, 30), (0.1, 6), (0.8, 48)] {
      let parts = classes.split(share, seed: 1, stratified: true)
      #expect(parts.first.count == count && parts.second.count == 60 - count)
      #expect(parts.first.labelCounts.values.allSatisfy { abs(Double($0) - 3 * share) < 1 })
    }
    #expect(first.first.labelCounts.values.contains { $0 != 960 }, "not stratified unless asked")
  }

  @Test func theHashIsOfTheContentAndItsLabels() throws {
    let (a, b) = (try Self.dataset(.uint8), try Self.dataset(.uint8))
    #expect(a.hash.text == b.hash.text && a.hash.text.hasPrefix("sha256-") && a.hash.text.count == 71)
    let other = Dataset(name: "x", source: "", storage: a.storage, labels: (0..<40).map { Int32($0 % 5) })
    #expect(other.hash.text != a.hash.text)
    #expect(Dataset(name: "x", source: "", storage: a.storage.reshaped(to: [40, 108])).hash.text != a.hash.text)
  }
}
