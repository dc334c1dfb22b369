import Notebook
import SessionCore
import Testing

/// What completion offers where something stands already: before the cursor, after it, and in other letters.
@Suite struct CompletionPlaceTests {
  let bench: Bench
  init() throws {
    bench = try Bench()
    _ = bench.shown(
      "load digits as=d; model m mlp hidden=4 latent=2 seed=1; t = d.test; z = encode m t; speed = [1, 2, 3]")
  }

  private func complete(_ line: String) -> Completion {
    bench.session.complete(line, cursor: line.unicodeScalars.count)
  }

  private func texts(_ line: String) -> [String] { complete(line).candidates.map(\.text) }

  /// Every option of every command, given already and not.
  @Test func anOptionIsOfferedOnce() {
    for command in CommandTable.standard.commands where !command.options.isEmpty && command.verb != "plot" {
      let names = command.options.map { $0.name + "=" }
      let fresh = texts("\(command.verb) ")
      // Where a path can stand, files are offered instead.
      guard fresh.contains(names[0]) else { continue }
      for (index, name) in names.enumerated() {
        let given = texts("\(command.verb) \(name)1 ")
        #expect(!given.contains(name), "\(command.verb) \(name)1")
        for other in names.indices where other != index && fresh.contains(names[other]) {
          #expect(given.contains(names[other]), "\(command.verb) \(name)1: \(names[other])")
        }
      }
    }
  }

  @Test(
    arguments: [
      ("train m on=d lr=1e-3 ", ["on=", "lr="], "epochs="), ("train m lr=1e-3 on=d e", ["on=", "lr="], "epochs="),
      ("set m lr=1 ", ["lr="], "optimizer="), ("set plot theme=dark ", ["theme="], "size="),
      ("plot loss m logy=yes ", ["logy=", "steps="], "terms="), ("encode m d | head n=3 ", ["n=", "what="], nil),
      ("x = train m lr=1 ", ["lr="], "epochs="),
    ] as [(String, [String], String?)])
  func whatWasGivenIsNotOfferedAgain(line: String, absent: [String], present: String?) {
    let found = texts(line)
    for name in absent { #expect(!found.contains(name), "\(found)") }
    if let present { #expect(found.contains(present), "\(found)") }
  }

  @Test(arguments: [
    "", "tr", "train m ", "train m on=", "mean(", "z[", "z[label=", "x = ", "show ", "set m ", "plot ", "help ", "d.",
    "set plot terminal=", "model q ", "interpolate m d from=", "load ",
  ])
  func nothingIsOfferedTwice(line: String) {
    let found = texts(line)
    #expect(Set(found).count == found.count, "\(found)")
  }

  /// The same as without what stands before, at a place counted in Unicode scalars.
  @Test(arguments: ["s = \"é\"; ", "s = \"日本😀\"; ", "# ü\n", "s = \"e\u{301}\"; ", "\"👩‍👩‍👧\" | show; "])
  func lettersBeforeTheCursorChangeNothing(prefix: String) {
    for line in ["tr", "train m on=", "train m ep", "mean(spe", "z.sh", "z[label=", "set m optimizer=ad", "help tr"] {
      let (alone, behind) = (complete(line), complete(prefix + line))
      let shift = prefix.unicodeScalars.count
      #expect(behind.candidates.map(\.text) == alone.candidates.map(\.text), "\(line)")
      #expect(behind.range == alone.range.lowerBound + shift..<alone.range.upperBound + shift, "\(line)")
      #expect(!alone.candidates.isEmpty, "\(line)")
      let (cursor, place) = (line.unicodeScalars.count, (prefix + line).unicodeScalars.count)
      #expect(
        bench.session.inspect(prefix + line, cursor: place)?.text == bench.session.inspect(line, cursor: cursor)?.text,
        "\(line)")
    }
  }

  /// Inside quotes, brackets and words that are not ASCII themselves.
  @Test func theRangeIsWhatIsReplaced() {
    for (line, replaced) in [
      ("s = \"é\"; mean(spe", "spe"), ("\"é\" | sho", "sho"), ("s = \"日本\"; train m optimizer=ad", "ad"),
      ("s = \"é😀\"; z.sha", "sha"), ("s = \"é😀\"; ", ""),
    ] {
      let range = complete(line).range
      let scalars = Array(line.unicodeScalars)[range]
      #expect(String(String.UnicodeScalarView(scalars)) == replaced, "\(line)")
      #expect(range.upperBound == line.unicodeScalars.count)
    }
  }

  /// What stands after the cursor is not read.
  @Test func onlyWhatStandsBeforeTheCursorCounts() {
    let line = "s = \"é\"; train m epo lr=1"
    let cursor = "s = \"é\"; train m epo".unicodeScalars.count
    let found = bench.session.complete(line, cursor: cursor)
    #expect(found.candidates.map(\.text) == ["epochs="])
    #expect(found.range == cursor - 3..<cursor)
    #expect(bench.session.complete("train m", cursor: 2).candidates.map(\.text).first?.hasPrefix("tr") == true)
    #expect(bench.session.complete("é", cursor: 99).range.upperBound == 1)
  }
}
