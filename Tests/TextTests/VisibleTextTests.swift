import Testing
import Text

@Suite struct VisibleTextTests {
  @Test(arguments: [
    ("plain, é 日本 👩‍👧", "plain, é 日本 👩‍👧"), ("\u{1B}]0;x\u{7}", "\\x1b]0;x\\x07"), ("a\rb\0", "a\\rb\\x00"),
    ("\u{7F}", "\\x7f"),
    ("\u{9B}31m\u{85}", "\\x9b31m\\x85"), ("\u{202E}gpj\u{2069}\u{200F}\u{61C}", "\\u202egpj\\u2069\\u200f\\u061c"),
    ("\r\n", "\\r\\n"), ("a\tb", "a\\tb"), ("\u{2028}", "\\u2028"), ("\\x1b", "\\x1b"),
    ("\u{1B}\u{301}", "\\x1b\u{301}"),
  ])
  func namesShowWhatWouldSteerATerminal(text: String, shown: String) {
    #expect(VisibleText.name(text) == shown)
  }

  @Test func linesKeepTheirEndsAndTabs() {
    #expect(VisibleText.lines("a\n\tb\u{1B}") == "a\n\tb\\x1b")
    #expect(VisibleText.lines("a\r\nb") == "a\\r\nb")
  }

  @Test func nothingThatStaysIsAControl() {
    for value in UInt32(0)...0x2FFF {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let shown = VisibleText.name(String(scalar)).unicodeScalars
      #expect(!shown.contains { $0.properties.generalCategory == .control || $0.properties.isBidiControl })
    }
  }
}
