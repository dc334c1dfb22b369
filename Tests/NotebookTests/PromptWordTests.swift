import Foundation
import Language
import Notebook
import SessionCore
import Testing

/// Words that people bring to a prompt, and that mean here what they mean there.
@Suite(.serialized) struct PromptWordTests {
  /// A prompt, which Ctrl-C is pressed at after so many outputs.
  private final class Prompt: FrontEnd {
    let width = 80
    let keepsTranscripts = true
    var isRecording = false
    var outputs: [Output] = []
    var endsAfter = Int.max
    let interruption = Interruption()
    func emit(_ event: Event) {
      guard case .output(let output) = event else { return }
      outputs.append(output)
      if outputs.count >= endsAfter { interruption.request() }
    }
    func ask(_ prompt: String) -> String? { nil }
  }

  @Test func redoRestoresWhatUndoTookBack() throws {
    let bench = try Bench()
    _ = bench.shown("x = 1")
    _ = bench.shown("x = 2; y = 3")
    _ = bench.shown("undo")
    #expect(try bench.failure("y").code == ErrorCode.unknownCommand.rawValue)
    _ = bench.shown("undo")
    #expect(bench.shown("x") == ["1"])
    _ = bench.shown("redo; redo")
    #expect(bench.shown("x + y") == ["5"])
    #expect(try bench.failure("redo").code == ErrorCode.nothingToUndo.rawValue)
    // What is done again can be undone again; another change ends it.
    _ = bench.shown("undo; undo")
    #expect(bench.shown("x") == ["1"])
    _ = bench.shown("z = 7")
    #expect(try bench.failure("redo").code == ErrorCode.nothingToUndo.rawValue)
  }

  @Test func earlierResultsAndCellsHaveTheNamesOfIPython() throws {
    let bench = try Bench()
    _ = bench.shown("10 + 1")
    _ = bench.shown("20 + 2")
    _ = bench.shown("30 + 3")
    #expect(bench.shown("[_, __, ___]").last?.hasSuffix("[33, 22, 11]") == true)
    #expect(
      bench.shown("In[2]") == ["20 + 2"] && bench.shown("Out[2]") == ["22"] && bench.shown("In[-5]") == ["20 + 2"])
    #expect(
      try bench.failure("In[99]").code == ErrorCode.unknownVariable.rawValue
        && bench.failure("Out[99]").code == ErrorCode.unknownVariable.rawValue)
    #expect(try bench.failure("__________________").code == ErrorCode.unknownVariable.rawValue)
    // A variable has precedence.
    #expect(bench.shown("In = [5, 6, 7]; In[1]").last == "6")
  }

  @Test func lenAndTypeAreThoseOfPython() throws {
    let bench = try Bench()
    #expect(bench.shown("len([4, 5, 6])") == ["3"] && bench.shown("type(len([4]))") == ["number"])
    #expect(bench.shown("type([1, 2])") == ["tensor"] && bench.shown("type('a')") == ["text"])
    // Both are still names that a variable may have.
    #expect(bench.shown("type = 3; len = 4; type + len").last == "7")
  }

  @Test func timeSaysHowLongAStatementTook() throws {
    let bench = try Bench()
    #expect(bench.shown("time x = 1 + 1") == ["x = 2"])
    #expect(bench.recorder.outputs.last?.text.hasPrefix("took ") == true && bench.recorder.outputs.last?.role == .note)
    _ = bench.shown("x")
    #expect(bench.recorder.outputs.last?.text == "2")
    #expect(bench.shown("%time 2 * 3").first == "6")
    // Places of errors are those in the line.
    let failure = try bench.failure("time show nope")
    #expect(failure.span == 10..<14)
    #expect(bench.session.complete("time evalu", cursor: 10).candidates.map(\.text) == ["evaluate"])
    #expect(bench.session.complete("watch 5s evalu", cursor: 14).candidates.map(\.text) == ["evaluate"])
  }

  @Test func whatIsWatchedRunsUntilCtrlCAndLeavesNothing() throws {
    let session = try Session(SessionOptions())
    let prompt = Prompt()
    func run(_ line: String) -> CellOutcome {
      prompt.outputs = []
      return session.execute(line, frontEnd: prompt, interruption: prompt.interruption)
    }
    _ = run("n = 1")
    prompt.endsAfter = 6
    let outcome = run("watch 0.1s n = n + 1")
    #expect(outcome.status == .ok && outcome.number == 0)
    #expect(prompt.outputs.map(\.text).filter { $0.hasPrefix("n = ") } == ["n = 2", "n = 3", "n = 4"])
    #expect(prompt.outputs.last?.text.contains("variables are as they were") == true)
    prompt.interruption.clear()
    prompt.endsAfter = .max
    #expect(run("n").outputs.map(\.text) == ["1"])
    #expect(session.history.search("*").map(\.source) == ["n = 1", "n"])
    // What fails ends it, and scripts have none.
    guard case .failed(let fault) = run("watch 0.1s nope").status else { return #expect(Bool(false)) }
    #expect(fault.code == ErrorCode.unknownCommand.rawValue || fault.code == ErrorCode.unknownVariable.rawValue)
    let bench = try Bench()
    #expect(try bench.failure("watch 1s 1 + 1").code == ErrorCode.notSupported.rawValue)
    #expect(try bench.failure("watch").code == ErrorCode.missingArgument.rawValue)
    #expect(try bench.failure("watch often 1").code == ErrorCode.badOptionValue.rawValue)
    #expect(try bench.failure("1; watch 1s 2").code == ErrorCode.notSupported.rawValue)
  }

  @Test func aReplayAndATranscriptHaveTheFolderTheyAreRunIn() throws {
    let folder = NSTemporaryDirectory()
    var options = SessionOptions()
    options.outputDirectory = folder
    #expect(try Bench(options).failure("cd \(folder)").code == ErrorCode.notSupported.rawValue)
    let session = try Session(SessionOptions())
    let prompt = Prompt()
    prompt.isRecording = true
    let outcome = session.execute("cd \(folder)", frontEnd: prompt, interruption: prompt.interruption)
    guard case .failed(let fault) = outcome.status else { return #expect(Bool(false)) }
    #expect(fault.code == ErrorCode.notSupported.rawValue && fault.fix?.contains("transcript off") == true)
    let bench = try Bench()
    let failure = try bench.failure("cd /no/such/folder")
    #expect(failure.code == ErrorCode.unreadableFile.rawValue)
    #expect(try bench.failure("cd -").code == ErrorCode.badOptionValue.rawValue)
    #expect(bench.shown("pwd") == [FileManager.default.currentDirectoryPath])
  }
}
