import ArgumentParser
import FrontEnds
import Glibc
import JSONText
import SessionCore
import Terminal
import Text

/// `elbo lesson`: the course at a prompt, as notebooks and as session files.
struct LessonCommand: ElboSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "lesson", abstract: "List the lessons, start one at a prompt, or write one as a notebook.",
    discussion: """
      Without a name the lessons are listed. With one a prompt starts in it; where standard output is no terminal the session \
      file is written, and with --ipynb a Jupyter notebook: elbo lesson latent-space --ipynb > latent-space.ipynb
      """)

  @Flag(help: "Write a Jupyter notebook to standard output.")
  var ipynb = false

  @Argument(help: "The lesson.", completion: .list(Lesson.all.map(\.name)))
  var name: String?

  func validate() throws {
    guard let name else {
      if ipynb { throw ValidationError("--ipynb needs a lesson: \(Lesson.all.map(\.name).joined(separator: ", ")).") }
      return
    }
    guard Lesson.named(name) == nil else { return }
    let near = Suggestion.question(name, in: Lesson.all.map(\.name))
    throw ValidationError(
      "No lesson is named '\(name)'. \(near ?? "Lessons: \(Lesson.all.map(\.name).joined(separator: ", ")).")")
  }

  func run(in process: ProcessContext) throws -> Int32 {
    guard let lesson = name.flatMap(Lesson.named) else {
      let names = Lesson.all.map { TextWidth.pad($0.name, to: 20) + $0.title }
      return process.say(names.joined(separator: "\n")) ? 0 : 1
    }
    if ipynb { return write(LessonNotebook(lesson).json.text(pretty: true) + "\n") }
    guard process.isInteractive else { return write(lesson.text) }
    let prompt = try Prompt(process: process, seed: nil, threads: nil, workspace: nil, readsRC: true)
    return prompt.run(first: "lesson \(lesson.name)")
  }

  private func write(_ text: String) -> Int32 {
    writeAll(text, to: STDOUT_FILENO) ? 0 : StandardOutput.exitCode(after: errno)
  }
}
