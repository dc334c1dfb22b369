import Testing
import Text

@Suite struct GlobTests {
  @Test(arguments: [
    ("*", ""), ("*", "anything"), ("a*c", "abc"), ("a*c", "ac"), ("?", "é"), ("?", "e\u{301}"), ("?", "👩‍👩‍👧"),
    ("??", "日本"),
    ("z[:, 0] *", "z[:, 0] 1.5"), ("[abc] x", "[abc] x"), ("\\*", "\\anything"), ("a?b*", "a-b"), ("*a*b", "xaab"),
    ("e\u{301}?", "e\u{301}x"), ("{a,b}", "{a,b}"), ("~", "~"),
  ])
  func onlyStarsAndQuestionMarksAreSpecial(pattern: String, text: String) {
    #expect(Glob.matches(pattern, text))
  }

  @Test(arguments: [
    ("?", ""), ("?", "ab"), ("a", "A"), ("[abc] x", "a x"), ("\\*", "*"), ("{a,b}", "a"), ("*a", "ab"), ("??", "é"),
    ("??", "e\u{301}"), ("[!a]", "b"), ("[[:alpha:]]", "x"),
  ])
  func everythingElseStandsForItself(pattern: String, text: String) {
    #expect(!Glob.matches(pattern, text))
  }

  /// Against the definition, written down as a recursion.
  @Test func aPatternMatchesWhatItsDefinitionSays() {
    func holds(_ pattern: ArraySlice<Character>, _ text: ArraySlice<Character>) -> Bool {
      guard let first = pattern.first else { return text.isEmpty }
      if first == "*" {
        return holds(pattern.dropFirst(), text) || (!text.isEmpty && holds(pattern, text.dropFirst()))
      }
      guard let next = text.first, first == "?" || first == next else { return false }
      return holds(pattern.dropFirst(), text.dropFirst())
    }
    let letters: [Character] = ["a", "b", "é", "[", "\\"]
    var state: UInt64 = 3
    func draw(_ from: [Character], _ most: Int) -> String {
      func next(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1
        return Int(state >> 33) % bound
      }
      return String((0..<next(most)).map { _ in from[next(from.count)] })
    }
    for _ in 0..<3000 {
      let (pattern, text) = (draw(letters + ["*", "?", "*"], 7), draw(letters, 7))
      #expect(Glob.matches(pattern, text) == holds(Array(pattern)[...], Array(text)[...]), "\(pattern) \(text)")
    }
  }
}
