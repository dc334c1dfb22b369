import Text

/// A session file: commands at `elbo> ` with the output they gave, between lines of prose.
///
///     #! elbo-session 1 seed=7 rtol=1e-4
///     # Prose starts with a hash at the left edge. It is never compared.
///     elbo> load digits as=d
///     d: 1,797 images of 8×8 …
///
/// A line at `....> ` continues the command above it. Everything else up to the next prompt or line of prose is expected
/// output; empty lines at its end mean nothing. `\` in front of a line takes the rest as it stands.
package struct SessionFile: Equatable, Sendable {
  package static let prompt = "elbo> "
  package static let continuation = "....> "

  package enum Item: Equatable, Sendable {
    case prose(String)
    case blank
    case command(Command)
  }

  package struct Command: Equatable, Sendable {
    /// The source, without prompts.
    package var source: String
    /// Expected output, as the file has it (with matchers).
    package var expected: [String]
    /// 1-based line of the prompt.
    package var line: Int

    package init(source: String, expected: [String] = [], line: Int = 0) {
      self.source = source
      self.expected = expected
      self.line = line
    }
  }

  package var header: SessionHeader
  /// The header line itself, if there is one.
  package var headerLine: String?
  package var items: [Item]

  package init(header: SessionHeader, headerLine: String? = nil, items: [Item]) {
    self.header = header
    self.headerLine = headerLine
    self.items = items
  }

  package var commands: [Command] {
    items.compactMap { if case .command(let command) = $0 { command } else { nil } }
  }

  /// True when `text` holds prompts: otherwise it is a plain script.
  package static func hasPrompts(_ text: String) -> Bool {
    text.textLines.contains { isPrompt($0) }
  }

  /// Reads a session file.
  ///
  /// - Throws: `SessionHeader.Failure` when the first line says that it is a header and cannot be understood.
  package init(_ text: String) throws(SessionHeader.Failure) {
    var lines = text.textLines.map(String.init)
    if lines.last == "" { lines.removeLast() }
    header = SessionHeader()
    headerLine = nil
    var first = 0
    if let line = lines.first, SessionHeader.isHeader(line) {
      header = try SessionHeader(line)
      headerLine = line
      first = 1
    }
    items = []
    var current: Command?
    var pendingBlanks = 0
    func finish(_ items: inout [Item]) {
      if let command = current { items.append(.command(command)) }
      items += Array(repeating: .blank, count: pendingBlanks)
      current = nil
      pendingBlanks = 0
    }
    for (index, line) in lines.enumerated().dropFirst(first) {
      if Self.isPrompt(line) {
        finish(&items)
        current = Command(source: String(line.dropFirst(Self.prompt.count)), line: index + 1)
      } else if Self.isContinuation(line), var command = current, command.expected.isEmpty {
        command.source += "\n" + line.dropFirst(Self.continuation.count)
        current = command
      } else if Self.isProse(line) {
        finish(&items)
        items.append(.prose(line))
      } else if line.allSatisfy({ $0 == " " || $0 == "\t" }) {
        pendingBlanks += 1
      } else if var command = current {
        command.expected += Array(repeating: "", count: pendingBlanks) + [line]
        pendingBlanks = 0
        current = command
      } else {
        // Text before any command: prose that lacks its hash. Kept as it is, compared with nothing.
        finish(&items)
        items.append(.prose(line))
      }
    }
    finish(&items)
  }

  /// The file's text; `SessionFile(file.text)` is `file` again.
  package var text: String {
    var lines: [String] = []
    if let headerLine { lines.append(headerLine) }
    for item in items {
      switch item {
      case .prose(let line): lines.append(line)
      case .blank: lines.append("")
      case .command(let command):
        lines += Self.promptLines(command.source)
        lines += command.expected
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The source as it looks at the prompt.
  package static func promptLines(_ source: String) -> [String] {
    source.split(separator: "\n", omittingEmptySubsequences: false).enumerated().map { index, line in
      trimmedRight((index == 0 ? prompt : continuation) + line)
    }
  }

  package static func isPrompt(_ line: some StringProtocol) -> Bool {
    line.hasPrefix(prompt) || line == "elbo>"
  }

  package static func isContinuation(_ line: some StringProtocol) -> Bool {
    line.hasPrefix(continuation) || line == "....>"
  }

  static func isProse(_ line: some StringProtocol) -> Bool {
    line == "#" || line.hasPrefix("# ") || line.hasPrefix("##")
  }
}
