import Language
import Testing

/// `time STATEMENT` and `watch 5s STATEMENT`.
@Suite struct CellPrefixTests {
  private func prefix(_ text: String) -> CellPrefix? { CellPrefix(SourceText(text)) }

  @Test func timeIsAPrefixOfAStatementAndASettingByItself() {
    #expect(prefix("time train m on=d")?.kind == .time)
    #expect(prefix("  %time 1 + 1")?.kind == .time)
    for text in ["time", "time on", "time off;", "time on # mine", "time = 3", "time + 1", "time?", "times x", "x = 1"]
    {
      #expect(prefix(text) == nil, "\(text)")
    }
    #expect(prefix("time on | show") != nil)
  }

  @Test func watchHasSecondsBeforeItsStatement() {
    #expect(prefix("watch 5s evaluate m")?.kind == .watch(seconds: 5))
    #expect(prefix("watch 500ms x")?.kind == .watch(seconds: 0.5))
    #expect(prefix("watch 2m x")?.kind == .watch(seconds: 120) && prefix("watch 2min x")?.kind == .watch(seconds: 120))
    #expect(prefix("watch 3 x")?.kind == .watch(seconds: 3) && prefix("watch 1h x")?.kind == .watch(seconds: 3600))
    for text in [
      "watch", "watch 5s", "watch x y", "watch 0s x", "watch -1s x", "watch 9e9s x", "watch nans x", "watch 5s\nx",
    ] {
      #expect(prefix(text) == nil, "\(text)")
    }
  }

  @Test func blanksStandInItsPlace() {
    #expect(CellPrefix.blanked("time é = 1") == "     é = 1")
    #expect(CellPrefix.blanked(" watch 5s show x") == "          show x")
    #expect(CellPrefix.blanked("evaluate m") == "evaluate m")
  }
}
