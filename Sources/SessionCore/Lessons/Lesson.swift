import SessionFiles
import Text

/// A session of sessions/ as something to follow: prose, a command, more prose.
package struct Lesson: Sendable {
  package struct Step: Sendable {
    /// What stands above the command, without its hashes; an empty line separates paragraphs.
    package let prose: [String]
    package let command: SessionFile.Command

    /// Whether the command is there to show its error.
    package var showsError: Bool { command.expected.first?.hasPrefix("error: ") == true }
  }

  /// `latent-space`.
  package let name: String
  /// Its place in the course, from 1.
  package let number: Int
  package let title: String
  package let steps: [Step]
  /// What stands under the last command.
  package let ending: [String]
  package let header: SessionHeader
  /// The file.
  package let text: String

  /// - Returns: nil for a text that is no lesson: its first prose is `# Lesson 2: the latent space.`
  package init?(name: String, text: String) {
    guard let file = try? SessionFile(text) else { return nil }
    (self.name, self.text, header) = (name, text, file.header)
    var (steps, prose): ([Step], [String]) = ([], [])
    for item in file.items {
      switch item {
      case .prose(let line): prose.append(String(line.drop { $0 == "#" }.drop { $0 == " " }))
      case .blank: if prose.last?.isEmpty == false { prose.append("") }
      case .command(let command):
        steps.append(Step(prose: prose, command: command))
        prose = []
      }
    }
    // The next lesson is named by what follows this one, at a prompt and in a notebook.
    (self.steps, ending) = (steps, prose.filter { !$0.hasPrefix("Next: sessions/") })
    guard let head = steps.first?.prose.first, head.hasPrefix("Lesson "), let colon = head.firstIndex(of: ":"),
      let number = Int(head.dropFirst(7).prefix { $0 != ":" })
    else { return nil }
    self.number = number
    title = String(head[head.index(after: colon)...].drop { $0 == " " })
  }

  /// The course, in its order.
  package static let all: [Lesson] = LessonFile.all.compactMap { file in
    guard file.name.hasSuffix(".session") else { return nil }
    return Lesson(name: String(file.name.dropLast(8)), text: String(decoding: file.bytes, as: UTF8.self))
  }.sorted { $0.number < $1.number }

  package static func named(_ name: String) -> Lesson? { all.first { $0.name == name } }

  /// The one behind it; nil of the last.
  package var next: Lesson? { Self.all.first { $0.number == number + 1 } }

  /// Paragraphs of lines that belong together.
  package static func paragraphs(_ lines: [String]) -> [String] {
    lines.split(separator: "", omittingEmptySubsequences: true).map { $0.joined(separator: " ") }
  }
}
