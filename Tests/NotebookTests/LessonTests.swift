import Foundation
import JSONText
import Notebook
import SessionCore
import Testing

/// `lesson`: the course inside the program, followed in a copy of the session.
@Suite struct LessonTests {
  private let folder = Folder()
  private static let sessions = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("sessions")

  @Test func theProgramHoldsTheFilesAsTheyAre() throws {
    #expect(LessonFile.all.count == 12)
    for file in LessonFile.all {
      let bytes = try Data(contentsOf: Self.sessions.appendingPathComponent(file.name))
      #expect(Array(bytes) == file.bytes, "\(file.name)")
    }
    let there = try FileManager.default.contentsOfDirectory(atPath: Self.sessions.path)
      .filter { $0.hasSuffix(".session") }.map { String($0.dropLast(8)) }
    #expect(Set(Lesson.all.map(\.name)) == Set(there))
  }

  @Test func theCourseIsInItsOrder() throws {
    #expect(Lesson.all.map(\.number) == Array(1...10))
    #expect(Lesson.all.first?.name == "quickstart" && Lesson.all.last?.next == nil)
    let table = try Bench().shown("lessons")[0]
    for lesson in Lesson.all {
      #expect(table.contains(lesson.name), "\(lesson.name)")
      #expect(!lesson.steps.isEmpty && !lesson.title.isEmpty)
    }
  }

  @Test func aLessonRunsInACopyAndLeavesTheSessionAsItWas() throws {
    let path = folder.file("w.elbodb")
    let bench = try Bench(SessionOptions(workspace: path, seed: 3))
    _ = bench.shown("d = 5; z = \"mine\"")
    let lesson = bench.shown("lesson latent-space")
    #expect(lesson[0].contains("the latent space") && lesson[0].hasSuffix("elbo> load digits as=d;"))
    #expect(lesson[1].contains("step 1 of"))
    for _ in 0..<3 { _ = bench.shown("next") }
    // The fourth command, and what comes behind it.
    let shown = bench.shown("next")
    #expect(shown[0] == "z = 2000×4 float32 · latents · 10 labels")
    #expect(shown[1].contains("The first three images") && shown[1].hasSuffix("elbo> z.labels[0..2]"))
    // A line of one's own, in the copy.
    #expect(bench.shown("y = z[0, 0]; z.shape").last == "[2000, 4]")
    #expect(bench.shown("leave").joined().contains("back in your session"))
    #expect(bench.shown("d").last == "5" && bench.shown("z").last == "mine")
    #expect(try bench.failure("show y").code == "E104")
    #expect(bench.session.state.settings.seed == 3 && bench.session.state.names == ["d", "z"])
    let history = bench.shown("history n=50")[0]
    #expect(!history.contains("lesson") && !history.contains("load digits") && history.contains("mine"))
    bench.session.close()
    let again = try Bench(SessionOptions(workspace: path))
    #expect(again.session.state.names == ["d", "z"])
  }

  @Test func itsNumbersAreThoseOfTheRecording() throws {
    let bench = try Bench(SessionOptions(seed: 99))
    _ = bench.shown("w = normal(3)")
    _ = bench.shown("lesson latent-space")
    var text = ""
    for _ in 0..<6 { text += bench.shown("next").joined(separator: "\n") }
    // As sessions/latent-space.session has them: labels exactly, codes within its tolerance.
    #expect(text.contains("[7, 2, 1]") && text.contains("(7)"))
  }

