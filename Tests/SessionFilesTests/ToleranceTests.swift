import SessionFiles
import Testing

/// |a − b| ≤ atol + rtol·|b|, b being what the file expects: as `elbo help replay`, the README and NumPy's `isclose` have
/// it. Sums, the side that counts, and the edge itself.
@Suite struct ToleranceTests {
  private func accepts(_ actual: Double, _ expected: Double, rtol: Double = 0, atol: Double = 0) -> Bool {
    Tolerance(rtol: rtol, atol: atol).accepts(actual, expected: expected)
  }

  @Test func theTwoTolerancesAddUp() {
    // 8 apart, of which atol allows 4 and rtol 0.25 · 16 = 4.
    #expect(accepts(24, 16, rtol: 0.25, atol: 4) && accepts(8, 16, rtol: 0.25, atol: 4))
    #expect(!accepts(24.5, 16, rtol: 0.25, atol: 4) && !accepts(7.5, 16, rtol: 0.25, atol: 4))
    #expect(!accepts(24, 16, rtol: 0.25) && !accepts(24, 16, atol: 4))
    #expect(accepts(-24, -16, rtol: 0.25, atol: 4) && !accepts(-24.5, -16, rtol: 0.25, atol: 4))
  }

  @Test func theRelativeOneIsOfWhatWasExpected() {
    #expect(accepts(0.5, 1, rtol: 0.5) && accepts(1.5, 1, rtol: 0.5))
    #expect(!accepts(1, 0.5, rtol: 0.75) && accepts(1, 2, rtol: 0.5))
    #expect(!accepts(1e-300, 0, rtol: 1) && accepts(0, 0))
    #expect(accepts(0.25, 0, atol: 0.25) && !accepts(0.5, 0, atol: 0.25))
  }

  @Test func whatIsNoNumberAgreesWithNothing() {
    #expect(!accepts(.nan, 1, rtol: 10, atol: 10) && !accepts(1, .nan, rtol: 10, atol: 10))
    #expect(Tolerance(rtol: 0, atol: 0, ignoresNumbers: true).accepts(5, expected: 1))
  }

  private func matches(_ expected: String, _ actual: String, rtol: Double, atol: Double) -> Bool {
    LineMatcher(expected, tolerance: Tolerance(rtol: rtol, atol: atol)).matches(actual)
  }

  @Test func linesAreComparedByTheirSumToo() {
    #expect(matches("loss 16.0 nats", "loss 24.0 nats", rtol: 0.25, atol: 4))
    #expect(!matches("loss 16.0 nats", "loss 24.5 nats", rtol: 0.25, atol: 4))
    #expect(!matches("loss 24.5 nats", "loss 16.0 nats", rtol: 0.125, atol: 4))
    // A line's own tolerance takes the place of the file's relative one and leaves the absolute one; both when it has
    // both.
    #expect(matches("loss 16.0 (~0.25)", "loss 24.0", rtol: 0, atol: 4))
    #expect(!matches("loss 16.0 (~0.25)", "loss 24.5", rtol: 1, atol: 4))
    #expect(matches("loss 16.0 (~0.25 ±4)", "loss 24.0", rtol: 0, atol: 0))
    #expect(!matches("loss 16.0 (~0.25 ±4)", "loss 24.5", rtol: 1, atol: 100))
    #expect(matches("x 16.0 [..] (~0.25 ±4)", "x 24.0 y", rtol: 0, atol: 0))
    #expect(!matches("x 16.0 [..] (~0.25 ±4)", "x 25.0 y", rtol: 1, atol: 100))
  }

  /// Every number of a line, not the first or the last alone; and an integer among floats.
  @Test func everyNumberOfALineCounts() {
    let expected = "a 1.0 b 2.0 c 3.0 of 7"
    #expect(matches(expected, "a 1.1 b 2.1 c 3.1 of 7", rtol: 0, atol: 0.2))
    for wrong in [
      "a 1.5 b 2.0 c 3.0 of 7", "a 1.0 b 2.5 c 3.0 of 7", "a 1.0 b 2.0 c 3.5 of 7", "a 1.0 b 2.0 c 3.0 of 8",
    ] {
      #expect(!matches(expected, wrong, rtol: 0, atol: 0.2), "\(wrong)")
    }
    #expect(!matches(expected, "a 1.0 b 2.0 c 3.0 of 7 d", rtol: 0, atol: 0.2))
    #expect(!matches(expected, "a 1.0 b 2.0 c 3.0", rtol: 0, atol: 0.2))
    // An integer where a float is expected, and the other way round, are compared as floats.
    #expect(matches("x 2.0", "x 2", rtol: 0, atol: 0) && matches("x 2", "x 2.1", rtol: 0, atol: 0.2))
  }

  @Test func differencesAreOfEveryNumberThatIsWrong() {
    let matcher = LineMatcher("a 4.0 b 1.0 c 0.0 of 7", tolerance: Tolerance(rtol: 0.25, atol: 0.5))
    guard case .numbers(let numbers)? = matcher.difference(from: "a 6.0 b 1.5 c 1.5 of 9") else {
      Issue.record("no number differs")
      return
    }
    #expect(numbers.map(\.expected) == ["4.0", "0.0", "7"] && numbers.map(\.actual) == ["6.0", "1.5", "9"])
    #expect(numbers.map(\.absolute) == [2, 1.5, 2])
    #expect(numbers[0].relative == 0.5 && numbers[1].relative == .infinity)
    #expect(numbers.map { $0.allowed == nil } == [false, false, true])
  }

  @Test func theHeaderSetsBoth() throws {
    var header = try SessionHeader("#! elbo-session 1 seed=3 rtol=0.25 atol=4 width=100 threads=2 network=no")
    #expect(header.seed == 3 && header.rtol == 0.25 && header.atol == 4 && header.width == 100)
    #expect(header.threads == 2 && !header.usesNetwork)
    #expect(try SessionHeader(header.line) == header)
    header = SessionHeader()
    #expect(header.rtol == 1e-6 && header.atol == 1e-9 && header.width == 80 && header.usesNetwork)
    #expect(header.line == "#! elbo-session 1 seed=0")
  }
}
