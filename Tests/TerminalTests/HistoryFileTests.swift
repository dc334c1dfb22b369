import Glibc
import Terminal
import Testing

@Suite final class HistoryFileTests {
  /// In a fresh folder.
  let path: String

  init() {
    var template = Array("/tmp/elbo-history-XXXXXX".utf8CString)
    path = (mkdtemp(&template).map { String(cString: $0) } ?? "/tmp") + "/history"
  }

  deinit {
    unlink(path)
    rmdir(String(path.dropLast("/history".count)))
  }

  @Test func entriesOfEveryProgramAreSeenInOrder() {
    let (one, two) = (HistoryFile(path: path), HistoryFile(path: path))
    #expect(one.newEntries().isEmpty)
    one.append("load digits")
    two.append("train m \\\n  epochs=2")
    #expect(two.newEntries() == ["load digits", "train m \\\n  epochs=2"])
    #expect(one.newEntries() == ["load digits", "train m \\\n  epochs=2"])
    one.append("last")
    #expect(two.newEntries() == ["last"])
    #expect(HistoryFile(path: path).newEntries().count == 3)
  }

  @Test func aLongFileIsCutToItsNewestHalf() {
    let writer = HistoryFile(path: path)
    for index in 0..<25 { writer.append("entry \(index)") }
    let cut = HistoryFile(path: path, limit: 20)
    #expect(cut.newEntries().first == "entry 15")
    cut.append("next")
    #expect(cut.newEntries() == ["next"])
    #expect(HistoryFile(path: path).newEntries().count == 11)
  }

  @Test func nothingNewIsLostWhileOtherProgramsStartAndShorten() async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { [path] in for index in 0..<3000 { HistoryFile(path: path).append("entry \(index)") } }
      for _ in 0..<3 {
        group.addTask { [path] in for _ in 0..<300 { _ = HistoryFile(path: path, limit: 40).newEntries() } }
      }
    }
    let kept = HistoryFile(path: path).newEntries()
    #expect(kept.count >= 20)
    #expect(kept == (3000 - kept.count..<3000).map { "entry \($0)" })
  }

  @Test func aFolderThatIsMissingLosesNothingButTheFile() {
    let file = HistoryFile(path: "/nonexistent/elbo/history")
    #expect(!file.append("x"))
    #expect(file.newEntries().isEmpty)
  }

  @Test(arguments: ["a", "a\\nb", "a\nb", "\\", "\\\\n\n", "日本"]) func escapingIsUndone(entry: String) {
    #expect(HistoryFile.unescape(HistoryFile.escape(entry)) == entry)
    #expect(!HistoryFile.escape(entry).contains("\n"))
  }
}
