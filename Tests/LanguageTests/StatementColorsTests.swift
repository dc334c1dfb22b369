import Language
import Testing

/// What the parts of a line are while it is typed.
@Suite struct StatementColorsTests {
  private func parts(_ line: String) -> [String] {
    let colors = StatementColors(
      line, isVerb: { ["train", "encode", "plot", "time", "watch", "evaluate"].contains($0) },
      isFunction: { $0 == "mean" })
    let bytes = Array(line.utf8)
    var end = 0
    for (range, _) in colors.parts {
      // In order, apart and within the line: a line is painted by them.
      #expect(range.lowerBound >= end && range.upperBound <= bytes.count && !range.isEmpty)
      end = range.upperBound
    }
    return colors.parts.map { "\($0.part) \(String(decoding: bytes[$0.range], as: UTF8.self))" }
  }

  @Test func commandsOptionsAndNumbers() {
    #expect(parts("train m on=d epochs=20") == ["verb train", "option on=", "option epochs=", "number 20"])
    #expect(parts("z = encode m d # codes") == ["verb encode", "comment # codes"])
    #expect(parts("nonsense m") == ["unknown nonsense"])
    #expect(parts("m.loss + mean(z[0..9]) * 1e-3") == ["function mean", "number 0", "number 9", "number 1e-3"])
  }

  @Test func textIsTextUntilItIsClosed() {
    #expect(parts("x = \"a # b\" + 'c") == ["string \"a # b\"", "string 'c"])
    #expect(parts("!ls -l | wc") == ["shell !ls -l | wc"])
    #expect(parts("x = !ls") == ["shell !ls"])
  }

  @Test func eachStatementAndStageHasItsVerb() {
    #expect(parts("encode m d | plot latent; train m") == ["verb encode", "verb plot", "verb train"])
    #expect(parts("time train m") == ["verb time", "verb train"])
    #expect(parts("watch 5s evaluate m") == ["verb watch", "verb evaluate"])
  }

  @Test(arguments: [
    "", " ", "=", "x =", "\"", "é = 日本", "a\nb c", "((((", "train \\", "%%%", "#", "5s", "x = = =", "|", ";;",
  ])
  func noLineIsRefused(line: String) { _ = parts(line) }
}
