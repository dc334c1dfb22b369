import SessionFiles
import Testing

@Suite struct LineMatcherTests {
  func matches(_ expected: String, _ actual: String, rtol: Double = 1e-6, atol: Double = 0) -> Bool {
    LineMatcher(expected, tolerance: Tolerance(rtol: rtol, atol: atol)).matches(actual)
  }

  @Test func textAndIntegersAreExactAndFloatsAreNot() {
    #expect(matches("loss 142.31 nats", "loss 142.32 nats", rtol: 1e-3))
    #expect(!matches("loss 142.31 nats", "loss 142.32 nats", rtol: 1e-6))
    #expect(!matches("loss 142 nats", "loss 143 nats", rtol: 0.5))
    #expect(!matches("loss 142.3 nats", "less 142.3 nats", rtol: 0.5))
    #expect(matches("x 1e-3", "x 0.001"))
    #expect(!matches("x -0.5", "x 0.5"))
    #expect(!matches("1,797 images", "1,798 images", rtol: 1))
  }

  @Test func blanksCountAsOne() {
    #expect(matches("kl   9.99   nats", "kl  10.01 nats  ", rtol: 1e-2))
    #expect(!matches("a b", "ab"))
  }

  @Test func digitsInsideWordsAreText() {
    #expect(
      LineToken.tokens(of: "x2 12e4ab 3ms 0..9 28×28 1.5e-3s")
        == [
          .text("x2 "), .text("12e4ab "), .integer("3"), .text("ms "), .integer("0"), .text(".."), .integer("9"),
          .text(" "), .integer("28"), .text("×"), .integer("28"), .text(" "), .float(1.5e-3, "1.5e-3"), .text("s"),
        ].merged)
  }

  /// Behind an operand it is an operator, elsewhere the number's own.
  @Test func aSignBelongsToTheNumberThatNothingStandsBefore() {
    #expect(
      LineToken.tokens(of: "x-1 2-3") == [
        .text("x-"), .integer("1"), .text(" "), .integer("2"), .text("-"), .integer("3"),
      ])
    #expect(LineToken.tokens(of: "f(2)-1") == [.text("f("), .integer("2"), .text(")-"), .integer("1")])
    #expect(
      LineToken.tokens(of: "x -1 (-2.5)") == [
        .text("x "), .integer("-1"), .text(" ("), .float(-2.5, "-2.5"), .text(")"),
      ])
    // x^2-3.0 and x^2+3.0 are no two numbers 6 apart.
    #expect(!matches("x-3.0", "x+3.0", rtol: 10))
  }

  @Test func aLineSetsItsOwnTolerance() {
    #expect(matches("loss 100.0 (~1e-2)", "loss 100.9"))
    #expect(!matches("loss 100.0 (~1e-2)", "loss 101.1"))
    #expect(matches("diff 0.0 (~0 ±0.1)", "diff 0.05"))
    #expect(!matches("diff 0.0 (~0 ±0.1)", "diff 0.15"))
    #expect(matches("a note (~ish)", "a note (~ish)"))
  }

  @Test func patternsGlobsAndHoles() {
    #expect(matches(#"took \d+ s (re)"#, "took 12 s"))
    #expect(!matches(#"took \d+ s (re)"#, "took x s"))
    #expect(matches("wrote *.png (glob)", "wrote a/b.png"))
    #expect(!matches("wrote *.png (glob)", "wrote b.svg"))
    #expect(matches("loss [..] nats, kl 1.00", "loss ▇▅▂ 12 nats, kl 1.00"))
    #expect(matches("[..] end", "anything at end"))
    #expect(!matches("loss [..] nats", "loss 3 bits"))
    #expect(matches("kl 1.00 [..]", "kl 1.01 x", rtol: 0.1))
    #expect(!matches("kl 1.00 [..]", "kl 1.01 x"))
    #expect(LineMatcher("( (re)", tolerance: Tolerance(rtol: 0, atol: 0)).difference(from: "(") == .badPattern)
  }

  @Test func aBackslashTakesTheLineAsItStands() {
    for line in [
      "...", "a [..] b", "x (re)", "x (glob)", "loss 1.0 (~1e-2)", #"\x"#, "elbo> x", "....> x", "# x", "#! x",
    ] {
      let kept = escaped(line)
      #expect(kept == "\\" + line)
      #expect(matches(kept, line))
    }
    #expect(!matches("\\a [..] b", "a c b"))
    #expect(escaped("loss 1.0") == "loss 1.0")
  }

  @Test func laxComparesOnlyWords() {
    let lax = LineMatcher("epoch 3 loss 1.5", tolerance: Tolerance(rtol: 0, atol: 0, ignoresNumbers: true))
    #expect(lax.matches("epoch 4 loss 9.25"))
    #expect(!lax.matches("epoch 4 kl 9.25"))
  }

  @Test func differencesSayByHowMuch() {
    let matcher = LineMatcher("loss 2.00 kl 1.00", tolerance: Tolerance(rtol: 1e-2, atol: 0))
    guard case .numbers(let numbers) = matcher.difference(from: "loss 2.50 kl 1.00") else {
      Issue.record("no number differs")
      return
    }
    #expect(numbers.count == 1)
    #expect(numbers[0].absolute == 0.5)
    #expect(numbers[0].relative == 0.25)
  }

  @Test(arguments: ["z[:, 0] * (glob)", "a\\b* (glob)", "[x]?y (glob)"])
  func aLineThatIsRecordedMatchesItself(line: String) {
    let matcher = LineMatcher(line, tolerance: Tolerance(rtol: 0, atol: 0))
    #expect(matcher.matches(String(line.dropLast(" (glob)".count))))
    #expect(!matcher.matches("something else"))
  }
}

extension [LineToken] {
  /// Neighboring texts joined, so that an expectation can be written in pieces.
  fileprivate var merged: [LineToken] {
    reduce(into: []) { result, token in
      if case .text(let new) = token, case .text(let old)? = result.last {
        result[result.count - 1] = .text(old + new)
      } else {
        result.append(token)
      }
    }
  }
}
