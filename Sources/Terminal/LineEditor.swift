import CReadline
import Glibc
import Text

/// A completion of the text before the cursor.
package struct LineCompletion: Sendable {
  package struct Candidate: Sendable {
    package let text: String
    /// A one-line description, shown beside it.
    package let help: String

    package init(text: String, help: String) {
      self.text = text
      self.help = help
    }
  }
  /// UTF-8 offset in the line where every candidate begins; they reach to the cursor.
  package var start: Int
  package var candidates: [Candidate]

  package init(start: Int, candidates: [Candidate]) {
    self.start = start
    self.candidates = candidates
  }
}

/// An event at the prompt.
package enum LineInput: Equatable, Sendable {
  case line(String)
  case endOfInput
  /// Ctrl-C; the line was dropped and `^C` shown.
  case interrupted
  /// SIGTERM or SIGHUP, by number, arrived.
  case terminated(Int32)
}

/// GNU readline in a poll loop: signals arrive as events, so that no operation is interrupted.
///
/// One per program, used on the main thread only. The user's `.inputrc` applies (application name `elbo`).
package final class LineEditor {
  private let signals: SignalSource
  private let color: ColorPolicy
  private var complete: (_ line: String, _ cursor: Int) -> LineCompletion = {
    LineCompletion(start: $1, candidates: [])
  }
  private var help: (_ line: String, _ cursor: Int) -> String? = { _, _ in nil }
  private var paint: (_ line: String) -> String? = { _ in nil }
  private var edit: (_ line: String) -> String? = { _ in nil }

  private var accepted: LineInput?
  private var prompt = ""
  /// Whether the line is a statement, with colors and suggestions, and no answer to a question.
  private var isStatement = false
  /// Help of the candidates offered last, by their text as readline holds them.
  private var offered: [String: String] = [:]
  private var hint: String?
  /// Rows below the cursor that hold a hint now.
  private var hintDistance: Int?

  package init(signals: SignalSource, color: ColorPolicy) {
    self.signals = signals
    self.color = color
    configure()
  }

  /// Sets the callbacks of completion and help (F1, Alt-h). Both are given the line and the cursor's UTF-8 offset.
  package func configureCompletion(
    complete: @escaping (_ line: String, _ cursor: Int) -> LineCompletion,
    help: @escaping (_ line: String, _ cursor: Int) -> String?
  ) {
    self.complete = complete
    self.help = help
  }

  /// Sets what a line looks like while it is typed, the same letters with escape sequences between them, and how it is edited
  /// in another program.
  package func configureLine(
    paint: @escaping (_ line: String) -> String?, edit: @escaping (_ line: String) -> String?
  ) {
    self.paint = paint
    self.edit = edit
  }

  /// Reads `.inputrc` and gives readline its callbacks.
  private func configure() {
    let context = Unmanaged.passUnretained(self).toOpaque()
    let callbacks = elbo_line_callbacks(
      context: context,
      accept: { LineEditor.from($0)?.accept($1.map { String(cString: $0) }) },
      complete: { LineEditor.from($0)?.candidates($1) },
      show: { context, matches, count in LineEditor.from(context)?.show(matches, count: Int(count)) },
      help: { LineEditor.from($0)?.showHelp() },
      paint: { LineEditor.from($0)?.painted($1.map { String(cString: $0) } ?? "") },
      search: { LineEditor.from($0)?.search($1.map { String(cString: $0) } ?? "", runs: $2) },
      edit: { LineEditor.from($0)?.edited($1.map { String(cString: $0) } ?? "") })
    elbo_line_configure("elbo", callbacks, color.isOn)
  }

  private static func from(_ context: UnsafeMutableRawPointer?) -> LineEditor? {
    context.map { Unmanaged<LineEditor>.fromOpaque($0).takeUnretainedValue() }
  }

  /// Edits one line (a paste may bring several, joined by newlines).
  ///
  /// - Parameters:
  ///   - prompt: Plain text; it is colored here.
  ///   - initial: Text the line starts with.
  ///   - isStatement: Whether it is painted, and completed from the history, while it is typed.
  package func readLine(prompt plain: String, initial: String? = nil, isStatement: Bool = true) -> LineInput {
    prompt = plain
    self.isStatement = isStatement
    // \001 and \002 tell readline that what is between takes no columns.
    let shown = color.isOn ? "\u{1}\u{1B}[\(Style.prompt.rawValue)m\u{2}\(plain)\u{1}\u{1B}[0m\u{2}" : plain
    accepted = nil
    elbo_line_begin(shown, initial)
    defer {
      if hintDistance != nil { eraseHint() }
      elbo_line_end()
    }
    while accepted == nil {
      var descriptors = [
        pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
        pollfd(fd: signals.descriptor, events: Int16(POLLIN), revents: 0),
      ]
      if poll(&descriptors, 2, -1) < 0, errno != EINTR { return .endOfInput }
      if descriptors[1].revents != 0 {
        while accepted == nil, let signal = signals.next() { answer(signal, prompt: shown) }
      } else if descriptors[0].revents & Int16(POLLHUP | POLLNVAL) != 0 {
        // The terminal was closed, and its signal was not received: without this check the end of input would lead to a
        // question.
        accepted = .terminated(SIGHUP)
      } else if descriptors[0].revents != 0 {
        if hintDistance != nil { eraseHint() }
        hint = nil
        elbo_line_read()
        if accepted == nil, hint != nil { drawHint() }
      }
    }
    return accepted ?? .endOfInput
  }

  /// True when more bytes already wait at standard input: what is being read was pasted or sent ahead.
  package var hasInputWaiting: Bool {
    var descriptor = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
    return poll(&descriptor, 1, 0) > 0 && descriptor.revents & Int16(POLLIN) != 0
  }

  /// Adds to what Up and Ctrl-R find.
  package func remember(_ line: String) { elbo_line_history_add(line) }

  private func answer(_ signal: Signal, prompt: String) {
    switch signal {
    case .interrupt:
      if hintDistance != nil { eraseHint() }
      elbo_line_cancel(prompt)
      accepted = .interrupted
    case .terminate: accepted = .terminated(SIGTERM)
    case .hangUp: accepted = .terminated(SIGHUP)
    case .windowChanged: elbo_line_resized()
    case .stop:
      if hintDistance != nil { eraseHint() }
      elbo_line_suspend()
      SignalSource.suspendProcess()
    case .continued:
      elbo_line_suspend()
      elbo_line_resume()
    }
  }

  private func accept(_ line: String?) {
    accepted = line.map { .line($0) } ?? .endOfInput
    // The next prompt is shown when it is asked for, not by readline itself.
    elbo_line_end()
  }
}

