import Language
import SessionCore
import SessionFiles
import Terminal
import Text

/// Reads commands at the prompt: one line or several, typed or pasted.
package final class PromptReader {
  package enum Input {
    /// Cells to run, in order; more than one when several were pasted.
    case cells([String])
    /// A request for help on a word or line, by `?` at its end.
    case help(String)
    case shell(String)
    case endOfInput
    case terminated(Int32)
  }
  private let editor: LineEditor
  private let session: Session
  private let history: HistoryFile
  private var isInTranscript = false
  /// The initial text of the next line.
  package var initial: String?

  package init(editor: LineEditor, session: Session, history: HistoryFile) {
    self.editor = editor
    self.session = session
    self.history = history
  }

  /// The next input of the user. Ctrl-C restarts the input.
  package func next() -> Input {
    while true {
      for entry in history.newEntries() { editor.remember(entry) }
      let wasWaiting = editor.hasInputWaiting
      let start = initial
      initial = nil
      switch editor.readLine(prompt: SessionFile.prompt, initial: start) {
      case .endOfInput: return .endOfInput
      case .terminated(let signal): return .terminated(signal)
      case .interrupted: isInTranscript = false
      case .line(let line):
        guard let text = command(in: line, wasWaiting: wasWaiting) else { continue }
        if let input = input(from: text) { return input }
        // An empty line runs the next command of a lesson.
        if session.isInLesson, text.allSatisfy({ $0 == " " || $0 == "\t" }) { return .cells([Self.lessonStep]) }
      }
    }
  }

  /// What an empty line is while a lesson is followed.
  package static let lessonStep = "next"

  /// Adds the cell to the history, which is shared with other running programs.
  package func remember(_ source: String) {
    if !history.append(source) { editor.remember(source) }
  }

  /// Reads one line; returns another event if there is none.
  package func ask(_ question: String) -> LineInput { editor.readLine(prompt: question, isStatement: false) }

  /// A line without its prompt. A terminal without bracketed paste sends a transcript line by line: what follows its
  /// prompts at once is output and is skipped.
  private func command(in line: String, wasWaiting: Bool) -> String? {
    if Self.isMultiline(line) { return line }
    if SessionFile.isPrompt(line) {
      isInTranscript = true
      return String(line.dropFirst(SessionFile.prompt.count))
    }
    if isInTranscript, wasWaiting { return nil }
    isInTranscript = false
    return line
  }

  private func input(from text: String) -> Input? {
    let lines = Self.isMultiline(text) ? pastedCells(text) : [text]
    if lines.count > 1 { return .cells(lines) }
    guard let only = lines.first, let input = Self.meaning(of: only) else { return nil }
    if case .cells = input { return finished(only) }
    return input
  }

  /// Lines of a paste; those that end in "\r\n" too.
  private static func isMultiline(_ text: String) -> Bool { text.utf8.contains(UInt8(ascii: "\n")) }

  /// The meaning of a line, or of each line of a paste: a shell command, a request for help, a cell; nil when it is
  /// blank.
  package static func meaning(of source: String) -> Input? {
    // What a paste from a web page brings along is no part of what is meant.
    let start = source.unicodeScalars.drop {
      $0 == " " || $0 == "\t" || Lookalikes.isBlank($0) || Lookalikes.isInvisible($0)
    }
    let trimmed = trimmedRight(String(start))
    if trimmed.isEmpty { return nil }
    if trimmed.hasPrefix("!") { return .shell(String(trimmed.dropFirst())) }
    if trimmed.hasSuffix("?"), !trimmed.hasPrefix("?"), !trimmed.contains("#"), !trimmed.contains("\"") {
      return .help(trimmedRight(trimmed.dropLast()))
    }
    return .cells([source])
  }

  /// A paste, split into cells; prompts and outputs of a transcript are removed.
  private func pastedCells(_ text: String) -> [String] {
    if SessionFile.hasPrompts(text) { return PastedText.commands(in: text) }
    var splitter = CellSplitter()
    var cells: [String] = []
    for line in text.textLines {
      if let cell = splitter.add(String(line), session) { cells.append(cell.source) }
    }
    if let last = splitter.rest() { cells.append(last.source) }
    return cells
  }

  /// Asks for more lines while the language needs them. Two empty lines in a row run it unchanged; nil when it was
  /// canceled.
  private func finished(_ first: String) -> Input? {
    var source = first
    while case .incomplete(let indent) = session.completeness(source) {
      switch editor.readLine(prompt: SessionFile.continuation, initial: indent.isEmpty ? nil : indent) {
      case .interrupted: return nil
      case .terminated(let signal): return .terminated(signal)
      case .endOfInput: return .cells([source])
      case .line(let line):
        let isEmpty = line.allSatisfy { $0 == " " }
        if isEmpty, source.hasSuffix("\n") { return .cells([source]) }
        source += "\n" + (isEmpty ? "" : line)
      }
    }
    return .cells([source])
  }
}
