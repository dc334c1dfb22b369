import SessionFiles
import Testing

@Suite struct ReplayReportTests {
  func report(_ text: String, _ outputs: [String], lax: Bool = false) throws -> ReplayReport {
    let file = try SessionFile(text)
    let tolerance = Tolerance(rtol: file.header.rtol, atol: file.header.atol, ignoresNumbers: lax)
    let results = zip(file.commands, outputs).map {
      CommandResult(command: $0, output: $1, seconds: 0.25, tolerance: tolerance)
    }
    return ReplayReport(path: "a.session", file: file, results: results, tolerance: tolerance)
  }

  @Test func whatWasRecordedVerifiesAtOnce() throws {
    let outputs = ["plain 1.5\n\n  table  3\n\n", "...\n# hash\nelbo> x\n\\back\na [..] b\nx (re)\nloss 1.0 (~1e-2)\n"]
    let first = try report("#! elbo-session 1 seed=1\n# Lesson\n\nelbo> one\n\nelbo> two\n", outputs)
    #expect(!first.agrees)
    let again = try report(first.recorded.text, outputs)
    #expect(again.agrees)
    #expect(again.recorded.text == first.recorded.text)
  }

  @Test func updateKeepsTheLinesThatHoldAndTheTolerancesOfThoseThatDoNot() throws {
    let text = """
      #! elbo-session 1 seed=1 rtol=1e-3
      elbo> train
      start
      ...
      loss 2.00 (~1e-2)
      kl 1.000 (~1e-1)
      images [..]
      gone

      """
    let found = try report(text, ["start\na\nb\nloss 3.00\nkl 1.05\nimages 12\nnew\n"])
    #expect(
      found.updated.text == """
        #! elbo-session 1 seed=1 rtol=1e-3
        elbo> train
        start
        ...
        loss 3.00 (~1e-2)
        kl 1.000 (~1e-1)
        images [..]
        new

        """)
    #expect(try report(found.updated.text, ["start\na\nb\nloss 3.00\nkl 1.05\nimages 12\nnew\n"]).agrees)
  }

  @Test func whatTheClockSaysIsRecordedAsAnything() throws {
    let first = try report("elbo> train\n", ["  loss   1.5\n  speed  100 images/s\n  took   2 s\n"])
    #expect(first.recorded.text == "elbo> train\n  loss   1.5\n  speed  [..]\n  took   [..]\n")
    #expect(try report(first.recorded.text, ["  loss   1.5\n  speed  7 images/s\n  took   12 min\n"]).agrees)
    let dry = try report(
      "elbo> train dry=yes\n", ["  time per epoch  3.2 s\n  2 epochs        6 s\n"])
    #expect(dry.recorded.text == "elbo> train dry=yes\n  time per epoch  [..]\n  2 epochs        [..]\n")
    let trained = try report("elbo> show m\n", ["  trained   3 epochs, 237 steps\n"])
    #expect(trained.recorded.text == "elbo> show m\n  trained   3 epochs, 237 steps\n")
  }

  @Test func aLoneEllipsisStandsForAnyLines() throws {
    #expect(try report("elbo> x\n...\n", [""]).agrees)
    #expect(try report("elbo> x\na\n...\nz\n", ["a\n1\n2\nz"]).agrees)
    #expect(try report("elbo> x\na\n...\nz\n", ["a\nz"]).agrees)
    #expect(try !report("elbo> x\na\n...\nz\n", ["a\n1\n2"]).agrees)
    #expect(try report("elbo> x\n...\nm\n...\n", ["1\nm\n2\nm"]).agrees)
  }

  @Test func theDiffSaysWhereAndByHowMuch() throws {
    let found = try report("# t\nelbo> train m\na\nloss 2.00\nb\n", ["a\nloss 2.50\nb\nc\n"])
    #expect(
      UnifiedDiff(found).text == """
        --- a.session
        +++ a.session.actual
        @@ -1,5 +1,6 @@ train m
         # t
         elbo> train m
         a
        -loss 2.00
        +loss 2.50
        \\ 2.00 → 2.50: off by 0.5 (25 %), allowed 1e-09 + 1e-06·|expected|
         b
        +c

        """)
    #expect(UnifiedDiff(try report("elbo> x\na\n", ["a"])).text.isEmpty)
  }

  @Test func anInsertedLineDoesNotSpoilTheRest() throws {
    let found = try report("elbo> x\na 1\nb 2\nc 3\n", ["new\na 1\nb 2\nc 3\n"])
    #expect(found.results[0].edits.count { !$0.isAgreement } == 1)
  }

  /// A line too many costs 2, a number that changed 1, other words 3: the number is in the line where it stands.
  @Test func aLineTooManyIsNoReasonToCompareOthers() throws {
    func kinds(_ expected: String, _ actual: String) throws -> [String] {
      try report("elbo> x\n" + expected, [actual]).results[0].edits.map { edit in
        switch edit {
        case .same(let at, let found): "same \(at) \(found)"
        case .changed(let at, let found, _): "changed \(at) \(found)"
        case .missing(let at): "missing \(at)"
        case .extra(let found): "extra \(found)"
        case .covered, .anyLines: "any"
        }
      }
    }
    #expect(try kinds("a 1\n", "b\na 2\n") == ["extra 0", "changed 0 1"])
    #expect(try kinds("a 1\n", "a 2\nb\n") == ["changed 0 0", "extra 1"])
    #expect(try kinds("b\na 1\n", "a 2\n") == ["missing 0", "changed 1 0"])
  }

  @Test func junitAndTapCountWhatFailed() throws {
    let found = try report("elbo> a < b & \"c\"\n1\nelbo> ok # x\n2\n", ["9", "2"])
    let junit = TestReports.junit([found])
    #expect(junit.contains(#"<testsuites tests="2" failures="1" errors="0" time="0.500">"#))
    #expect(junit.contains(#"name="a &lt; b &amp; &quot;c&quot;""#))
    #expect(junit.contains("integers must agree"))
    let tap = TestReports.tap([found])
    #expect(tap.hasPrefix("TAP version 13\n1..2\nnot ok 1 - a.session:1 a < b"))
    #expect(tap.contains("ok 2 - a.session:3 ok \\# x\n"))
  }
}
