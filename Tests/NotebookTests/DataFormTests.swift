import Figures
import Foundation
import JSONText
import Notebook
import SessionCore
import Tensors
import Testing
import Text

/// What programs read of results: keys, numbers, units; and the one form of numbers for people.
@Suite(.serialized) struct DataFormTests {
  // Made once, before the first test reads it, and only read then: the suite is serialized.
  private nonisolated(unsafe) static let trained = Result {
    let bench = try Bench()
    _ = bench.shown("load digits as=all; d = all.train[0..299]; t = all.test[0..99]")
    _ = bench.shown("model m mlp hidden=8 latent=4 seed=1 on=d; model a ae mlp hidden=8 latent=4 seed=1 on=d")
    _ = bench.shown(
      "train m on=d epochs=2 seed=1; train a on=d epochs=2 seed=1; z = encode m t; load sprites n=200 as=s;")
    return bench
  }

  /// Every command that gives a report or a table.
  private static let commands = [
    "datasets", "d", "m", "a", "vars", "history", "set", "head d", "describe t", "describe s", "summary m", "m.history",
    "evaluate m on=t", "evaluate m on=t nll=4 n=20", "evaluate a on=t", "evaluate m on=t quality=yes",
    "evaluate m on=t split=yes", "evaluate m on=t probe=knn", "kl m on=t", "compare m m on=t", "versus m a on=t n=20",
    "doctor m on=t", "denoise m t n=20", "anomaly m t top=3", "compress m t", "train m epochs=+1", "train m dry=yes",
    "train m on=all epochs=+1 seeds=1..2 batch=2000", "race m a for=20ms",
  ]

  private func members(of json: JSON, _ visit: (String, JSON) -> Void) {
    switch json {
    case .object(let all):
      for member in all {
        visit(member.key, member.value)
        members(of: member.value, visit)
      }
    case .array(let items): for item in items { members(of: item, visit) }
    default: break
    }
  }

