import Foundation
import Notebook
import Rendering
import SessionCore
import Testing

/// `report`: the page of a session, and what of it may be text of others.
@Suite struct ReportTests {
  private let folder = Folder()

  private func page(_ bench: Bench, _ line: String? = nil) throws -> String {
    let path = folder.file("run.html")
    let outcome = bench.run(line ?? "report > \(path)")
    #expect(outcome.status == .ok, "\(outcome.status)")
    return try String(contentsOfFile: path, encoding: .utf8)
  }

  private static let training = """
    load digits as=all; d = all.train[0..99]
    model m mlp hidden=8 latent=2 seed=1 on=d
    train m on=d epochs=2 batch=50 seed=7
    """

  @Test func aPageHasDataModelsMeasuresFiguresMachineAndCommands() throws {
    let bench = try Bench(SessionOptions(seed: 11))
    for line in Self.training.split(separator: "\n") { _ = bench.shown(String(line)) }
    _ = bench.shown("e = evaluate m on=d seed=1")
    _ = bench.shown("plot kl m on=d")
    _ = bench.shown("sample m n=4 seed=1")
    _ = bench.shown("s = sweep m on=d beta=1,2 epochs=1 seed=1")
    let hash = bench.shown("d.hash")[0]
    let trained = bench.shown("m.loss")[0]
    let page = try page(bench)
    for id in ["data", "models", "sweeps", "measures", "figures", "session", "environment", "commands"] {
      #expect(page.contains("<section id=\"\(id)\">"), "\(id)")
      #expect(page.contains("href=\"#\(id)\""), "\(id)")
    }
    #expect(page.contains("<code>\(hash)</code>"))
    // The data of the training, with their own hash.
    #expect(page.contains("content and order <code>sha256-") && page.contains("digits.train, 100 examples"))
    #expect(page.contains(String(trained.prefix(5))) && page.contains("nats/example"))
    // Measures have their errors and units.
    #expect(page.contains("<code>e = evaluate m on=d seed=1</code>"))
    #expect(try page.firstMatch(of: Regex(#"<td>[0-9.]+ ± [0-9.]+ nats/example</td>"#)) != nil)
    // Curves of the training and the KL as shapes, light and dark; images as pixels.
    #expect(page.components(separatedBy: "src=\"data:image/svg+xml;base64,").count >= 3)
    #expect(page.components(separatedBy: "srcset=\"data:image/svg+xml;base64,").count >= 3)
    #expect(page.contains("src=\"data:image/png;base64,"))
    #expect(page.contains("elbo --seed 11 --threads") && page.contains("elbo&gt; model m mlp"))
    #expect(page.contains("prefers-color-scheme: dark") && page.contains("@media print"))
    // The report itself is none of the commands.
    #expect(!page.contains("report &gt;"))
  }

