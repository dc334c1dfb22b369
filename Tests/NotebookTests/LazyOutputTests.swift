import Foundation
import GRDB
import Notebook
import SessionCore
import Testing

/// Nothing is built, and nothing kept, that nobody asked for.
@Suite struct LazyOutputTests {
  let folder = Folder()
  private var path: String { folder.file("work.elbodb") }

  private struct Kept {
    let text: String
    let html, json: String?
  }

  private func outputs() throws -> [Kept] {
    try DatabaseQueue(path: path).read { db in
      try Row.fetchAll(db, sql: "SELECT text, html, json FROM outputs").map { row -> Kept in
        Kept(text: row["text"], html: row["html"], json: row["json"])
      }
    }
  }

  @Test func theWorkspaceKeepsTextAndALineOfEachOutput() throws {
    do {
      let bench = try Bench(SessionOptions(workspace: path))
      _ = bench.shown("z = normal(2000, 20, seed=1)")
      for line in ["z", "vars", "load digits as=d", "m = model mlp latent=2", "history", "plot z"] {
        _ = bench.run(line)
      }
      bench.session.close()
    }
    let all = try outputs()
    #expect(all.count >= 7)
    for output in all {
      #expect(output.html == nil && (output.json?.utf8.count ?? 0) < 2000, "\(output)")
      #expect(!output.text.isEmpty)
    }
    #expect(all.contains { $0.json == "{\"kind\":\"tensor\",\"summary\":\"2000×20 float32 · latents\"}" })
  }

  /// The same tensor shown again is no second copy, for as long as `_N` reaches any of them.
  @Test func aTensorShownAgainIsNotKeptAgain() throws {
    do {
      let bench = try Bench(SessionOptions(workspace: path))
      _ = bench.shown("z = normal(2000, 20, seed=1);")
      for _ in 0..<20 { _ = bench.shown("z") }
      _ = bench.shown("z2 = z + 1; z2")
      bench.session.close()
    }
    let queue = try DatabaseQueue(path: path)
    func copies() throws -> [String] {
      try queue.read {
        try String.fetchAll($0, sql: "SELECT owner FROM arrays WHERE owner LIKE 'result%' ORDER BY owner")
      }
    }
    #expect(try copies() == ["result:1", "result:22"])
    do {
      let bench = try Bench(SessionOptions(workspace: path))
      #expect(bench.shown("norm(norm(_9 - z)) == 0") == ["1"])
      // Cell 1 is out of reach when 1,000 more have run; its value goes on as that of cell 2.
      for _ in 0..<980 { _ = bench.run("1") }
      bench.session.close()
    }
    #expect(try copies().first?.hasPrefix("result:") == true && !copies().contains("result:1"))
    let bench = try Bench(SessionOptions(workspace: path))
    #expect(bench.session.openingNotes == [])
  }

  /// The representations are there for those who ask, of values shown and of values named.
  @Test func whoAsksGetsEveryRepresentation() throws {
    let bench = try Bench()
    let shown = try #require(bench.run("normal(30, 2, seed=1)").outputs.last)
    #expect(shown.json?["data"]?.arrayValue?.count == 30 && shown.html?.contains("<td") == true)
    let named = try #require(bench.run("z = normal(30, 2, seed=1)").outputs.last)
    #expect(named.json == shown.json && named.html == nil && named.text == "z = 30×2 float32 · latents")
    #expect(shown.json(upTo: 20) == nil && shown.json(upTo: 1 << 20) == shown.json)
  }

  /// A workspace of the program before: reports and tables in their old form, outputs with JSON and HTML.
  @Test func olderWorkspacesOpen() throws {
    do {
      let bench = try Bench(SessionOptions(workspace: path))
      _ = bench.shown("r = vars; e = 1")
      bench.session.close()
    }
    try DatabaseQueue(path: path).write { db in
      try db.execute(
        sql: "UPDATE variables SET kind = 'report', detail = ? WHERE name = 'e'",
        arguments: [
          """
          {"title":"vae","fields":[["elbo","−ELBO",["202.5",2],"nats/example",0.5],["mse","mean squared error",["0.05"],\
          "per pixel",null]],"tables":[],"notes":[],"extra":{}}
          """
        ])
      try db.execute(
        sql: "UPDATE variables SET kind = 'table', detail = ? WHERE name = 'r'",
        arguments: [
          #"{"title":"","columns":[["model",""],["−ELBO","nats"]],"rows":[["m",["202.5",2]],["n",7]],"notes":[]}"#
        ])
      try db.execute(sql: "UPDATE outputs SET html = '<table></table>', json = '[1,2]'")
    }
    let bench = try Bench(SessionOptions(workspace: path))
    #expect(bench.session.openingNotes == [])
    #expect(bench.shown("e")[0].contains("−ELBO") && bench.shown("e.elbo") == ["-202.5"])
    #expect(bench.shown("e.negative_elbo") == ["202.5"])
    #expect(bench.shown("r.negative_elbo") == ["[202.5, 7]"])
  }
}