  @Test(arguments: commands) func keysAreASCIIAndNumbersAreNumbers(command: String) throws {
    let outcome = try Self.trained.get().run(command)
    #expect(outcome.status == .ok, "\(command)")
    let json = try #require(outcome.outputs.first { $0.role == .result }?.json)
    let units: Set = [
      "nats", "nats/example", "nats/image", "squared error/example", "bits/dim", "bits/example", "bytes",
      "bytes/example", "s", "images/s", "examples/s",
      "FLOPs/example", "%", "dB", "epochs", "examples", "step", "steps",
    ]
    members(of: json) { key, value in
      #expect(key.wholeMatch(of: /[a-z][a-z0-9_]*/) != nil, "\(command): key \(key)")
      guard let text = value.stringValue else { return }
      if key.hasSuffix("_unit") { #expect(units.contains(text), "\(command): \(key) is \(text)") }
      // `31 of 32`, `1.9 MB`, `3.2 s`, `12,000`: a number that a program would have to take apart.
      let isNumber = text.wholeMatch(of: /[−-]?[0-9][0-9,.]*( ?(of|B|kB|MB|GB|s|ms|µs|min|h|%|k|M|G|nats)\b.*)?/) != nil
      // Shapes, values of variables and sentences are text.
      let isText = ["value", "shape", "example", "evidence"].contains(key) || key.hasSuffix("_note")
      #expect(!isNumber || isText, "\(command): \(key) is '\(text)'")
    }
  }

  @Test func theELBOIsTheELBO() throws {
    let bench = try Self.trained.get()
    let json = try #require(bench.run("e = evaluate m on=t").outputs.last?.json)
    let (elbo, negative) = (try #require(json["elbo"]?.doubleValue), try #require(json["negative_elbo"]?.doubleValue))
    #expect(elbo < -50 && negative == -elbo)
    #expect(json["elbo_unit"] == .string("nats/example") && json["active_units"]?.integerValue != nil)
    #expect(bench.shown("(e.elbo + e.negative_elbo)") == ["0"])
    #expect(bench.shown("evaluate m on=t")[0].contains("−ELBO"), "people still read the loss")
  }

  @Test func tablesForProgramsHoldNoDrawings() throws {
    let (bench, folder) = (try Self.trained.get(), Folder())
    _ = bench.shown("kl m on=t > \(folder.file("kl.csv"))")
    let lines = try contents(of: folder.file("kl.csv")).split(separator: "\n")
    #expect(lines[0] == "dimension,kl,kl_standard_error,variance_of_means,active,kl_unit" && lines.count == 5)
    #expect(lines.dropFirst().allSatisfy { $0.allSatisfy(\.isASCII) && $0.hasSuffix(",nats") })
  }

  @Test func numbersInFilesReadBackAsTheSame() throws {
    let (bench, folder) = (try Self.trained.get(), Folder())
    _ = bench.shown("m.history > \(folder.file("h.csv")); z > \(folder.file("z.json")); z > \(folder.file("z.csv"))")
    let rows = try contents(of: folder.file("h.csv")).split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    let place = try #require(rows[0].firstIndex(of: "lr"))
    #expect(rows[1][place] == "0.001")
    guard case .tensor(let array)? = bench.session.state.variables["z"]?.value else { return #expect(Bool(false)) }
    let json = try JSON(parsing: contents(of: folder.file("z.json")))
    let read = try #require(json["data"]?.arrayValue).flatMap { $0.arrayValue ?? [] }.compactMap(\.doubleValue)
    #expect(read.map { Float($0) } == array.floats)
    let csv = try contents(of: folder.file("z.csv")).split(separator: "\n").dropFirst()
    #expect(csv.flatMap { $0.split(separator: ",").dropFirst().compactMap { Float($0) } } == array.floats)
    _ = bench.shown("format json")
    #expect(bench.shown("[0.1][0]") == ["0.1"])
    _ = bench.shown("format text")
  }

  @Test(arguments: [
    (123_456.789, "123456.789"), (12345.678, "12345.678"), (1234.5, "1234.5"), (0.1 + 0.2, "0.3"),
    (1.0 / 3, "0.333333"),
    (1e-5, "1e-05"), (99999.9999, "100000"), (1e20, "1e+20"), (146.953, "146.953"), (-987_654.321, "-987654.321"),
    (.infinity, "inf"), (-.infinity, "-inf"), (.nan, "nan"), (-Double.nan, "nan"),
  ]) func oneFormOfNumbers(value: Double, text: String) throws {
    #expect(NumberText.short(value) == text)
    #expect(Table.Cell.number(value).text == text)
  }

  /// The sign of NaN is the CPU's: 0/0 has one on x86-64 and none on ARM.
  @Test func whatIsNoNumberHasOneFormEverywhere() throws {
    let nan = -Double.nan
    let cells: [Table.Cell] = [.number(nan), .fixed(nan, decimals: 2), .scaled(nan), .rate(nan), .duration(nan)]
    let table = Table(
      columns: "abcde".map { .init(String($0)) }, rows: [cells, cells.map { _ in .number(-.infinity) }])
    let report = Report(title: "r", fields: [.init("x", .number(nan), unit: "nats")])
    let tensor = ArrayValue(try Tensor([-Float.nan, .infinity, 1]))
    let figure = Figure(
      Histogram(series: [.init(name: "x", values: [-Float.nan, -Float.nan])], xLabel: "x"), title: "t")
    for value in [Value.table(table), .report(report), .tensor(tensor), .number(nan), .list([.number(nan)])] {
      let output = value.output(width: 80)
      for text in [output.text, value.csv ?? "", output.html ?? "", value.json.text()] {
        #expect(!text.lowercased().contains("-nan"), "\(text)")
      }
    }
    #expect(
      Value.table(table).csv?.split(separator: "\n")[1...2] == ["nan,nan,nan,nan,nan,s", "-inf,-inf,-inf,-inf,-inf,s"])
    #expect(Value.report(report).json["x"] == .null)
    #expect(FigureData(figure).text.contains("2 not finite") && !FigureData(figure).text.contains("nan"))
    #expect(Progress.Term(name: "loss", value: nan, unit: "nats").number == "nan")
  }

  @Test func aShapePrintsAsOne() throws {
    let bench = try Bench()
    #expect(bench.shown("z = zeros(200, 20); z.shape").last == "[200, 20]")
    #expect(bench.shown("z.shape[0] * 2") == ["400"])
    #expect(!bench.shown("s = z.shape")[0].contains("mean"))
  }

  private static let values = [
    "2.5", "\"a, b\"", "(yes)", "[1, 2.5]", "zeros(2, 3)", "zeros(2, 1, 4, 4)", "[\"x\", 2]", "1..3", "vars",
    "evaluate m on=t", "plot loss m", "d", "m",
  ]

  /// Every kind of value in every format: written, or refused with the kind and the ending by name.
  @Test(arguments: values) func everyKindInEveryFormat(value: String) throws {
    let (bench, folder) = (try Self.trained.get(), Folder())
    for ending in ["json", "csv", "txt", "md", "html", "npy"] {
      let outcome = bench.run("\(value) > \(folder.file("v.\(ending)"))")
      if case .failed(let diagnostic) = outcome.status {
        let isFigure = value.hasPrefix("plot")
        #expect(diagnostic.code == "E118" && (ending == "npy" || isFigure), "\(value) as \(ending): \(diagnostic)")
        continue
      }
      let bytes = try Data(contentsOf: URL(filePath: folder.file("v.\(ending)")))
      #expect(!bytes.isEmpty, "\(value) as \(ending)")
      if ending == "json" { _ = try JSON(parsing: bytes) }
    }
  }

  @Test(arguments: [
    ("vars", "| name | kind |"), ("evaluate m on=t", "| −ELBO | "), ("zeros(2, 3)", "| x0 | x1 | x2 |"),
    ("d", "| examples | 300 |"),
    ("m", "| family | vae |"), ("kl m on=t", "| dimension | KL (nats) |"),
  ]) func tablesInMarkdown(value: String, row: String) throws {
    let (bench, folder) = (try Self.trained.get(), Folder())
    _ = bench.shown("\(value) > \(folder.file("t.md"))")
    let text = try contents(of: folder.file("t.md"))
    #expect(text.contains(row) && text.contains("---"), "\(text)")
    // All rows of a table have as many cells as its head.
    let tables = text.split(separator: "\n\n").filter { $0.hasPrefix("|") }
    for table in tables { #expect(Set(table.split(separator: "\n").map { $0.split(separator: "|").count }).count == 1) }
  }

  @Test func whatMeansSomethingInMarkdownIsWrittenAsItIs() {
    let table = Table(columns: [.init("a|b")], rows: [[.text("x|y*z\nw")]])
    #expect(Value.table(table).output(width: 80).text.contains("x|y*z"))
    #expect(table.markdown == "| a\\|b |\n| --- |\n| x\\|y\\*z<br>w |")
  }
}
