import Language
import Testing

@Suite struct CursorContextTests {
  /// The place at the bar in `source`.
  private func context(_ source: String) throws -> (CursorContext, SourceText) {
    let bar = try #require(source.utf8.firstIndex(of: UInt8(ascii: "|")))
    let cursor = source.utf8.distance(from: source.utf8.startIndex, to: bar)
    let text = SourceText(source.replacing("|", with: "", maxReplacements: 1))
    return (CursorContext(text, cursor: cursor), text)
  }

  @Test(
    arguments: [
      ("|", .start), ("tra|", .start), ("x = tra|", .start), ("a; |", .start), ("train m|", .word(position: 0)),
      ("train m |", .word(position: 1)), ("train m lr=|", .optionValue("lr")), ("train m lr=0|", .optionValue("lr")),
      ("plot loss m > out|", .path), ("mean(x|", .expression), ("z.|", .attribute(base: "z")),
      ("z[label=|", .label(base: "z")), ("z[|", .index(base: "z")), ("!ls |", .shell), ("x = !ls|", .shell),
      ("# a comment|", .nothing), ("train \"m|", .word(position: 0)), ("train m # c|", .nothing),
      ("?tra|", .word(position: 0)),
    ] as [(String, CursorContext.Place)])
  func thePlaceIsWhatIsBeingTyped(source: String, place: CursorContext.Place) throws {
    #expect(try context(source).0.place == place)
  }

  @Test func whatIsTypedOfAWordIsItsPart() throws {
    let (found, text) = try context("x = train m epo|")
    #expect(text.text(found.partial) == "epo" && found.verb == "train" && found.words.map(\.text) == ["m"])
  }
}