// MARK: - Colors, the history, other editors

extension LineEditor {
  private func painted(_ line: String) -> UnsafeMutablePointer<CChar>? {
    isStatement ? paint(line).flatMap { strdup($0) } : nil
  }

  private func edited(_ line: String) -> UnsafeMutablePointer<CChar>? { edit(line).flatMap { strdup($0) } }

  /// Ctrl-R: a line of the history, chosen by some of its letters.
  private func search(_ line: String, runs: UnsafeMutablePointer<Bool>?) -> UnsafeMutablePointer<CChar>? {
    let count = elbo_line_history_count()
    let entries = (0..<count).reversed().compactMap { elbo_line_history_entry($0).map { String(cString: $0) } }
    var (height, width): (Int32, Int32) = (24, 80)
    elbo_line_screen(&height, &width)
    var search = HistorySearch(
      entries: entries, query: line, columns: Int(width), rows: Int(height), color: color, signals: signals)
    switch search.run() {
    case .chosen(let entry, let isRun):
      runs?.pointee = isRun
      return strdup(entry)
    case .left: return nil
    case .terminated(let signal):
      accepted = .terminated(signal)
      return nil
    }
  }
}

// MARK: - Completion and help

extension LineEditor {
  private func candidates(
    _ start: UnsafeMutablePointer<Int32>?
  ) -> UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? {
    let end = Int(elbo_line_point())
    let found = complete(String(cString: elbo_line_buffer()), end)
    guard !found.candidates.isEmpty, found.start <= end else { return nil }
    start?.pointee = Int32(found.start)
    offered = [:]
    let texts = found.candidates.map(\.text)
    for candidate in found.candidates { offered[candidate.text] = candidate.help }
    guard !texts.isEmpty,
      let list = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocateC(count: texts.count + 1)
    else { return nil }
    for (index, text) in texts.enumerated() { list[index] = strdup(text) }
    list[texts.count] = nil
    if texts.count == 1, let only = texts.first {
      // A value follows `=`, more of the path follows `/`, a column follows `.`.
      let next = elbo_line_buffer()?[end]
      let isFollowedByQuote = next == CChar(UInt8(ascii: "\"")) || next == CChar(UInt8(ascii: "'"))
      let isQuoteOpen = isFollowedByQuote || only.hasPrefix("\"") && !only.hasSuffix("\"")
      let isOpen = isQuoteOpen || ["=", "/", ".", "[", "("].contains { only.hasSuffix($0) }
      elbo_line_append_after_completion(isOpen ? 0 : CChar(UInt8(ascii: " ")))
      hint = offered[only].flatMap { $0.isEmpty ? nil : $0 }
    }
    return list
  }

