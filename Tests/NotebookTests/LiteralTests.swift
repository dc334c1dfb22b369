import JSONText
import Notebook
import SessionCore
import Testing

/// Literals as Python writes them, which papermill and other tools put into parameters.
@Suite struct LiteralTests {
  /// Texts between quotes, and what they are; worked out with Python's `ast.literal_eval`.
  static let texts: [(source: String, text: String)] = [
    (#""\xe9 \U0001f600""#, "é 😀"), (#""\u00e9\u4e2d""#, "é中"), (#""\ud83d\ude00""#, "😀"),
    (#""\N{GREEK SMALL LETTER BETA}\N{DIGIT ONE}""#, "β1"), (#""\101\7\0""#, "A\u{7}\0"), (#""\1012""#, "A2"),
    (#""\a\b\f\v""#, "\u{7}\u{8}\u{C}\u{B}"), (#""\t|\n|\r""#, "\t|\n|\r"), (#""a\\xe9""#, #"a\xe9"#),
    (#""it\'s \"x\"""#, "it's \"x\""), (#"'it\'s'"#, "it's"), ("\"a\\\nb\"", "ab"),
    // What is no escape stays as it was typed.
    (#""\d\w""#, #"\d\w"#), (#""\xg1 \u12 \U00110000 \N{NO SUCH NAME}""#, #"\xg1 \u12 \U00110000 \N{NO SUCH NAME}"#),
    (#""\ud800 \x+1""#, #"\ud800 \x+1"#),
  ]

  @Test(arguments: texts) func escapesAreThoseOfPython(source: String, text: String) throws {
    let bench = try Bench()
    let outcome = bench.run("s = \(source)")
    #expect(outcome.status == .ok)
    guard case .string(let found)? = bench.session.state.variables["s"]?.value else {
      Issue.record("no text")
      return
    }
    #expect(Array(found.unicodeScalars) == Array(text.unicodeScalars))
  }

  /// RFC 8259, section 7: what lies beyond 16 bits is a pair of surrogates; half a pair is no character.
  @Test(arguments: [
    (#""\ud83d\ude00""#, "😀"), (#""\ud834\udd1e""#, "𝄞"), (#""\uDBFF\uDFFF""#, "\u{10FFFF}"),
    (#""\ud800\udc01""#, "\u{10001}"),
    (#""\ud83dx""#, "\u{FFFD}x"), (#""\ude00""#, "\u{FFFD}"), (#""\u00e9\/\n\"""#, "é/\n\""),
  ])
  func escapesOfJSONAreThoseOfItsStandard(source: String, text: String) throws {
    #expect(try JSON(parsing: Array(source.utf8)).stringValue == text)
    #expect(try JSON(parsing: Array(JSON.string(text).text().utf8)).stringValue == text)
  }

  @Test func truthsNoneAndNumbersWithoutDigits() throws {
    let bench = try Bench()
    #expect(bench.shown("a = True\nb = False\na").last == "yes")
    #expect(bench.shown("x = float('inf'); x") == ["inf"])
    #expect(bench.shown("x = float(\"-inf\"); x") == ["-inf"])
    #expect(bench.shown("x = float('nan'); x") == ["nan"])
    #expect(bench.shown("x = -1.5e-05; x").first?.hasPrefix("-1.5e-") == true)
    #expect(try bench.failure("float('abc')").message.contains("is not a number"))
    #expect(bench.run("n = None").status == .ok)
    #expect(bench.session.state.variables["n"]?.value.kind == .nothing)
    // A command that gives nothing still has no name to give.
    #expect(try bench.failure("v = drop a").message.contains("returns no value"))
  }

  @Test func aParameterOfNoneLeavesAnOptionOutAndOneOfTextIsItsWord() throws {
    let bench = try Bench()
    _ = bench.run(
      "epochs = None\nmethod = \"sgd\"\nd = normal(8, 3, seed=1)\nd = dataset d\nmodel m mlp latent=2 on=d likelihood=gaussian"
    )
    #expect(bench.run("head d n=epochs").status == .ok)
    #expect(bench.run("train m on=d epochs=1 optimizer=method").status == .ok)
  }

  @Test func dictionariesNestAndAreReadByNameAndByIndex() throws {
    let bench = try Bench()
    let line = #"p = {"lr": 0.001, "sizes": [64, 32], "deep": {"on": True, "é": None}, "texts": ["a", "b"], "x-y": -2}"#
    #expect(bench.run(line).status == .ok)
    #expect(bench.shown("p.lr") == ["0.001"])
    #expect(bench.shown(#"p["x-y"] * 2"#) == ["-4"])
    #expect(bench.shown("p.sizes[1] + p.count") == ["37"])
    #expect(bench.shown("p.deep.on") == ["yes"])
    #expect(
      bench.shown("p").map { $0.replacing("\n", with: " ") } == [
        #"{"lr": 0.001, "sizes": [64, 32], "deep": {"on": yes, "é": None}, "texts": [a, b], "x-y": -2}"#
      ])
    #expect(try bench.failure("p.lrr").message.contains("lrr"))
    #expect(try bench.failure(#"p["lrr"]"#).fix?.contains("lr") == true)
    #expect(bench.shown("q = {}; q.count") == ["0"])
    // Over several lines, with a comma at the end, as black writes them.
    #expect(bench.shown("q = {\n  \"a\": 1,\n  \"b\": [\n    1,\n  2],\n}\nq.b[1]").last == "2")
  }

  @Test func aDictionaryIsInTheWorkspace() throws {
    let folder = Folder()
    let options = SessionOptions(workspace: folder.file("work.elbodb"))
    do { _ = try Bench(options).run(#"p = {"lr": 0.5, "l": [[1, 2], ["x", None]]}"#) }
    let bench = try Bench(options)
    #expect(bench.shown("p.lr + p.l[0][1]") == ["2.5"])
    #expect(bench.shown("p") == [#"{"lr": 0.5, "l": [[1, 2], [x, None]]}"#])
  }

  @Test func bracesInPathsAreNoDictionaries() throws {
    let bench = try Bench()
    #expect(try bench.failure("load data{1}.csv").message.contains("data{1}.csv"))
    #expect(try bench.failure("load data{1.csv").message.contains("data{1.csv"))
  }
}
