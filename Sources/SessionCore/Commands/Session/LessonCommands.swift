import Language
import POSIX
import Tensors
import Text

/// `lessons`.
package struct ListLessons: DeclaredCommand {
  package init() {}

  package static let about = About(
    "lessons", family: .help, summary: "list the lessons, which run at the prompt", returns: .init(.table),
    examples: [.init("lessons", "the course, in its order")])

  package func run(_ call: Call) -> Value {
    .table(
      Table(
        columns: [.init("lesson"), .init("about"), .init("steps")],
        rows: Lesson.all.map { [.text($0.name), .text($0.title), .count($0.steps.count)] },
        notes: ["'lesson \(Lesson.all.first?.name ?? "")' starts the first one, in a copy of this session"]))
  }
}

/// `lesson`: follows a lesson in a copy of the session.
package struct FollowLesson: DeclaredCommand {
  package init() {}

  package static let about = About(
    "lesson", family: .help, summary: "follow a lesson step by step, in a copy of the session",
    details: """
      Each step shows what there is to read and a command. 'next' runs it (at a prompt Enter alone as well), 'back' undoes \
      the last step, 'skip' passes over one, and 'leave' returns to your session, whose values, files and workspace no \
      lesson changes. Lines of your own run in between, in the copy. In a notebook the words are cells; \
      'elbo lesson NAME --ipynb > x.ipynb' writes a whole lesson as one. 'lesson files' writes the files that some lessons \
      read to this folder.
      """,
    examples: [
      .init("lesson latent-space", "starts it"), .init("lesson next", "runs the next command"),
      .init("lesson leave", "returns to your session"),
    ])

  private static let words = ["next", "back", "skip", "leave", "files"]

  @Argument(
    .text(
      placeholder: "NAME",
      suggestions: Lesson.all.map { ValueWord($0.name, $0.title) } + [
        ValueWord("next", "runs the next command"), ValueWord("back", "undoes the last step"),
        ValueWord("skip", "passes over a step"), ValueWord("leave", "returns to your session"),
        ValueWord("files", "writes the files that lessons read"),
      ]), help: "a lesson, or what to do in it")
  var name: String

  package func run(_ call: Call) throws -> Value {
    let execution = call.execution
    switch name {
    case "files": return try writeFiles(execution)
    case "next", "back", "skip", "leave":
      guard execution.core.lesson != nil else {
        throw $name.fault(.notSupported, "no lesson is being followed", fix: "Start one: lesson quickstart")
      }
      return step(execution)
    default:
      guard let lesson = Lesson.named(name) else {
        throw $name.fault(
          .unknownTopic, "no lesson named '\(name)'",
          fix: Suggestion.question(name, in: Lesson.all.map(\.name) + Self.words) ?? "'lessons' lists them.")
      }
      execution.keepsUndo = false
      do { try execution.core.begin(lesson) } catch let error as SystemError {
        throw $name.fault(.unwritableFile, "the lesson's folder cannot be made: \(error)", fix: "Set TMPDIR.")
      }
      return shown(execution)
    }
  }

  private func step(_ execution: Execution) -> Value {
    execution.keepsUndo = false
    switch name {
    case "back":
      guard let state = execution.core.lesson?.back() else {
        execution.note("this is the first step")
        return shown(execution)
      }
      execution.core.state.restore(state)
    case "skip":
      let state = execution.state
      if execution.core.lesson?.step != nil { execution.core.lesson?.advance(from: state) }
    case "leave":
      execution.core.endLesson()
      execution.note("back in your session")
      return .nothing
    // A step is run by the session; there is none left.
    default: break
    }
    return shown(execution)
  }

  private func shown(_ execution: Execution) -> Value {
    guard let lesson = execution.core.lesson else { return .nothing }
    execution.note(lesson.hint)
    return .string(lesson.text(width: execution.width))
  }

  private func writeFiles(_ execution: Execution) throws -> Value {
    let folder = execution.expanded(".")
    try execution.checkWritable(folder + "/files", shown: "files", at: $name.span)
    do {
      let names = try LessonFile.write(to: folder)
      execution.note("wrote \(names.joined(separator: ", "))")
    } catch {
      throw $name.fault(.unwritableFile, "files: \(error)")
    }
    return .nothing
  }
}