  private func show(_ matches: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?, count: Int) {
    guard let matches, count > 0 else { return }
    let texts = (1...count).compactMap { matches[$0].map { String(cString: $0) } }
    let rows = texts.map { LineCompletion.Candidate(text: $0, help: offered[$0] ?? "") }
    var (height, width): (Int32, Int32) = (24, 80)
    elbo_line_screen(&height, &width)
    let list = CompletionList(candidates: rows, columns: Int(width), rows: Int(height), color: color)
    writeAll("\r\n" + list.text, to: STDOUT_FILENO)
    elbo_line_redraw()
  }

  private func showHelp() {
    guard let text = help(String(cString: elbo_line_buffer()), Int(elbo_line_point())) else { return }
    writeAll("\r\n" + text + (text.hasSuffix("\n") ? "" : "\n"), to: STDOUT_FILENO)
    elbo_line_redraw()
  }

  /// Puts the hint under the line and the cursor back. Movements are relative, so that scrolling does not matter.
  private func drawHint() {
    guard let hint, let place = cursorPlace() else { return }
    let down = place.rowsBelow + 1
    let text = Style.faint.apply(TextWidth.fit("  " + hint, to: place.width - 1), color)
    let back = place.column > 0 ? "\u{1B}[\(place.column)C" : ""
    writeAll(String(repeating: "\n", count: down) + "\r\(text)\u{1B}[K\u{1B}[\(down)A\r\(back)", to: STDOUT_FILENO)
    hintDistance = down
  }

  private func eraseHint() {
    guard let down = hintDistance, let place = cursorPlace() else { return }
    let back = place.column > 0 ? "\u{1B}[\(place.column)C" : ""
    writeAll("\u{1B}[\(down)B\r\u{1B}[K\u{1B}[\(down)A\r\(back)", to: STDOUT_FILENO)
    hintDistance = nil
  }

  /// Where the cursor is on the wrapped line; nil when that cannot be told (several lines in one, horizontal scrolling).
  private func cursorPlace() -> (column: Int, rowsBelow: Int, width: Int)? {
    let line = String(cString: elbo_line_buffer())
    if line.contains("\n") || elbo_line_variable_is_on("horizontal-scroll-mode") { return nil }
    var (height, width): (Int32, Int32) = (24, 80)
    elbo_line_screen(&height, &width)
    let columns = Int(width)
    guard columns > 10, height > 2 else { return nil }
    let before = String(decoding: Array(line.utf8.prefix(Int(elbo_line_point()))), as: UTF8.self)
    let cursor = TextWidth.columns(prompt) + TextWidth.columns(before)
    let end = TextWidth.columns(prompt) + TextWidth.columns(line)
    if end >= columns { return nil }
    return (cursor % columns, end / columns - cursor / columns, columns)
  }
}

extension UnsafeMutablePointer where Pointee == UnsafeMutablePointer<CChar>? {
  /// Memory that C will `free`.
  fileprivate static func allocateC(count: Int) -> UnsafeMutablePointer<Pointee>? {
    malloc(count * MemoryLayout<Pointee>.stride)?.bindMemory(to: Pointee.self, capacity: count)
  }
}
