import Foundation
import POSIX
import SessionFiles
import Text

/// A lesson that is being followed, in a copy of the session: the session itself waits, with its values and its workspace
/// untouched.
package struct LessonProgress: Sendable {
  package let lesson: Lesson
  /// The step that `next` runs.
  package private(set) var position = 0
  /// The states before the steps that were done, for `back`.
  private var before: [SessionState] = []
  /// The session that waits; one element.
  private let waiting: [Session.Core]
  /// Where the commands of the lesson read and write files.
  package let folder: String

  init(_ lesson: Lesson, in core: Session.Core) throws {
    self.lesson = lesson
    waiting = [core]
    folder = try TemporaryFolder(named: "elbo-lesson").path
    _ = try LessonFile.write(to: folder)
  }

  /// The session that waits.
  var outer: Session.Core { waiting[0] }

  package var step: Lesson.Step? {
    lesson.steps.indices.contains(position) ? lesson.steps[position] : nil
  }

  /// Notes that the step was done.
  mutating func advance(from state: SessionState) {
    before.append(state)
    position += 1
  }

  /// One step back: the state before it; nil at the beginning.
  mutating func back() -> SessionState? {
    guard let state = before.popLast() else { return nil }
    position -= 1
    return state
  }

  /// Deletes what the lesson wrote.
  func removeFiles() { try? FileManager.default.removeItem(atPath: folder) }

  /// What to read before the next command, and that command.
  package func text(width: Int) -> String {
    let prose = Lesson.paragraphs(step?.prose ?? lesson.ending).map { TextWidth.wrap($0, to: width) }
    guard let step else { return (prose + ["This was the last step of \(lesson.name)."]).joined(separator: "\n\n") }
    return (prose + [SessionFile.promptLines(step.command.source).joined(separator: "\n")]).joined(separator: "\n\n")
  }

  /// What can be typed now.
  package var hint: String {
    guard step != nil else {
      let following = lesson.next.map { "; 'lesson \($0.name)' is the next one" } ?? ""
      return "'leave' returns to your session, 'back' undoes the last step" + following
    }
    let place = "step \(position + 1) of \(lesson.steps.count)"
    return position == 0
      ? "\(place): 'next', or Enter at a prompt, runs it; 'back', 'leave'; lines of your own run here, too, in a copy of "
        + "your session"
      : "\(place): next, back, leave"
  }
}

extension Session.Core {
  /// The session itself, which waits while a lesson is followed.
  var base: Session.Core { lesson?.outer ?? self }

  /// Begins a lesson in a copy of the session, without its workspace and with the seed that the lesson was recorded with.
  mutating func begin(_ lesson: Lesson) throws {
    let outer = base
    let progress = try LessonProgress(lesson, in: outer)
    self.lesson?.removeFiles()
    var copy = Session.Core()
    (copy.state, copy.results, copy.history) = (outer.state, outer.results, outer.history)
    copy.cell = cell
    copy.state.settings.seed = lesson.header.seed
    copy.state.settings.draws = 0
    copy.state.settings.logs = [:]
    if let threads = lesson.header.threads { copy.state.settings.threads = threads }
    copy.lesson = progress
    self = copy
  }

  /// Ends a lesson: the session goes on where it was.
  mutating func endLesson() {
    guard let lesson else { return }
    if let own = store { own.close(state) }
    lesson.removeFiles()
    let last = cell
    self = lesson.outer
    cell = max(cell, last)
  }
}
