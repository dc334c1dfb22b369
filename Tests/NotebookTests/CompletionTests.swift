import Foundation
import Notebook
import SessionCore
import Testing

@Suite struct CompletionTests {
  let bench: Bench
  init() throws {
    bench = try Bench()
    _ = bench.shown(
      "load digits as=d; model m mlp hidden=4 latent=2 seed=1; t = d.test; z = encode m t; speed = [1, 2, 3]")
  }

  private func candidates(_ line: String) -> [Completion.Candidate] {
    bench.session.complete(line, cursor: line.unicodeScalars.count).candidates
  }
  private func texts(_ line: String) -> [String] { candidates(line).map(\.text) }

  @Test func everyValueOfEveryOptionHasALineOfItsOwn() {
    for command in CommandTable.standard.commands {
      for option in command.options {
        let words = option.type.suggestions
        guard words.count > 1, words != ["yes", "no"], words != ["60s", "5m"] else { continue }
        let helps = Dictionary(
          grouping: candidates("\(command.verb) \(option.name)=").filter { words.contains($0.text) }, by: \.help)
        #expect(helps.count == words.count, "\(command.verb) \(option.name)=: \(helps)")
        #expect(helps[option.help] == nil, "\(command.verb) \(option.name)=: \(helps[option.help] ?? [])")
      }
    }
  }

  @Test(arguments: ["model q ", "plot ", "load ", "help ", "explain ", "set m ", "set plot ", "train m ", "z.", "z["])
  func whatIsOfferedIsExplained(line: String) {
    let found = candidates(line)
    #expect(!found.isEmpty)
    #expect(found.filter(\.help.isEmpty).map(\.text) == [])
    let values = found.filter { $0.kind == .value }
    #expect(Set(values.map(\.help)).count == values.count)
  }

  @Test func labelsAreOfferedWhereTheyCanBeTyped() {
    #expect(texts("z[").first == "label=")
    #expect(texts("mean(z[label=") == (0...9).map(String.init))
    #expect(texts("interpolate m d from=") == (0...9).map(String.init) + ["speed", "z"])
    #expect(texts("interpolate m d from=3 to=s") == ["speed"])
  }

  @Test(arguments: [
    "mean(( # half\ntrain m ep", "[ # x\nshow \"m", "( \"\n # x\n\" set m lr=[", "a = ( # b\n c[label=",
    "z[ # >\n > out",
  ])
  func anyCursorInUnfinishedTextIsAnswered(source: String) {
    for cursor in 0...source.unicodeScalars.count {
      let completion = bench.session.complete(source, cursor: cursor)
      #expect(completion.range.upperBound <= source.unicodeScalars.count)
      _ = bench.session.inspect(source, cursor: cursor)
    }
  }

  @Test func valuesOfSettingsComplete() {
    #expect(texts("set m optimizer=ad").sorted() == ["adam", "adamax", "adamw"])
    #expect(texts("set plot theme=") == ["light", "dark"])
  }

  @Test func pathsCompleteAfterLoadAndRedirectionAndInShellCommands() throws {
    let folder = Folder()
    for name in ["my file.npy", "table.csv"] { try Data([1]).write(to: URL(filePath: folder.file(name))) }
    let base = folder.file("")
    // In quotes all of them, so that what they have in common can be put in.
    for line in ["load \(base)", "z > \(base)"] {
      #expect(texts(line) == ["\"\(base)my file.npy\"", "\"\(base)table.csv\""], "\(line)")
    }
    #expect(texts("load \(base)t") == ["\(base)table.csv"])
    #expect(texts("!ls -l \(base)") == ["'\(base)my file.npy'", "\(base)table.csv"])
    #expect(texts("load \"\(base)my") == ["\(base)my file.npy\""])
    #expect(texts("load dig") == ["digits"])
  }

  @Test func aQuestionMarkAfterAnOptionTellsItsValues() throws {
    let line = "train m optimizer="
    let text = try #require(bench.session.inspect(line, cursor: line.count)?.text)
    #expect(text.contains("optimizer") && text.contains("adamax   Adam with the infinity norm of the gradients"))
    #expect(bench.session.inspect("latent", cursor: 6)?.text.hasPrefix("The latent space") == true)
  }

  @Test func onlyTrainedModelsThatNoFileHoldsAreUnfiled() {
    let folder = Folder()
    _ = bench.shown(
      "q = dataset zeros(20, 4); model u mlp hidden=4 latent=2 on=q seed=1; fork u as=w; train u on=q epochs=1")
    #expect(bench.session.unsavedModels == ["u"])
    _ = bench.shown("save u \(folder.file("u.safetensors"))")
    #expect(bench.session.unsavedModels == [])
    _ = bench.shown("o = open \(folder.file("u.safetensors"))")
    #expect(bench.session.unsavedModels == [])
    _ = bench.shown("train o on=q epochs=+1")
    #expect(bench.session.unsavedModels == ["o"])
  }
}
