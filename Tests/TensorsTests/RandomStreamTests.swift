import Tensors
import Testing

@Suite struct RandomStreamTests {
  struct Vector: Sendable {
    let counter: SIMD4<UInt32>
    let key: SIMD2<UInt32>
    let words: SIMD4<UInt32>
  }

  /// Known-answer vectors of the Random123 distribution (`kat_vectors`, philox4x32 10 rounds).
  static let vectors = [
    Vector(
      counter: SIMD4(repeating: 0), key: SIMD2(repeating: 0),
      words: SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8)),
    Vector(
      counter: SIMD4(repeating: 0xffff_ffff), key: SIMD2(repeating: 0xffff_ffff),
      words: SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd)),
    Vector(
      counter: SIMD4(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344), key: SIMD2(0xa409_3822, 0x299f_31d0),
      words: SIMD4(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1)),
  ]

  @Test(arguments: vectors) func philoxMatchesThePublishedVectors(vector: Vector) {
    #expect(RandomStream.philox(counter: vector.counter, key: vector.key) == vector.words)
  }
}

/// The numbers made of the words: moments within five standard errors, which chance alone breaks once in a million.
@Suite struct DrawTests {
  private let stream = RandomStream(seed: 3, purpose: "draws")
  private let count = 100_000

  @Test func uniformsFillTheUnitInterval() throws {
    let values = try stream.uniforms([count]).doubles()
    #expect(values.allSatisfy { $0 >= 0 && $0 < 1 })
    #expect(abs(mean(values) - 0.5) < 5 * (1.0 / 12 / Double(count)).squareRoot())
    #expect(abs(mean(values.map { $0 * $0 }) - 1.0 / 3) < 5 * (4.0 / 45 / Double(count)).squareRoot())
  }

  @Test func normalsHaveTheMomentsOfANormal() throws {
    let values = try stream.normals([count]).doubles()
    let n = Double(count)
    #expect(abs(mean(values)) < 5 / n.squareRoot())
    #expect(abs(mean(values.map { $0 * $0 }) - 1) < 5 * (2 / n).squareRoot())
    #expect(abs(mean(values.map { $0 * $0 * $0 * $0 }) - 3) < 5 * (96 / n).squareRoot())
    // Neighbors come from one pair of words and must not depend on each other.
    let products = stride(from: 0, to: count, by: 2).map { values[$0] * values[$0 + 1] }
    #expect(abs(mean(products)) < 5 / (n / 2).squareRoot())
  }

  @Test func coinsFallAsOftenAsTheyShould() {
    for probability in [Float(0), 0.03, 0.5, 1] {
      let share = mean((0..<count).map { stream.bernoulli($0, probability: probability) ? 1 : 0 })
      let p = Double(probability)
      #expect(abs(share - p) <= 5 * (p * (1 - p) / Double(count)).squareRoot())
    }
  }

  @Test func permutationsHoldEveryIndexOnceAndPutEachAnywhere() {
    #expect(stream.permutation(1000).sorted() == (0..<1000).map { Int32($0) })
    #expect(stream.permutation(0) == [])
    var places = [Double](repeating: 0, count: 6)
    for step in 0..<6000 {
      let order = RandomStream(seed: 3, purpose: "shuffle", step: UInt64(step)).permutation(6)
      places[order.firstIndex(of: 2) ?? 0] += 1
    }
    for place in places { #expect(abs(place - 1000) < 5 * (6000.0 * 5 / 36).squareRoot()) }
  }

  @Test func seedPurposeAndStepEachGiveOtherNumbers() {
    let first = stream.permutation(100)
    #expect(RandomStream(seed: 3, purpose: "draws").permutation(100) == first)
    #expect(RandomStream(seed: 4, purpose: "draws").permutation(100) != first)
    #expect(RandomStream(seed: 3, purpose: "other").permutation(100) != first)
    #expect(RandomStream(seed: 3, purpose: "draws", step: 1 << 32).permutation(100) != first)
  }

  private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
}
