import JSONText

/// A lesson as a Jupyter notebook (nbformat 4.5): prose as Markdown, each command a cell, without outputs.
package struct LessonNotebook {
  package let lesson: Lesson

  package init(_ lesson: Lesson) { self.lesson = lesson }

  package var json: JSON {
    let kernel = [("display_name", "elbo"), ("language", "elbo"), ("name", "elbo")]
    let language = [("file_extension", ".elbo"), ("name", "elbo")]
    return .object([
      .init("cells", .array(cells.enumerated().map { Self.cell($1, id: "\(lesson.name)-\($0)") })),
      .init(
        "metadata",
        .object([
          .init("kernelspec", .object(kernel.map { .init($0, .string($1)) })),
          .init("language_info", .object(language.map { .init($0, .string($1)) })),
        ])),
      .init("nbformat", .integer(4)), .init("nbformat_minor", .integer(5)),
    ])
  }

  private enum Cell {
    case markdown(String)
    case code(String)
  }

  private var cells: [Cell] {
    var cells: [Cell] = []
    for (index, step) in lesson.steps.enumerated() {
      var paragraphs = Lesson.paragraphs(step.prose)
      if index == 0, let head = paragraphs.first {
        paragraphs[0] = "# " + head
        cells.append(.markdown(paragraphs.joined(separator: "\n\n")))
        cells.append(.code(setup.joined(separator: "\n")))
      } else if !paragraphs.isEmpty {
        cells.append(.markdown(paragraphs.joined(separator: "\n\n")))
      }
      if step.showsError { cells.append(.markdown("The next cell fails: that is what it is for.")) }
      cells.append(.code(step.command.source))
    }
    let ending =
      Lesson.paragraphs(lesson.ending) + (lesson.next.map { ["Next: `elbo lesson \($0.name) --ipynb`"] } ?? [])
    return ending.isEmpty ? cells : cells + [.markdown(ending.joined(separator: "\n\n"))]
  }

  /// The seed and the threads of the recording, and the files that the lesson reads.
  private var setup: [String] {
    var lines = ["seed \(lesson.header.seed)"]
    if let threads = lesson.header.threads { lines.append("threads \(threads)") }
    if LessonFile.data.contains(where: { lesson.text.contains($0.name) }) { lines.append("lesson files") }
    return lines
  }

  private static func cell(_ cell: Cell, id: String) -> JSON {
    func lines(_ text: String) -> JSON {
      let parts = text.split(separator: "\n", omittingEmptySubsequences: false)
      return .array(parts.enumerated().map { .string($1 + ($0 < parts.count - 1 ? "\n" : "")) })
    }
    switch cell {
    case .markdown(let text):
      return .object([
        .init("cell_type", .string("markdown")), .init("id", .string(id)), .init("metadata", .object([])),
        .init("source", lines(text)),
      ])
    case .code(let text):
      return .object([
        .init("cell_type", .string("code")), .init("execution_count", .null), .init("id", .string(id)),
        .init("metadata", .object([])), .init("outputs", .array([])), .init("source", lines(text)),
      ])
    }
  }
}
