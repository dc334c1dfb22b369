import SessionFiles
import Testing

@Suite struct SessionFileTests {
  let text = """
    #! elbo-session 1 seed=7 rtol=0.0001
    # A lesson.

    elbo> load digits as=d
    d: 1,797 images

      indented

    elbo> train m \\
    ....> epochs=2
    elbo> # a comment typed at the prompt
    # The end.

    """

  @Test func readsCommandsOutputsProseAndHeader() throws {
    let file = try SessionFile(text)
    #expect(file.header.seed == 7)
    #expect(file.header.rtol == 1e-4)
    #expect(
      file.commands.map(\.source) == ["load digits as=d", "train m \\\nepochs=2", "# a comment typed at the prompt"])
    #expect(file.commands[0].expected == ["d: 1,797 images", "", "  indented"])
    #expect(file.commands.map(\.line) == [4, 9, 11])
  }

  @Test func writingGivesTheSameFile() throws {
    #expect(try SessionFile(text).text == text)
  }

  @Test func linesMayEndAsOnWindows() throws {
    let windows = text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n")
    #expect(SessionFile.hasPrompts(windows))
    #expect(try SessionFile(windows) == SessionFile(text))
    #expect(try SessionFile(windows).text == text)
    #expect(!SessionFile.hasPrompts("# x\r\nload digits\r\n"))
    #expect("a\r\n\nb\r\n".textLines == ["a", "", "b", ""])
  }

  @Test func headersThatCannotBeReadAreRefused() {
    #expect(throws: SessionHeader.Failure.version("2")) { try SessionFile("#! elbo-session 2 seed=1\n") }
    #expect(throws: SessionHeader.Failure.setting("seed=x")) { try SessionFile("#! elbo-session 1 seed=x\n") }
    #expect(throws: SessionHeader.Failure.setting("sead=1")) { try SessionFile("#! elbo-session 1 sead=1\n") }
    #expect(throws: SessionHeader.Failure.setting("rtol=-1")) { try SessionFile("#! elbo-session 1 rtol=-1\n") }
  }

  @Test func theHeaderLineReadsBack() throws {
    var header = SessionHeader()
    header.seed = 12
    header.rtol = 0
    header.threads = 2
    #expect(header.line == "#! elbo-session 1 seed=12 rtol=0 threads=2")
    #expect(try SessionHeader(header.line) == header)
  }

  @Test func aScriptHasNoPrompts() {
    #expect(!SessionFile.hasPrompts("load digits\ntrain m\n"))
    #expect(SessionFile.hasPrompts("# x\nelbo> load digits\n"))
  }

  @Test func pastedTranscriptsGiveTheirCommands() {
    let pasted = "elbo> load digits\nd: 1,797 images\nelbo> train m \\\n....> epochs=2\nepoch 1\n....> stray\nelbo> \n"
    #expect(PastedText.commands(in: pasted) == ["load digits", "train m \\\nepochs=2"])
    #expect(PastedText.source(of: "load a\nload b") == "load a\nload b")
  }

  @Test(arguments: ["\r\n", "\n\n"]) func transcriptsPastedFromWindowsGiveThemToo(end: String) {
    // readline makes a newline of "\r" and one of "\n".
    let lines = [
      "elbo> load digits", "d: 1,797 images", "elbo> train m \\", "....> epochs=2", "epoch 1", "....> x", "",
    ]
    #expect(PastedText.commands(in: lines.joined(separator: end)) == ["load digits", "train m \\\nepochs=2"])
  }
}
