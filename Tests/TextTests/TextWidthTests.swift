import Testing
import Text

/// Widths are those of Unicode's EastAsianWidth.txt and emoji-data.txt, looked up by hand.
@Suite struct TextWidthTests {
  @Test(arguments: [
    ("", 0), ("abc", 3), ("héllo", 5), ("日本", 4), ("▁▂█", 3), ("−½…", 3), ("ｱ", 1), ("Ａ", 2), ("한", 2),
    // Wide as emoji by themselves: U+2705, U+231A, U+1F9EA.
    ("✅", 2), ("⌚", 2), ("🧪", 2),
    // Narrow, until U+FE0F asks for the emoji.
    ("❤", 1), ("❤\u{FE0F}", 2), ("⚠\u{FE0F}", 2), ("1\u{FE0F}\u{20E3}", 2),
  ])
  func scalarsTakeWhatUnicodeSays(text: String, columns: Int) {
    #expect(TextWidth.columns(text) == columns)
  }

  @Test(arguments: [
    ("e\u{301}", 1), ("\u{1112}\u{1161}\u{11AB}", 2), ("🇩🇪", 2), ("🇩", 1), ("👩‍👩‍👧", 2), ("👍🏽", 2), ("क्षि", 2),
    ("日\u{301}", 2), ("x\u{200D}", 1), ("🇩🇪🇫🇷", 4),
  ])
  func aCharacterIsAsWideAsItsScalarsAndNoMoreThanTwo(text: String, columns: Int) {
    #expect(TextWidth.columns(text) == columns)
  }

  @Test(arguments: ["\u{301}", "\u{200B}", "\u{FEFF}", "\u{FE0F}", "\n", "\r\n", "\u{7}", "\u{9B}"])
  func marksAndControlsTakeNothing(text: String) {
    #expect(TextWidth.columns(text) == 0)
  }

  @Test func whatSteersTheTerminalTakesNothing() {
    #expect(TextWidth.columns("\u{1B}[1;31mred\u{1B}[0m") == 3)
    #expect(TextWidth.columns("\u{1B}[31m日本\u{1B}[0m") == 4)
    #expect(TextWidth.columns("took \(ClockMarks.marked("3 s"))") == 8)
  }

  @Test func whatIsCutFits() {
    #expect(TextWidth.fit("日本語", to: 5) == "日本…")
    #expect(TextWidth.fit("日本語", to: 4) == "日…")
    #expect(TextWidth.fit("🇩🇪🇫🇷🇮🇹", to: 5) == "🇩🇪🇫🇷…")
    #expect(TextWidth.fit("abc", to: 3) == "abc")
    #expect(TextWidth.fit("abc", to: 1) == "…" && TextWidth.fit("abc", to: 0) == "")
    #expect(TextWidth.columns(TextWidth.fit("\u{1B}[2mabcdef\u{1B}[0m", to: 4)) == 4)
    #expect(TextWidth.fit("\u{1B}[2mabcdef\u{1B}[0m", to: 4).hasSuffix("\u{1B}[0m"))
  }

  @Test(arguments: ["abc", "✅ e\u{301}", "🇩🇪", "日本", ""]) func columnsOfATableAgree(text: String) {
    #expect(TextWidth.columns(TextWidth.pad(text, to: 6)) == 6)
    #expect(TextWidth.columns(TextWidth.pad(text, to: 6, right: true)) == 6)
    #expect(TextWidth.pad(text, to: 6, right: true).hasSuffix(text))
  }

  @Test func wordsAreBrokenByColumns() {
    #expect(TextWidth.wrap("日本 日本 ab", to: 7) == "日本\n日本 ab")
    #expect(TextWidth.reflowed("one\ntwo\n  x = 1\nthree", to: 20) == "one two\n  x = 1\nthree")
  }
}
