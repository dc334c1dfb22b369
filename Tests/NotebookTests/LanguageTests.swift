import Notebook
import Testing

@Suite struct LanguageTests {
  @Test(arguments: [
    ("1 + 2*3", "7"), ("2^3^2", "512"), ("-2^2", "-4"), ("7 % 4", "3"), ("(1 + 2) * 3", "9"), ("1e-3 * 2", "0.002"),
    ("10 / 4", "2.5"), ("(3 > 2)", "1"), ("pi", "3.14159"), ("mean([1, 2, 6])", "3"), ("\"a\" + 'b'", "ab"),
    ("1 + \\\n 2", "3"), ("(1 +\n2)", "3"), ("5 # five", "5"), ("0..9", "0..9"), ("(!0)", "1"), ("sum(1..100)", "5050"),
    // The smallest integer, which has no absolute value.
    ("-2^63 + 0", "-9.22337e+18"),
  ])
  func expressionsHaveTheirUsualMeaning(source: String, text: String) throws {
    #expect(try Bench().shown(source) == [text])
  }

  @Test func statementsOfOneCellAreShownInOrder() throws {
    let bench = try Bench()
    let outcome = bench.run("a = 1\n\nb = 2 # two\na + b")
    #expect(outcome.outputs.map(\.text) == ["a = 1", "b = 2", "3"])
    #expect(outcome.outputs.map(\.role) == [.display, .display, .result])
  }

  @Test func aSemicolonSilencesItsStatement() throws {
    #expect(try Bench().shown("a = 1; a + 1; a + 2") == ["3"])
  }

  @Test func resultsAreKeptUnderTheirCellNumber() throws {
    let bench = try Bench()
    _ = bench.shown("20")
    _ = bench.shown("22")
    #expect(bench.shown("_1 + _") == ["42"])
    #expect(bench.shown("_") == ["42"])
  }

  @Test func aPipeHandsItsValueOn() throws {
    let bench = try Bench()
    #expect(bench.shown("[1, 2, 3] | sum") == ["6"])
    #expect(bench.shown("[1, 2, 3] | _ * 2 | sum") == ["12"])
    #expect(bench.shown("4 |\n sqrt") == ["2"])
  }

  @Test func whatACommandMakesIsNamedInThreeWays() throws {
    let bench = try Bench()
    _ = bench.run("load digits as d\nload digits as=e\nf = load digits")
    #expect(bench.session.state.names == ["d", "e", "f"])
    _ = bench.run("model m mlp hidden=4 latent=2\nfork m as m2\nencode m d[0..9] as z")
    #expect(bench.session.state.names == ["d", "e", "f", "m", "m2", "z"])
    #expect(bench.shown("split d as parts train=0.5; parts.test.count") == ["6000"])
    #expect(try bench.failure("load digits as load").code == "E110")
  }

  @Test(arguments: [
    ("trian m", "E101", "Did you mean 'transpose'?"), ("histroy", "E101", "Did you mean 'history'?"),
    ("history m=3", "E102", "Options: n, all."), ("history al=yes", "E102", "Did you mean 'all'?"),
  ])
  func mistypedNamesAreAnsweredWithTheNearest(source: String, code: String, fix: String) throws {
    let diagnostic = try Bench().failure(source)
    #expect(diagnostic.code == code)
    if code == "E102" || source == "histroy" { #expect(diagnostic.fix == fix) }
  }

  @Test func aDiagnosticShowsTheLineAndACaret() throws {
    let diagnostic = try Bench().failure("1\nhistory n=ten\n2")
    #expect(
      diagnostic.rendered(color: false) == """
        error: n: expected an integer ≥ 1, got 'ten' (E103)
          history n=ten
                    ^^^
        """)
    #expect(diagnostic.span == 12..<15)
  }

  @Test func nothingRunsWhenACellCannotBeRead() throws {
    let bench = try Bench()
    #expect(try bench.failure("a = 1\nb = (2").code == "E106")
    #expect(bench.session.state.variables.isEmpty)
  }

  @Test func aFailedStatementLeavesTheSessionAsItWas() throws {
    let bench = try Bench()
    _ = bench.shown("a = 1")
    #expect(try bench.failure("a = 2\na = b").code == "E104")
    #expect(bench.shown("a") == ["2"])
    #expect(try bench.failure("drop a zz").code == "E104")
    #expect(bench.shown("a") == ["2"])
  }

  @Test func completenessTellsWhenMoreIsNeeded() throws {
    let session = try Bench().session
    #expect(session.completeness("a = (1") == .incomplete(indent: "  "))
    #expect(session.completeness("a \\\n") == .incomplete(indent: "  "))
    #expect(session.completeness("\"text") == .incomplete(indent: "  "))
    #expect(session.completeness("1 |") == .incomplete(indent: "  "))
    #expect(session.completeness("1 + 2") == .complete)
    guard case .invalid(let diagnostic) = session.completeness("1 + )") else {
      Issue.record("a stray bracket is not invalid")
      return
    }
    #expect(diagnostic.span == 4..<5)
  }
}
