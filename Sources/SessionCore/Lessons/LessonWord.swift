import Text

/// A cell that is a word of the lesson that is being followed: it is no statement, so that no variable is in its way.
enum LessonWord: String {
  case next, back, leave

  /// - Parameter source: A whole cell.
  init?(_ source: String) {
    let words = source.split { " \t\n;".contains($0) }
    guard words.count == 1 || (words.count == 2 && words[0] == "lesson"), let last = words.last else { return nil }
    self.init(rawValue: String(last))
  }
}

extension Session.Core {
  /// What a cell is while a lesson is followed: the lesson's next command for `next`, the statement for `back` and `leave`.
  func lessonSource(of source: String) -> (source: String, isStep: Bool)? {
    guard let lesson, let word = LessonWord(source) else { return nil }
    switch word {
    case .next: return lesson.step.map { ($0.command.source, true) } ?? ("lesson next", false)
    case .back, .leave: return ("lesson \(word.rawValue)", false)
    }
  }
}
