import Notebook
import SessionCore
import Testing

@Suite struct SessionCommandTests {
  @Test func varsListsWhatThereIsWithKindAndSize() throws {
    let bench = try Bench()
    #expect(bench.shown("vars")[0].contains("no variables yet"))
    _ = bench.shown("a = 1; z = zeros(10, 3); s = \"text\"")
    let lines = bench.shown("vars")[0].split(separator: "\n").map(String.init)
    #expect(lines.count == 4)
    #expect(lines[1].hasPrefix("a") && lines[1].contains("number"))
    #expect(lines[3].hasPrefix("z") && lines[3].contains("10×3") && lines[3].contains("120"))
  }

  @Test func undoTakesBackStatementByStatement() throws {
    let bench = try Bench()
    _ = bench.shown("a = 1\na = 2\nseed 9\ndrop a")
    _ = bench.shown("undo")
    #expect(bench.shown("a") == ["2"])
    _ = bench.shown("undo")
    #expect(bench.session.state.settings.seed == 0)
    _ = bench.shown("undo")
    #expect(bench.shown("a") == ["1"])
    _ = bench.shown("undo")
    #expect(try bench.failure("undo").code == "E117")
  }

  @Test func twentyStatementsCanBeTakenBackAndNoMore() throws {
    let bench = try Bench()
    for number in 1...25 { _ = bench.shown("a = \(number)") }
    for _ in 0..<20 { _ = bench.shown("undo") }
    #expect(bench.shown("a") == ["5"])
    #expect(try bench.failure("undo").code == "E117")
  }

  @Test func undoneStatementsAreUndoneInTheWorkspaceToo() throws {
    let folder = Folder()
    let options = SessionOptions(workspace: folder.file("w.elbodb"))
    do {
      let bench = try Bench(options)
      _ = bench.shown("a = 1\na = 2\nb = 3\nundo\nundo")
    }
    let bench = try Bench(options)
    #expect(bench.session.state.names == ["a"])
    #expect(bench.shown("a") == ["1"])
  }

  @Test func historyListsCellsWithTheirDurations() throws {
    let folder = Folder()
    for options in [SessionOptions(), SessionOptions(workspace: folder.file("w.elbodb"))] {
      let bench = try Bench(options)
      _ = bench.shown("a = 1")
      _ = bench.run("nonsense")
      _ = bench.shown("b = 2\nc = 3")
      let lines = bench.shown("1;\nhistory")[0].split(separator: "\n").map(String.init)
      #expect(lines.count == 4, "\(lines)")
      #expect(lines[1].contains("a = 1") && !lines[1].contains("failed"))
      #expect(lines[2].contains("nonsense") && lines[2].hasSuffix("failed"))
      #expect(lines[3].contains("b = 2 ⏎ c = 3"))
      #expect(bench.shown("history b n=1")[0].split(separator: "\n").count == 2)
      #expect(bench.shown("history | _.count") == ["5"])
    }
  }

  /// On the screen the last cells, in a file all of them.
  @Test func aHistoryInAFileIsWhole() throws {
    let (bench, folder) = (try Bench(), Folder())
    for number in 1...25 { _ = bench.shown("a\(number) = \(number)") }
    #expect(bench.shown("history")[0].split(separator: "\n").count == 21)
    let path = folder.file("run.session")
    _ = bench.shown("history > \(path)")
    let text = try contents(of: path)
    #expect(text.contains("elbo> a1 = 1\n") && text.contains("elbo> a25 = 25\n"))
    _ = bench.shown("history n=3 > \(path)")
    #expect(try contents(of: path).contains("a1 = 1\n") == false)
    #expect(try bench.failure("history all=yes > \(path)").code == "E103")
  }

  @Test func earlierSessionsOfAWorkspaceAreInTheHistory() throws {
    let folder = Folder()
    let options = SessionOptions(workspace: folder.file("w.elbodb"))
    do { _ = try Bench(options).shown("first = 1") }
    let bench = try Bench(options)
    _ = bench.shown("second = 2")
    #expect(!bench.shown("history")[0].contains("first"))
    #expect(bench.shown("history all=yes")[0].contains("first"))
    #expect(bench.shown("history first all=yes | _.count") == ["1"])
  }

  @Test func theHistoryIsWrittenAsASessionFileThatVerifies() throws {
    let folder = Folder()
    let bench = try Bench()
    _ = bench.shown("a = 1 / 3\na * 2")
    _ = bench.shown("history > \(folder.file("run.session"))")
    let text = try contents(of: folder.file("run.session"))
    #expect(text.hasPrefix("#! elbo-session 1"))
    #expect(text.contains("elbo> a = 1 / 3") && text.contains("0.6666"))
  }

  @Test func seedsMakeRandomStatementsRepeat() throws {
    let bench = try Bench()
    let first = bench.shown("seed 7; normal(3) | _ * 1")
    #expect(bench.shown("normal(3) | _ * 1") != first)
    #expect(bench.shown("seed 7; normal(3) | _ * 1") == first)
    #expect(bench.shown("seed") == ["7"])
    #expect(try bench.failure("seed x").code == "E103")
  }

  @Test func settingsAreKeptAndShown() throws {
    let bench = try Bench()
    _ = bench.shown("set plot terminal=sixel size=900x600 theme=dark; threads 1; time on")
    let settings = bench.shown("set")[0]
    for text in ["sixel", "900x600", "dark", "threads", "on"] { #expect(settings.contains(text), "\(text)") }
    #expect(bench.recorder.outputs.contains { $0.text.hasPrefix("took ") })
    #expect(try bench.failure("set plot color=red").code == "E102")
    #expect(try bench.failure("set plot theme=pink").code == "E103")
    #expect(try bench.failure("set a beta=2").code == "E104")
    #expect(try bench.failure("set beta=2").code == "E107")
  }

  @Test func dropForgetsAndSaysHowToGetItBack() throws {
    let bench = try Bench()
    _ = bench.shown("a = 1; b = 2")
    _ = bench.shown("drop a b")
    #expect(bench.recorder.outputs.contains { $0.text == "dropped a, b; 'undo' restores it" })
    #expect(bench.session.state.names == [])
    #expect(try bench.failure("drop a").code == "E104")
  }

  @Test func quitAsksToLeave() throws {
    for word in ["quit", "exit", "bye"] { #expect(try Bench().run(word).wantsToQuit) }
    #expect(try !Bench().run("1").wantsToQuit)
  }

  @Test func shellCommandsAndTranscriptsBelongToThePrompt() throws {
    let bench = try Bench()
    #expect(try bench.failure("!ls").code == "E119")
    #expect(try bench.failure("transcript on x.session").code == "E403")
  }

  @Test func aSilentCellIsNeitherShownNorKept() throws {
    let bench = try Bench()
    let outcome = bench.session.execute(
      "a = 5\na", silent: true, frontEnd: bench.recorder, interruption: bench.interruption)
    #expect(outcome.number == 0 && outcome.outputs.isEmpty && bench.recorder.outputs.isEmpty)
    #expect(bench.shown("a") == ["5"])
    #expect(try bench.failure("_2").code == "E104")
  }
}
