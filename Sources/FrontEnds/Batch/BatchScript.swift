import SessionCore
import SessionFiles

/// The commands of a batch, split into cells; a cell has as many lines as its statement needs.
package struct BatchScript {
  package struct Cell {
    package let source: String
    /// 1-based line where it starts.
    package let line: Int
  }
  /// File name for messages; nil for `-c`.
  package let name: String?
  package let text: String

  package init(text: String, name: String?) {
    self.text = text
    self.name = name
  }

  /// The cells, in order; of a session file, its commands.
  package func cells(_ session: Session) -> [Cell] {
    if SessionFile.hasPrompts(text), let file = try? SessionFile(text) {
      return file.commands.map { Cell(source: $0.source, line: $0.line) }
    }
    var splitter = CellSplitter()
    var cells: [Cell] = []
    for line in text.textLines {
      if let cell = splitter.add(String(line), session) { cells.append(cell) }
    }
    if let last = splitter.rest() { cells.append(last) }
    return cells
  }
}

/// Collects lines until they form a cell.
package struct CellSplitter {
  private var lines: [String] = []
  private var first = 0
  private var number = 0

  /// The cell that `line` completes, if it does.
  package mutating func add(_ line: String, _ session: Session) -> BatchScript.Cell? {
    number += 1
    if lines.isEmpty {
      if Self.isBlank(line) { return nil }
      first = number
    }
    lines.append(line)
    if case .incomplete = session.completeness(lines.joined(separator: "\n")) { return nil }
    return rest()
  }

  /// The remaining lines, complete or not.
  package mutating func rest() -> BatchScript.Cell? {
    guard !lines.isEmpty else { return nil }
    defer { lines = [] }
    return BatchScript.Cell(source: lines.joined(separator: "\n"), line: first)
  }

  package var isOpen: Bool { !lines.isEmpty }

  /// Blank, or a comment alone.
  package static func isBlank(_ line: String) -> Bool {
    let first = line.first { $0 != " " && $0 != "\t" }
    return first == nil || first == "#"
  }
}
