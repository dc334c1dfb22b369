import Notebook
import SessionCore
import Tensors
import Testing
import Text

/// Results as values: text that fits, structured data, files by their endings.
@Suite struct ResultTests {
  @Test func aResultCarriesTextHTMLAndStructuredData() throws {
    let bench = try Bench()
    let outcome = bench.run("e = [1.5, 2]; vars")
    let output = try #require(outcome.outputs.last)
    #expect(output.html?.hasPrefix("<table>") == true)
    #expect(output.json?.text().contains("\"name\":\"e\"") == true)
    #expect(bench.run("2 / 3").outputs.last?.json?.text().hasPrefix("0.66666666666666") == true)
  }

  @Test(arguments: [
    ("format json; 1 / 4", "0.25"), ("format json; [1, 2]", "{\n\"shape\""), ("format json; \"a\"", "\"a\""),
    ("format csv; history n=1", "cell,input,took"), ("format csv; [1, 2]", "1.0\n2.0"), ("format text; 1 / 4", "0.25"),
  ])
  func formatChoosesHowResultsLook(source: String, text: String) throws {
    let shown = try Bench().shown(source)
    #expect(shown.last?.filter { $0 != " " }.hasPrefix(text) == true, "\(shown)")
  }

  @Test func formatIsASettingThatStaysAndCanBeAsked() throws {
    let bench = try Bench()
    #expect(bench.shown("format") == ["text"])
    _ = bench.shown("format json")
    #expect(bench.shown("format") == ["\"json\""])
    #expect(try bench.failure("format jsn").fix == "Did you mean 'json'?")
  }

  @Test(arguments: [40, 60, 80, 200]) func tablesFitTheWidth(width: Int) throws {
    let bench = try Bench()
    bench.recorder.width = width
    _ = bench.shown("long_name_of_a_variable = zeros(5, 5); datasets;")
    for source in ["vars", "datasets", "history", "set"] {
      for line in bench.shown(source).flatMap({ $0.split(separator: "\n") }) {
        #expect(TextWidth.columns(line) <= width, "\(source) at \(width): \(line)")
      }
    }
  }

  @Test func unitsGetALineOfTheirOwnWhereHeadingsAreTooWide() {
    let table = Table(
      columns: [.init("loss", unit: "nats"), .init("speed", unit: "images/s")], rows: [[.number(1.5), .count(200)]])
    #expect(table.text(width: 80) == "loss (nats)  speed (images/s)\n        1.5               200")
    #expect(table.text(width: 20) == "loss     speed\nnats  images/s\n 1.5       200")
  }

  @Test func anArrayTellsWhatItsFiniteElementsAre() throws {
    let text = Value.tensor(ArrayValue(try Tensor([2, .infinity, 4] as [Float]))).output(width: 80).text
    #expect(text.contains("mean 3 · range 2 to 4 · 1 not finite"), "\(text)")
  }

  @Test func aLongMatrixShowsItsFirstFiveRowsAndItsLast() throws {
    let values = (0..<20).map { Float($0) }
    let text = Value.tensor(ArrayValue(try Tensor(values, shape: [10, 2]))).output(width: 80).text
    let rows = text.split(separator: "\n").suffix(7).map { $0.split(separator: " ").map(String.init) }
    #expect(rows == [["0", "1"], ["2", "3"], ["4", "5"], ["6", "7"], ["8", "9"], ["…"], ["18", "19"]])
  }

  /// As many columns as give full rows, at least as many as there are rows; a square where none do.
  @Test func imagesStandInFullRowsWhereTheyCan() throws {
    for (count, columns) in [(5, 5), (12, 12), (15, 5), (16, 4), (18, 6), (23, 5), (100, 10), (240, 10)] {
      let array = ArrayValue(try Tensor(zeros: [count, 1, 2, 2]), meaning: .images)
      let grid = try #require(Value.tensor(array).output(width: 80).images)
      #expect(grid.columns == columns && grid.count == min(count, 100), "\(count)")
    }
  }

  @Test func anEstimateStandsBesideItsStandardError() {
    let report = Report(title: "r", fields: [.init("loss", .fixed(12, decimals: 1), unit: "nats", error: 0.5)])
    #expect(Value.report(report).output(width: 80).text == "r\n  loss  12.0 ± 0.5 nats")
  }

  @Test func notesStandUnderATableInLinesThatFit() {
    let table = Table(columns: [.init("n")], rows: [[.number(1)]], notes: ["one", "words that fill two lines"])
    #expect(table.text(width: 40) == "n\n1\none\nwords that fill two lines")
    #expect(table.text(width: 16) == "n\n1\none\nwords that fill\ntwo lines")
  }

  @Test func theEndingOfAFileChoosesTheFormat() throws {
    let folder = Folder()
    let bench = try Bench()
    for ending in ["json", "csv", "npy", "txt", "md", "html"] {
      let path = folder.file("out.\(ending)")
      _ = bench.shown("[1, 2, 3] * 2 > \(path)")
      #expect(bench.recorder.outputs.last?.text.hasPrefix("wrote \(path)") == true)
      #expect(try !contents(of: path).isEmpty)
    }
    #expect(try contents(of: folder.file("out.csv")).split(separator: "\n").suffix(3) == ["2.0", "4.0", "6.0"])
    #expect(try contents(of: folder.file("out.json")).filter { !$0.isWhitespace }.contains("\"data\":[2,4,6]"))
    #expect(try bench.failure("1 > \(folder.file("out.doc"))").code == "E118")
    #expect(try bench.failure("\"a\" > \(folder.file("out.npy"))").code == "E118")
    #expect(try bench.failure("1 > \(folder.path)/none/out.json").code == "E302")
    #expect(try bench.failure("1 > \(folder.file("out.png"))").code == "E118")
  }

  @Test func nothingIsDoneWhenTheFileCannotBeWritten() throws {
    let bench = try Bench()
    #expect(try bench.failure("a = 1 > no/such/folder.json").code == "E302")
    #expect(bench.session.state.names == [])
  }

  @Test func aNamedResultIsShownInALine() throws {
    #expect(try Bench().shown("z = zeros(3, 2)")[0].hasPrefix("z = 3×2 float32"))
    #expect(try Bench().shown("z = zeros(3, 2);") == [])
  }
}
