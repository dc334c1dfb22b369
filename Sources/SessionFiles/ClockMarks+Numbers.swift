import Text

extension ClockMarks {
  /// Every number of a text marked: what was computed from something that the clock decided.
  package static func markingNumbers(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      LineToken.tokens(of: plain(String(line))).map { token in
        if case .text(let text) = token { text } else { marked(token.spelling) }
      }.joined()
    }.joined(separator: "\n")
  }
}
