import Notebook
import Testing

@Suite struct LookalikeTests {
  let bench: Bench
  init() throws { bench = try Bench() }

  @Test func quotedEscapesAreThoseOfPython() {
    #expect(bench.shown(#""\x41\u00e9\U0001f600\x""#) == ["Aé😀\\x"])
    #expect(bench.shown(#""\u12 \U0011ffff \ud800 C:\dir""#) == [#"\u12 \U0011ffff \ud800 C:\dir"#])
  }

  @Test func theHistoryHoldsWhatWasRead() {
    bench.run("1\u{A0}\u{2212}\u{200B} 3")
    #expect(bench.session.history.tail(1).first?.source == "1 - 3")
  }

  @Test func aStatementThatLooksUnfinishedIsAsItIsRead() {
    #expect(bench.session.completeness("“a b”") == .complete)
    #expect(bench.session.completeness("x = 1\u{A0}+ \\") != .complete)
  }
}
