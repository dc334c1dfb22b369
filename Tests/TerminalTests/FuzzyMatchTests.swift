import Terminal
import Testing

/// Lines of the history by some of their letters.
@Suite struct FuzzyMatchTests {
  @Test func lettersAreInOrderAndWordsInAny() {
    #expect(FuzzyMatch("tmd", in: "train m on=d") != nil)
    #expect(FuzzyMatch("dmt", in: "train m on=d") == nil)
    #expect(FuzzyMatch("=d train", in: "train m on=d") != nil)
    #expect(FuzzyMatch("train x", in: "train m on=d") == nil)
    #expect(FuzzyMatch("", in: "anything")?.score == 0)
  }

  @Test func upperCaseIsLookedForWhereItIsTyped() {
    #expect(FuzzyMatch("adam", in: "set m optimizer=Adam") != nil)
    #expect(FuzzyMatch("Adam", in: "set m optimizer=adam") == nil)
    #expect(FuzzyMatch("é", in: "x = 'é'") != nil)
  }

  @Test func positionsAreTheLettersFound() {
    #expect(FuzzyMatch("on", in: "train m on=d")?.positions == [8, 9])
    // As close together as they end first.
    #expect(FuzzyMatch("tan", in: "t train")?.positions == [2, 4, 6])
  }

  @Test func theBestComesFirstAndOfEqualOnesTheNewest() {
    let entries = [
      "train m on=d epochs=5", "plot loss m", "train m on=d epochs=5", "t = r + a + i + n", "evaluate m on=d.test",
      "set m train=no",
    ]
    let (lines, count) = FuzzyMatch.best("train", in: entries, limit: 10)
    #expect(lines == ["train m on=d epochs=5", "set m train=no", "t = r + a + i + n"])
    #expect(count == 3)
    #expect(FuzzyMatch.best("", in: entries, limit: 2).lines == ["train m on=d epochs=5", "plot loss m"])
    #expect(FuzzyMatch.best("zz", in: entries, limit: 2).count == 0)
  }
}
