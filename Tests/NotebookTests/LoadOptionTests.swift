import SessionCore
import Testing

/// What the options of `load` and `transform` accept, offer and refuse.
@Suite struct LoadOptionTests {
  private let bench: Bench

  init() throws { bench = try Bench() }

  private func offered(_ line: String) -> [String] {
    bench.session.complete(line, cursor: line.unicodeScalars.count).candidates.map(\.text)
  }

  @Test(
    arguments: [
      ("load t.csv sep=", ["comma", "semicolon", "tab", "bar", "blank"]), ("load t.csv decimal=", ["point", "comma"]),
      ("load t.csv thousands=", ["comma", "point", "blank", "apostrophe", "underscore"]),
      ("load t.csv index=", ["yes", "no"]), ("load t.csv missing=", ["refuse", "drop", "mean", "zero", "keep"]),
      ("load p/ background=", ["black", "white", "gray"]), ("load p/ broken=", ["refuse", "skip"]),
      ("transform d binarize=", ["dynamic", "static", "0.5"]),
      ("transform d noise=m", ["mask:0.25"]),
    ])
  func wordsOfAnOptionAreOffered(line: String, words: [String]) { #expect(offered(line) == words) }

  @Test func onlyOptionsThatApplyToTheSourceAreOffered() {
    #expect(offered("load digits ") == ["as="])
    #expect(offered("load sprites ") == ["as=", "n=", "seed="])
    let ofFiles = offered("load none.csv ")
    #expect(ofFiles.contains("sep=") && ofFiles.contains("size=") && !ofFiles.contains("n="), "\(ofFiles)")
    #expect(offered("load ").contains("n=") && offered("load ").contains("sep="))
  }

  /// Before any file is looked at, at the value.
  @Test(
    arguments: [
      ("sep=ab", "sep: expected comma, semicolon, tab, bar, blank, or one character, got 'ab'", nil),
      ("sep=comm", "sep: expected comma, semicolon, tab, bar, blank, or one character, got 'comm'", "'comma'"),
      ("decimal=apostrophe", "decimal: expected point or comma, got 'apostrophe'", nil),
      ("thousands=x", "thousands: expected comma, point, blank, apostrophe or underscore, got 'x'", nil),
      ("types=a:num", "types: expected COLUMN:KIND, got 'a:num'", "number, category, date, dmy, mdy"),
      ("types=number", "types: expected COLUMN:KIND, got 'number'", "types=age:number"),
      ("background=red", "background: expected black, white, 0…255 or #rrggbb, got 'red'", nil),
      ("broken=skp", "broken: expected one of refuse, skip, got 'skp'", "'skip'"),
    ] as [(String, String, String?)])
  func aValueOfNoMeaningIsRefused(option: String, message: String, fix: String?) throws {
    let line = "load none.csv \(option) as=t"
    let failure = try bench.failure(line)
    #expect(failure.message == message && failure.code == "E103")
    if let fix { #expect(failure.fix?.contains(fix) == true, "\(failure.fix ?? "")") }
    let start = "load none.csv ".utf8.count + (option.split(separator: "=").first?.utf8.count ?? 0) + 1
    #expect(failure.span == start..<line.utf8.count - " as=t".utf8.count)
  }

  /// Characters and other words for the marks, columns and brightnesses.
  @Test(
    arguments: [
      "sep=\";\"", "sep=\"\\t\"", "sep=pipe", "decimal=,", "thousands=dot", "index=id", "index=3",
      "types=a:b:dmy,c:mdy", "background=128", "background=#ff8000",
    ])
  func moreThanTheWordsIsAccepted(option: String) throws {
    let failure = try bench.failure("load none.csv \(option)")
    #expect(failure.message == "no dataset or file 'none.csv'")
  }

  @Test func transformsApplyInTheOrderGiven() throws {
    _ = bench.shown("load digits as=d; x = d[0..1]")
    #expect(bench.shown("transform x scale=0.5 invert=yes").last?.contains("scale 0.5, invert") == true)
    #expect(bench.shown("transform x invert=yes scale=0.5").last?.contains("invert, scale 0.5") == true)
  }

  /// `save` writes models, each to a file of its kind.
  @Test func saveOffersModelsAndTheirFiles() {
    _ = bench.shown("m = model mlp latent=2 seed=1; other = model mlp latent=2 seed=2; x = 1; z = zeros(2, 2)")
    #expect(offered("save ") == ["session", "m", "other", "part="])
    #expect(offered("save m ").first == "m.safetensors")
    #expect(offered("save other ot").first == "other.safetensors")
    #expect(!offered("save session ").contains { $0.hasSuffix(".safetensors") })
  }
}
