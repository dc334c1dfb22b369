import Testing
import Text

@Suite struct NumberTextTests {
  @Test func numbersAsTextAreGroupedFromTheRight() {
    for (value, text) in [
      (0, "0"), (999, "999"), (1234, "1234"), (12_345, "12,345"), (1_234_567, "1,234,567"), (-12_345, "-12,345"),
    ] {
      #expect(NumberText.count(value) == text)
    }
    for (value, text) in [
      (999, "999 B"), (1500, "1.5 kB"), (1_500_000, "1.5 MB"), (12_000_000, "12 MB"), (2_000_000_000, "2.0 GB"),
    ] {
      #expect(NumberText.bytes(value) == text)
    }
    for (value, text) in [
      (0.0005, "500 µs"), (0.0053, "5.3 ms"), (0.25, "250 ms"), (1.25, "1.2 s"), (90, "90.0 s"), (125, "2 min 5 s"),
      (3725, "1 h 2 min"),
    ] {
      #expect(NumberText.duration(value) == text)
    }
    #expect(NumberText.short(1.0 / 3) == "0.333333" && NumberText.fixed(2.0 / 3, decimals: 2) == "0.67")
  }

  @Test func aClockHasTwoDigitsWhereItsNeighborsHaveThem() {
    for (value, text) in [
      (0, "0:00"), (7, "0:07"), (185, "3:05"), (3727, "1:02:07"), (59.6, "1:00"), (.infinity, "–:––"), (-1, "–:––"),
    ] {
      #expect(NumberText.clock(value) == text)
    }
  }

  /// glibc writes `-nan` on some CPUs.
  @Test func whatIsNotFiniteIsAWord() {
    for (value, text) in [(Double.nan, "nan"), (-Double.nan, "nan"), (.infinity, "inf"), (-.infinity, "-inf")] {
      #expect(NumberText.short(value) == text && NumberText.short(value, digits: 3) == text)
      #expect(NumberText.exact(value) == text && NumberText.fixed(value, decimals: 2) == text)
      #expect(NumberText.format("%.3g", value) == text)
    }
  }

  @Test func patternsAreThoseOfC() {
    #expect(NumberText.format("%.3g", 1234.5) == "1.23e+03" && NumberText.format("%#.4g", 2) == "2.000")
    #expect(NumberText.format("%.0f", 1e300).utf8.count == 301)
  }
}
