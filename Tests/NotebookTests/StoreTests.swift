import GRDB
import Glibc
import Notebook
import SessionCore
import Testing
import WorkspaceStore

/// A folder that goes away with the test.
final class Folder {
  let path: String
  init() {
    var template = Array("/tmp/elbo-test-XXXXXX".utf8CString)
    path = template.withUnsafeMutableBufferPointer { buffer in
      buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) } ?? "/tmp"
    }
  }
  func file(_ name: String) -> String { path + "/" + name }
  deinit {
    guard let directory = opendir(path) else { return }
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      unlink(path + "/" + name)
    }
    closedir(directory)
    rmdir(path)
  }
}

@Suite struct StoreTests {
  let folder = Folder()

  private func options() -> SessionOptions { SessionOptions(workspace: folder.file("work.elbodb")) }

  @Test func reopeningRestoresVariablesResultsSettingsAndHistory() throws {
    do {
      let bench = try Bench(options())
      _ = bench.shown("a = 1.5; s = \"text\"; r = 2..7; l = [\"x\", 2]")
      _ = bench.shown("z = normal(50, 3, seed=4)")
      _ = bench.shown("seed 9\nformat text\nset plot theme=dark")
      _ = bench.shown("t = vars")
      _ = bench.shown("a * 2")
    }
    let bench = try Bench(options())
    #expect(bench.session.state.names == ["a", "l", "r", "s", "t", "z"])
    #expect(bench.shown("a") == ["1.5"])
    #expect(bench.shown("_5") == ["3"])
    #expect(bench.shown("norm(mean(z)) == norm(mean(normal(50, 3, seed=4)))") == ["1"])
    #expect(bench.shown("t.count") == ["5"])
    #expect(bench.session.state.settings.plot == ["theme": "dark"])
    #expect(bench.session.state.settings.seed == 9)
    #expect(
      bench.session.history.range(session: -1, start: 1, stop: 2).map(\.source).first?.hasPrefix("a = 1.5") == true)
    #expect(bench.session.history.tail(20, withOutputs: true).contains { $0.outputs == ["3"] })
  }

  /// Of a cell with many statements the last result is kept: a megabyte a statement is no reason to forget earlier cells.
  @Test func resultsThatAreReplacedTakeNoRoom() throws {
    let bench = try Bench()
    _ = bench.shown("11")
    let statements = Array(repeating: "zeros(262144)", count: 100)
    _ = bench.shown(statements.joined(separator: "\n"))
    #expect(bench.shown("_1") == ["11"])
  }

  /// More than 64 MB come back in the parts that they were written in, the last one too.
  @Test func aLargeArrayComesBackInItsOrder() throws {
    let ends = "[norm(z[0..9]), norm(z[8600..8609]), norm(z[8990..8999]), z[0,0], z[8999,1999]]"
    let before: [String]
    do {
      let bench = try Bench(options())
      _ = bench.shown("z = normal(9000, 2000, seed=4)")
      before = bench.shown(ends)
    }
    #expect(try Bench(options()).shown(ends) == before)
  }

  /// `start ..< stop`, whether the cells are in memory or in the file.
  @Test func aRangeOfTheHistoryEndsBeforeItsStop() throws {
    for options in [SessionOptions(), options()] {
      let bench = try Bench(options)
      for number in 1...5 { _ = bench.shown("\(number)") }
      func sources(_ start: Int, _ stop: Int?) -> [String] {
        bench.session.history.range(start: start, stop: stop).map(\.source)
      }
      #expect(sources(2, 4) == ["2", "3"] && sources(4, nil) == ["4", "5"] && sources(3, 3) == [])
    }
  }

  /// A workspace takes the session's place: as a part of a statement it would be left with what the other session holds.
  @Test(arguments: ["w = open PATH", "open PATH as w", "open PATH | vars", "open PATH > OUT"])
  func aWorkspaceIsOpenedAlone(line: String) throws {
    _ = try Bench(options()).shown("kept = 1")
    let path = folder.file("work.elbodb")
    let bench = try Bench()
    _ = bench.shown("own = 2")
    let failure = try bench.failure(
      line.replacing("PATH", with: path).replacing("OUT", with: folder.file("x.csv")))
    #expect(failure.fix == "Write: open \(path)")
    #expect(bench.session.state.names == ["own"])
    #expect(try Bench(options()).session.state.names == ["kept"])
  }

  @Test func whatIsLeftForAWorkspaceIsKnown() throws {
    _ = try Bench(options()).shown("kept = 1")
    let bench = try Bench(SessionOptions(workspace: folder.file("own.elbodb")))
    _ = bench.shown("load digits as=d; e = d.train[0..99]; model m mlp hidden=4 latent=2 on=e; train m on=e epochs=1;")
    _ = bench.shown("open \(folder.file("work.elbodb"))")
    #expect(bench.session.unsavedModels(in: folder.file("own.elbodb")) == ["m"])
    _ = bench.shown("open \(folder.file("own.elbodb"))")
    #expect(bench.session.unsavedModels(in: folder.file("own.elbodb")) == [])
  }

  @Test func aSeedThatIsGivenIsThatOfAnOldWorkspaceToo() throws {
    _ = try Bench(options()).shown("seed 5\nz = normal(3)")
    #expect(try Bench(options()).session.state.settings.seed == 5)
    let bench = try Bench(SessionOptions(workspace: folder.file("work.elbodb"), seed: 8))
    #expect(bench.shown("seed") == ["8"])
    let fresh = try Bench(SessionOptions(seed: 8))
    #expect(bench.shown("norm(normal(4))") == fresh.shown("norm(normal(4))"))
  }

  @Test func everyStatementIsOnDiskBeforeItIsShown() throws {
    final class Reader: FrontEnd {
      let path: String
      var seen: [Int] = []
      init(path: String) { self.path = path }
      var width: Int { 80 }
      func ask(_ prompt: String) -> String? { nil }
      func emit(_ event: Event) {
        var configuration = Configuration()
        configuration.readonly = true
        let queue = try? DatabaseQueue(path: path, configuration: configuration)
        seen.append((try? queue?.inDatabase { try Int.fetchOne($0, sql: "SELECT count(*) FROM variables") }) ?? -1)
      }
    }
    let session = try Session(options())
    let reader = Reader(path: folder.file("work.elbodb"))
    let outcome = session.execute("a = 1\nb = 2\nc = 3", frontEnd: reader, interruption: Interruption())
    #expect(outcome.status == .ok)
    #expect(reader.seen == [1, 2, 3])
  }

  @Test func aSecondSessionIsRefusedOrReadsAlone() throws {
    let first = try Bench(options())
    _ = first.shown("a = 1")
    #expect(throws: StoreError.locked(path: folder.file("work.elbodb"), process: Int(getpid()))) {
      try Session(options())
    }
    var readOnly = options()
    readOnly.readOnly = true
    let second = try Bench(readOnly)
    #expect(second.shown("a") == ["1"])
    _ = second.shown("a = 5")
    #expect(first.shown("a") == ["1"])
  }

  @Test func aFullDiskLeavesTheSessionInMemoryAndSaysSoOnce() throws {
    let bench = try Bench(options())
    _ = bench.shown("a = 1")
    bench.session.limitPagesForTesting(to: 1)
    _ = bench.run("z = normal(20000, 4, seed=1)")
    #expect(bench.recorder.outputs.contains { $0.role == .note && $0.text.contains("continues in memory") })
    _ = bench.run("b = 2")
    #expect(bench.recorder.outputs.allSatisfy { $0.role != .note })
    #expect(bench.shown("a + b + z.count") == ["80003"])
    bench.session.limitPagesForTesting(to: 1 << 20)
    _ = bench.run("c = 3")
    #expect(bench.recorder.outputs.contains { $0.text.contains("written again") })
    bench.session.close()
    let summary = try #require(WorkspaceSummary.of(folder.file("work.elbodb")))
    #expect(summary.variables == ["a", "b", "c", "z"])
    #expect(summary.cells == 5)
    #expect(summary.exitedCleanly)
  }

  @Test func aSilentCellAndAShellCommandOnAFullDiskAreKeptAndSaid() throws {
    let bench = try Bench(options())
    _ = bench.shown("a = 1")
    bench.session.limitPagesForTesting(to: 1)
    _ = bench.session.execute(
      "z = normal(20000, 4, seed=1)", silent: true, frontEnd: bench.recorder, interruption: bench.interruption)
    #expect(
      bench.session.remember("!echo hi", output: "hi\n", succeeded: true, seconds: 0)?.contains("in memory") == true)
    #expect(bench.session.remember("!date", output: "", succeeded: true, seconds: 0) == nil)
    #expect(bench.session.history.tail(9).map(\.source) == ["a = 1", "!echo hi", "!date"])
    #expect(bench.session.unwritten?.contains("2 cells") == true)
    bench.session.limitPagesForTesting(to: 1 << 20)
    let outcome = bench.run("b = 2")
    #expect(outcome.remarks.map(\.text).first?.contains("no cell was lost") == true)
    // What is said of the workspace is no output of the cell.
    #expect(outcome.outputs.map(\.text) == ["b = 2"])
    #expect(bench.session.history.tail(9).map(\.source) == ["a = 1", "!echo hi", "!date", "b = 2"])
    #expect(bench.session.close() == nil)
    #expect(WorkspaceSummary.of(folder.file("work.elbodb"))?.variables == ["a", "b", "z"])
  }

  @Test func whatCannotBeWrittenUntilTheEndIsSaid() throws {
    let bench = try Bench(options())
    _ = bench.shown("a = 1")
    bench.session.limitPagesForTesting(to: 1)
    _ = bench.run("z = normal(20000, 4, seed=1)")
    let lost = try #require(bench.session.close())
    #expect(lost.contains("1 cell") && lost.contains("work.elbodb"))
    #expect(WorkspaceSummary.of(folder.file("work.elbodb"))?.exitedCleanly == false)
  }

  @Test func anOlderSchemaIsMigratedAndANewerRefused() throws {
    let path = folder.file("work.elbodb")
    do {
      let bench = try Bench(options())
      _ = bench.shown("a = 1")
    }
    try DatabaseQueue(path: path).inDatabase { db in
      try db.execute(sql: "DROP TABLE metrics; PRAGMA user_version = 1")
    }
    do {
      let bench = try Bench(options())
      #expect(bench.shown("a") == ["1"])
    }
    try DatabaseQueue(path: path).inDatabase { db in
      #expect(try Int.fetchOne(db, sql: "PRAGMA user_version") == 2)
      #expect(try Int.fetchOne(db, sql: "SELECT count(*) FROM metrics") == 0)
      try db.execute(sql: "PRAGMA user_version = 99")
    }
    #expect(throws: StoreError.newer(path: path, version: 99, known: 2)) { try Session(options()) }
  }

  @Test func aFileOfAnotherProgramIsLeftAlone() throws {
    let path = folder.file("other.db")
    try DatabaseQueue(path: path).inDatabase { try $0.execute(sql: "CREATE TABLE t (x)") }
    #expect(throws: StoreError.notAWorkspace(path: path, reason: "it is another program's database")) {
      try Session(SessionOptions(workspace: path))
    }
    let text = folder.file("notes.txt")
    try #require(
      fopen(text, "w").map { fputs(String(repeating: "not a database ", count: 100), $0) + fclose($0) } != nil)
    #expect(throws: StoreError.self) { try Session(SessionOptions(workspace: text)) }
  }

  @Test func aSessionCanBeSavedToAWorkspaceAndOpenedAgain() throws {
    let bench = try Bench()
    _ = bench.shown("z = normal(9, 2, seed=1)")
    let path = folder.file("saved.elbodb")
    _ = bench.shown("save session \(path)")
    _ = bench.shown("b = 2")
    let other = try Bench()
    #expect(try other.failure("open \(path)").code == "E501")
    #expect(bench.session.workspace == path)
    _ = bench.shown("drop b; open \(folder.file("empty.elbodb")) new=yes")
    #expect(bench.session.state.names == [])
    _ = other.shown("open \(path)")
    #expect(other.session.state.names == ["z"])
  }

  @Test func aSavedSessionKeepsTheResultsOfItsCells() throws {
    do {
      let bench = try Bench()
      _ = bench.shown("20 + 2")
      _ = bench.run("nonsense")
      _ = bench.shown("save session \(folder.file("saved.elbodb"))\n_1")
      bench.session.close()
    }
    let again = try Bench(SessionOptions(workspace: folder.file("saved.elbodb")))
    #expect(again.shown("_1 + 20") == ["42"])
    #expect(again.shown("history all=yes | _.count") == ["4"])
  }

  @Test func aSessionThatCannotBeSavedLeavesNoFile() throws {
    let bench = try Bench()
    _ = bench.shown("a = 1")
    #expect(try bench.failure("save session \(folder.path)/none/w.elbodb").code == "E302")
    #expect(bench.shown("a") == ["1"])
    #expect(access(folder.path + "/none", F_OK) != 0)
  }

  @Test func resultsOutOfReachAreNotKept() throws {
    let bench = try Bench(options())
    for i in 0..<1010 { bench.run("[\(i), 1]") }
    let queue = try DatabaseQueue(path: folder.file("work.elbodb"))
    let counts = try queue.inDatabase { db in
      try ["results", "arrays", "cells"].map { try Int.fetchOne(db, sql: "SELECT count(*) FROM \($0)") }
    }
    #expect(counts == [1000, 1000, 1010])
    #expect(bench.shown("_11 | sum") == ["11"])
    #expect(try bench.failure("_5").code == "E104")
  }

  @Test func manyLargeResultsDoNotFillTheMemory() throws {
    let bench = try Bench()
    _ = bench.shown("z = zeros(200000)")
    for _ in 0..<120 { bench.run("z + 1") }
    #expect(bench.session.resultBytesForTesting <= 64 << 20)
    #expect(bench.shown("_121 | sum") == ["200000"])
    #expect(try bench.failure("_3").code == "E104")
  }

  @Test func aWorkspaceOfTheFirstSchemaIsWhole() throws {
    let path = folder.file("first.elbodb")
    let source = try contents(of: String(#filePath.dropLast("StoreTests.swift".count)) + "Fixtures/schema-1.sql")
    try DatabaseQueue(path: path).inDatabase { try $0.execute(sql: source) }
    let bench = try Bench(SessionOptions(workspace: path))
    #expect(bench.session.openingNotes == [])
    #expect(bench.shown("a + b[1]") == ["5.5"])
    #expect(bench.shown("_2") == ["3"])
    #expect(bench.shown("history all=yes | _.count") == ["6"])
    #expect(bench.session.state.settings.seed == 9)
  }
}
