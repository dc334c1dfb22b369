import Glibc
import Text

/// Ctrl-R: lines of the history, found by some of their letters, listed below what is typed.
///
/// Enter runs the chosen line; Tab, Esc and the right arrow take it for editing; Ctrl-G and Ctrl-C leave the line as it was.
struct HistorySearch {
  enum Outcome {
    case chosen(String, isRun: Bool)
    case left
    case terminated(Int32)
  }

  private enum Key {
    case text(String)
    case backspace, clear, deleteWord, up, down, run, take, leave, nothing
  }

  /// Newest first.
  private let entries: [String]
  private var query: String
  private var columns: Int
  private var rows: Int
  private let color: ColorPolicy
  private let signals: SignalSource
  private var found: [String] = []
  private var count = 0
  private var selected = 0
  /// Rows below the query that were drawn.
  private var drawn = 0
  private var isPasting = false

  private static let label = "history> "

  init(entries: [String], query: String, columns: Int, rows: Int, color: ColorPolicy, signals: SignalSource) {
    self.entries = entries
    self.query = query.contains("\n") ? "" : query
    (self.columns, self.rows, self.color, self.signals) = (columns, rows, color, signals)
  }

  mutating func run() -> Outcome {
    look()
    draw()
    defer { writeAll("\r\u{1B}[J", to: STDOUT_FILENO) }
    while true {
      var descriptors = [
        pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
        pollfd(fd: signals.descriptor, events: Int16(POLLIN), revents: 0),
      ]
      if poll(&descriptors, 2, -1) < 0, errno != EINTR { return .left }
      if descriptors[1].revents != 0 {
        while let signal = signals.next() {
          switch signal {
          case .interrupt: return .left
          case .terminate: return .terminated(SIGTERM)
          case .hangUp: return .terminated(SIGHUP)
          case .windowChanged: resize()
          case .stop, .continued: break
          }
        }
      }
      if descriptors[0].revents & Int16(POLLHUP | POLLNVAL) != 0 { return .terminated(SIGHUP) }
      guard descriptors[0].revents != 0 else { continue }
      switch key() {
      case .text(let text): query += text
      case .backspace: if !query.isEmpty { query.removeLast() }
      case .clear: query = ""
      case .deleteWord:
        while query.last == " " { query.removeLast() }
        while let last = query.last, last != " " { query.removeLast() }
      case .up:
        selected = max(0, selected - 1)
        draw()
        continue
      case .down:
        selected = min(max(0, found.count - 1), selected + 1)
        draw()
        continue
      case .run: return found.isEmpty ? .left : .chosen(found[selected], isRun: true)
      case .take: return found.isEmpty ? .left : .chosen(found[selected], isRun: false)
      case .leave: return .left
      case .nothing: continue
      }
      look()
      draw()
    }
  }

  private var listRows: Int { max(1, min(10, rows - 2)) }

  private mutating func look() {
    (found, count) = FuzzyMatch.best(query, in: entries, limit: listRows)
    selected = 0
  }

  private mutating func resize() {
    if let size = ScreenSize.of(STDOUT_FILENO) { (columns, rows) = (size.columns, size.rows) }
    writeAll("\r\u{1B}[J", to: STDOUT_FILENO)
    drawn = 0
    look()
    draw()
  }

  /// The query, and below it what fits; the cursor goes back behind the query. Movements are relative, so that scrolling does
  /// not matter.
  private mutating func draw() {
    let label = columns > 30 ? Self.label : ">"
    let room = max(1, columns - 1 - TextWidth.columns(label))
    // Of a long query its end.
    var shown = VisibleText.name(query)
    while TextWidth.columns(shown) > room { shown.removeFirst() }
    let start = TextWidth.columns(label) + TextWidth.columns(shown)
    let number = "   \(count) of \(entries.count)"
    var bytes = "\r\u{1B}[K" + Style.prompt.apply(label, color) + shown
    if start + number.count < columns { bytes += Style.faint.apply(number, color) }
    for (index, entry) in found.enumerated() {
      let mark = index == selected ? "> " : "  "
      let line = TextWidth.fit(VisibleText.name(entry.replacing("\n", with: " ⏎ ")), to: max(1, columns - 3))
      bytes += "\r\n\u{1B}[K" + (index == selected ? Style.heading.apply(mark + line, color) : mark + line)
    }
    let extra = max(0, drawn - found.count)
    bytes += String(repeating: "\r\n\u{1B}[K", count: extra)
    let down = found.count + extra
    if down > 0 { bytes += "\u{1B}[\(down)A" }
    bytes += "\r" + (start > 0 ? "\u{1B}[\(start)C" : "")
    drawn = found.count
    writeAll(bytes, to: STDOUT_FILENO)
  }

  // MARK: Keys

  private func byte(within milliseconds: Int32 = -1) -> UInt8? {
    var descriptor = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
    guard poll(&descriptor, 1, milliseconds) > 0 else { return nil }
    var byte: UInt8 = 0
    return read(STDIN_FILENO, &byte, 1) == 1 ? byte : nil
  }

  private mutating func key() -> Key {
    guard let first = byte() else { return .leave }
    switch first {
    case 0x1B: return escape()
    case 0x0D, 0x0A: return isPasting ? .text(" ") : .run
    case 0x09: return isPasting ? .text(" ") : .take
    case 0x7F, 0x08: return .backspace
    case 0x15: return .clear
    case 0x17: return .deleteWord
    case 0x10, 0x13: return .up
    case 0x0E, 0x12: return .down
    case 0x05, 0x06: return .take
    case 0x03, 0x07, 0x04: return .leave
    case 0..<0x20: return .nothing
    default: break
    }
    var bytes = [first]
    let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1
    while bytes.count < length, let next = byte(within: 100) { bytes.append(next) }
    return .text(String(decoding: bytes, as: UTF8.self))
  }

  /// An arrow, the marks around a paste, or Esc alone.
  private mutating func escape() -> Key {
    guard let second = byte(within: 40) else { return .take }
    guard second == UInt8(ascii: "[") || second == UInt8(ascii: "O") else { return .nothing }
    var parameters = ""
    while let next = byte(within: 40) {
      guard (0x40...0x7E).contains(next) else {
        parameters.unicodeScalars.append(UnicodeScalar(next))
        continue
      }
      switch next {
      case UInt8(ascii: "A"): return .up
      case UInt8(ascii: "B"): return .down
      case UInt8(ascii: "C"), UInt8(ascii: "D"), UInt8(ascii: "F"): return .take
      case UInt8(ascii: "~"):
        if parameters == "200" { isPasting = true }
        if parameters == "201" { isPasting = false }
        return parameters == "4" ? .take : .nothing
      default: return .nothing
      }
    }
    return .nothing
  }
}