  @Test func nothingOutsideOfThePageIsNeeded() throws {
    let bench = try Bench()
    for line in Self.training.split(separator: "\n") { _ = bench.shown(String(line)) }
    let page = try page(bench)
    #expect(!page.contains("<script") && !page.contains("<link") && !page.contains("@import"))
    for match in page.matches(of: try Regex(#"(?:src|srcset|href)="([^"]{0,24})"#)) {
      let address = String(page[match[1].range ?? page.startIndex..<page.startIndex])
      #expect(address.hasPrefix("#") || address.hasPrefix("data:"), "\(address)")
    }
    #expect(Self.unbalanced(page) == [])
  }

  /// Names of elements that are not closed, or closed twice.
  private static func unbalanced(_ page: String) -> [String] {
    let void: Set<String> = ["meta", "img", "source", "br"]
    var (open, wrong): ([String], [String]) = ([], [])
    guard let tag = try? Regex(#"<(/?)([a-z0-9]+)[^>]*>"#) else { return ["?"] }
    for match in page.matches(of: tag) {
      let name = String(page[match[2].range ?? page.startIndex..<page.startIndex])
      if void.contains(name) { continue }
      if match[1].range?.isEmpty == false {
        if open.last == name { open.removeLast() } else { wrong.append("/\(name)") }
      } else {
        open.append(name)
      }
    }
    return wrong + open
  }

  /// What may come from others: names of files, columns, classes, titles, texts, and what errors say of them.
  @Test func textOfOthersIsTextOfThePage() throws {
    let evil = "<img src=x onerror=alert(1)>\"'&<script>alert(2)</script>"
    let file = folder.file("a<b>&\"c.csv")
    let rows = (0..<40).map { "\($0 % 7).5,\($0 % 3).25,\($0 % 2 == 0 ? "<b>bold</b>" : "x&y")" }
    try "<script>alert(3)</script>,\"b&\"\"c\",label\n\(rows.joined(separator: "\n"))\n"
      .write(toFile: file, atomically: true, encoding: .utf8)
    let bench = try Bench()
    let quoted = file.replacing("\"", with: "\\\"")
    _ = bench.shown("load \"\(quoted)\" as=t target=label")
    _ = bench.shown("model m mlp hidden=4 latent=2 seed=1 on=t")
    _ = bench.shown("train m on=t epochs=1 seed=1")
    _ = bench.shown("describe t")
    _ = bench.shown("evaluate m on=t seed=1")
    _ = bench.shown("plot latent m on=t title=\"<script>alert(4)</script>\"")
    _ = bench.shown("s = \"\(evil.replacing("\"", with: "\\\""))\"")
    _ = bench.shown("s")
    _ = try bench.failure("show \"<script>alert(5)</script>")
    _ = try bench.failure("load \"<script>alert(6)<script>.csv\"")
    let page = try page(bench, "report title=\"</title><script>alert(7)</script>\" > \(folder.file("run.html"))")
    #expect(!page.contains("<script") && !page.contains("<img src=x") && !page.contains("<b>bold"))
    #expect(page.contains("&lt;script&gt;alert(3)&lt;/script&gt;") && page.contains("&lt;b&gt;bold&lt;/b&gt;"))
    for number in [2, 5, 6, 7] { #expect(page.contains("script&gt;alert(\(number))"), "\(number)") }
    #expect(Self.unbalanced(page) == [])
    // Nor do they leave the attributes that describe pictures.
    for match in page.matches(of: try Regex(#"alt="([^"]*)""#)) {
      let words = String(page[match[1].range ?? page.startIndex..<page.startIndex])
      #expect(!words.contains("<"))
    }
  }

  @Test func anEmptySessionHasAPageThatSaysSo() throws {
    let bench = try Bench()
    let path = folder.file("run.html")
    #expect(bench.shown("report > \(path)").joined().contains("nothing was run yet"))
    let page = try String(contentsOfFile: path, encoding: .utf8)
    #expect(page.contains("Nothing was run in this session yet. Start with: load digits as=d"))
    #expect(page.contains("<section id=\"environment\">") && !page.contains("<section id=\"models\">"))
    #expect(bench.shown("x = 1; show x").last == "1")
    #expect(try Bench().shown("report")[0].contains("nothing was run yet"))
  }

  @Test func theSameInAFewLines() throws {
    let bench = try Bench()
    for line in Self.training.split(separator: "\n") { _ = bench.shown(String(line)) }
    _ = try bench.failure("train nothing")
    let text = bench.shown("report")[0]
    #expect(text.contains("4, 1 failed") && text.contains("digits.train") && text.contains("report > run.html"))
    let outcome = bench.run("report")
    let json = try #require(outcome.outputs.last?.json)
    #expect(json["models"]?.arrayValue?.count == 1 && json["datasets"]?.arrayValue?.count == 2)
    #expect(bench.shown("r = report; r.cells").last == "6")
  }

  @Test func aCellThatFailedKeepsItsErrorAndTheLastCellsCanBeChosen() throws {
    let bench = try Bench()
    _ = bench.shown("first = 1")
    _ = try bench.failure("show seocnd")
    _ = bench.shown("third = 3")
    let whole = try page(bench)
    #expect(whole.contains("no variable named 'seocnd'"))
    #expect(whole.contains("# failed: show seocnd") && whole.contains("1 of them failed"))
    let last = try page(bench, "report n=1 > \(folder.file("run.html"))")
    #expect(last.contains("3 earlier cells not shown") && !last.contains("first = 1"))
  }

  @Test func statementsOfOneCellAreAllThere() throws {
    let bench = try Bench()
    let path = folder.file("run.html")
    let line = Self.training.replacing("\n", with: "; ") + "; evaluate m on=d seed=1; report > \(path)"
    #expect(bench.run(line).status == .ok)
    let page = try String(contentsOfFile: path, encoding: .utf8)
    #expect(page.contains("<section id=\"measures\">") && page.contains("nats/example"))
    #expect(page.components(separatedBy: "id=\"cell-1\"").count == 2)
  }

  @Test func aWorkspaceThatIsOnlyReadHasTheSamePage() throws {
    let path = folder.file("w.elbodb")
    do {
      let bench = try Bench(SessionOptions(workspace: path))
      for line in Self.training.split(separator: "\n") { _ = bench.shown(String(line)) }
      _ = bench.shown("evaluate m on=d seed=1")
      _ = try bench.failure("show nope")
      bench.session.close()
    }
    let before = try Data(contentsOf: URL(fileURLWithPath: path))
    let bench = try Bench(SessionOptions(workspace: path, readOnly: true))
    #expect(bench.session.openingNotes == [])
    let page = try page(bench)
    for id in ["data", "models", "measures", "session", "commands"] {
      #expect(page.contains("<section id=\"\(id)\">"), "\(id)")
    }
    #expect(page.contains("<h1>w.elbodb</h1>") && page.contains("no variable named"))
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
  }

  @Test func withoutGnuplotThePageSaysWhatIsMissing() throws {
    var options = SessionOptions()
    options.renderer = FigureRenderer(program: "no-such-gnuplot")
    let bench = try Bench(options)
    for line in Self.training.split(separator: "\n") { _ = bench.shown(String(line)) }
    let page = try page(bench)
    #expect(page.contains("It could not be drawn: gnuplot is not installed"))
    #expect(page.contains("<section id=\"models\">") && Self.unbalanced(page) == [])
  }

  @Test func aReportIsNoPicture() throws {
    let refused = try Bench().failure("report > \(folder.file("run.png"))")
    #expect(refused.message.contains("not a figure"))
    let bench = try Bench()
    _ = bench.shown("x = 1")
    _ = bench.shown("report > \(folder.file("run.md"))")
    let text = try String(contentsOfFile: folder.file("run.md"), encoding: .utf8)
    #expect(text.contains("cells"))
  }
}
