import Testing
import Text

@Suite struct SuggestionTests {
  /// A third of the letters may be wrong, one at least; neighbors that changed places are one mistake, not two.
  @Test func exchangedNeighborsAreOneMistake() {
    #expect(Suggestion.question("tets", in: ["test"]) == "Did you mean 'test'?")
    #expect(Suggestion.question("teax", in: ["test"]) == nil)
    #expect(Suggestion.question("tarin", in: ["train"]) == "Did you mean 'train'?")
    #expect(Suggestion.question("tarni", in: ["train"]) == nil)
  }
}
