import Datasets
import Tensors
import Testing

@Suite struct DatasetTests {
  @Test func digitsAreTwelveThousandEvenlyLabelled() throws {
    let digits = try DatasetCatalogue().load("digits")
    #expect(digits.count == 12_000)
    #expect(digits.exampleShape == [1, 28, 28])
    #expect(try #require(digits.part("train")).labelCounts.values.allSatisfy { $0 == 1000 })
    #expect(try #require(digits.part("test")).labelCounts.values.allSatisfy { $0 == 200 })
    #expect(digits.classCount == 10)
  }

  @Test func batchesAreScaledToTheUnitInterval() throws {
    let digits = try DatasetCatalogue().load("digits")
    let images = try digits.examples([0, 11_999])
    let stored = digits.storage[11_999].elements(as: UInt8.self)
    #expect(images[1].elements(as: Float.self) == stored.map { Float($0) * (1 / 255) })
  }

  @Test func dynamicBinarizationFollowsTheStream() throws {
    let digits = try DatasetCatalogue().load("digits").adding([.binarizeDynamic])
    let stream = RandomStream(seed: 3, purpose: "batch", step: 9)
    let images = try digits.examples([5, 6, 7], stream: stream).elements(as: Float.self)
    let gray = digits.storage[5..<8].elements(as: UInt8.self).map { Float($0) * (1 / 255) }
    #expect(images == gray.enumerated().map { stream.uniform($0.offset) < $0.element ? 1 : 0 })
  }

  @Test func splitsAreDisjointAndComplete() throws {
    let digits = try DatasetCatalogue().load("digits")
    let (a, b) = digits.split(0.8, seed: 7, stratified: true)
    #expect(a.count == 9600 && b.count == 2400)
    #expect(Set((0..<a.count).map(a.storageIndex)).union((0..<b.count).map(b.storageIndex)).count == 12_000)
    #expect(a.labelCounts.values.allSatisfy { $0 == 960 })
  }
}