  @Test func backUndoesAStepAndSkipPassesOverOne() throws {
    let bench = try Bench()
    _ = bench.shown("lesson quickstart")
    _ = bench.shown("next")
    _ = bench.shown("next")
    #expect(bench.session.state.names == ["d", "m"])
    let back = bench.shown("back")
    #expect(back[0].contains("elbo> model m conv latent=20") && bench.session.state.names == ["d"])
    _ = bench.shown("back")
    #expect(bench.session.state.names == [])
    #expect(bench.shown("back").joined().contains("this is the first step"))
    #expect(bench.shown("lesson skip")[0].contains("elbo> model m conv latent=20"))
    // The skipped step is missing: the next one that needs it fails, and the lesson waits.
    _ = bench.shown("next")
    _ = bench.shown("next")
    #expect(try bench.failure("next").code == "E104")
    #expect(bench.shown("back")[0].contains("elbo> summary m"))
    _ = bench.shown("lesson leave")
  }

  @Test func anErrorThatALessonIsAboutIsAStepOfIt() throws {
    var options = SessionOptions()
    options.isInteractive = true
    let bench = try Bench(options)
    _ = bench.shown("lesson errors")
    let lesson = try #require(Lesson.named("errors"))
    var errors = 0
    for step in lesson.steps.prefix(12) {
      let shown = bench.shown("next").joined(separator: "\n")
      guard step.showsError else { continue }
      errors += 1
      let code = try #require(step.command.expected[0].firstMatch(of: /E[0-9]{3}/)?.output)
      #expect(shown.contains(code), "\(step.command.source): \(shown)")
    }
    #expect(errors > 3)
    _ = bench.shown("leave")
  }

  @Test func whatALessonWritesIsNoneOfTheSessionsFiles() throws {
    let bench = try Bench()
    _ = bench.shown("lesson tables")
    _ = bench.shown("next")
    #expect(bench.session.state.names == ["t"])
    // Its folder goes away with it.
    let place = try FileManager.default.contentsOfDirectory(atPath: NSTemporaryDirectory()).filter {
      $0.hasPrefix("elbo-lesson-")
    }
    #expect(!place.isEmpty)
    _ = bench.shown("lesson resume")
    #expect(bench.session.state.names == [])
    bench.session.close()
    #expect(!FileManager.default.fileExists(atPath: "c.safetensors"))
  }

  @Test func theWordsOfALessonAreNoReservedNames() throws {
    let bench = try Bench()
    #expect(bench.shown("next = 3; back = 4; next + back").last == "7")
    #expect(try bench.failure("lesson next").message.contains("no lesson is being followed"))
    #expect(try bench.failure("lesson latnet-space").fix?.contains("latent-space") == true)
    _ = bench.shown("lesson quickstart")
    #expect(bench.shown("next = 5; show next").last == "5")
    _ = bench.shown("leave")
    #expect(bench.shown("show next").last == "3")
  }

  @Test func aLessonEndsWithWhatFollowsIt() throws {
    let bench = try Bench()
    _ = bench.shown("lesson denoising")
    let lesson = try #require(Lesson.named("denoising"))
    for _ in 0..<(lesson.steps.count - 1) { _ = bench.shown("lesson skip") }
    let last = bench.shown("lesson skip").joined(separator: "\n")
    #expect(last.contains("last step of denoising") && last.contains("'lesson tables' is the next one"))
    #expect(bench.shown("next").joined().contains("last step"))
    _ = bench.shown("leave")
  }

  @Test(arguments: Lesson.all.map(\.name)) func aNotebookHasEveryCommand(name: String) throws {
    let lesson = try #require(Lesson.named(name))
    let json = LessonNotebook(lesson).json
    let cells = json["cells"]?.arrayValue ?? []
    func source(_ cell: JSON) -> String { (cell["source"]?.arrayValue ?? []).compactMap(\.stringValue).joined() }
    let code = cells.filter { $0["cell_type"]?.stringValue == "code" }.map(source)
    #expect(code[0].hasPrefix("seed \(lesson.header.seed)"))
    #expect(Array(code.dropFirst()) == lesson.steps.map(\.command.source))
    #expect(Set(cells.compactMap { $0["id"]?.stringValue }).count == cells.count)
    #expect(source(cells[0]).hasPrefix("# Lesson \(lesson.number): "))
  }
}
