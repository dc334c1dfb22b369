import Testing
import Text

@Suite struct HangingTextTests {
  @Test func aLineThatFitsStaysAsItIs() {
    #expect(HangingText.wrapped("  two   columns", to: 20) == "  two   columns")
    #expect(HangingText.wrapped("", to: 20) == "")
  }

  @Test func proseGoesOnBelowItsStart() {
    #expect(HangingText.wrapped("one two three four five six", to: 20) == "one two three four\nfive six")
    #expect(HangingText.wrapped("  one two three four five", to: 20) == "  one two three four\n  five")
    #expect(HangingText.wrapped("error: one two three four", to: 20, hang: 2) == "error: one two three\n  four")
  }

  @Test func columnsGoOnBelowTheLastOfThem() {
    let margin = String(repeating: " ", count: 13)
    #expect(
      HangingText.wrapped("  epochs=N   how often the data are seen", to: 30)
        == "  epochs=N   how often the\n\(margin)data are seen")
  }

  @Test func aColumnTooFarToTheRightGoesBelow() {
    #expect(
      HangingText.wrapped("  name_of_something_long      what it is for", to: 36)
        == "  name_of_something_long\n      what it is for")
    let far = HangingText.wrapped(String(repeating: " ", count: 35) + "to it, the last left out", to: 40)
    #expect(far == "    to it, the last left out")
  }

  @Test func aWordThatIsTooWideIsLeftWhole() {
    let path = "/a/very/long/path/that/a/person/copies"
    #expect(HangingText.wrapped("wrote \(path) (3 kB)", to: 20) == "wrote\n\(path)\n(3 kB)")
  }

  @Test(arguments: [20, 33, 40, 60, 80]) func noLineIsWiderUnlessAWordIs(width: Int) {
    let words = (0..<60).map { String(repeating: "x", count: 1 + $0 * 7 % 13) + ($0 % 11 == 0 ? "  " : "") }
    let text = "   " + words.joined(separator: " ") + "\n" + words.reversed().joined(separator: " ")
    let broken = HangingText.wrapped(text, to: width)
    #expect(broken.split(separator: "\n").allSatisfy { TextWidth.columns($0) <= width })
    #expect(broken.split { $0 == " " || $0 == "\n" } == text.split { $0 == " " || $0 == "\n" })
  }
}
