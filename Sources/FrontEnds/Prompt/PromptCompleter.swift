import SessionCore
import Terminal

/// The session's completion and help converted for the line editor, which counts bytes where the session counts
/// scalars.
package struct PromptCompleter: Sendable {
  package let session: Session

  package func complete(_ line: String, cursor: Int) -> LineCompletion {
    let scalars = Self.scalars(in: line, upTo: cursor)
    let found = session.complete(line, cursor: scalars)
    // readline replaces up to the cursor; candidates for a range that goes on after it cannot be shown.
    let start = String(String.UnicodeScalarView(line.unicodeScalars.prefix(found.range.lowerBound))).utf8.count
    return LineCompletion(
      start: start,
      candidates: found.candidates.map { LineCompletion.Candidate(text: $0.text, help: $0.help) })
  }

  package func help(_ line: String, cursor: Int, width: Int) -> String? {
    session.inspect(line, cursor: Self.scalars(in: line, upTo: cursor), width: width)?.text
  }

  private static func scalars(in line: String, upTo cursor: Int) -> Int {
    String(decoding: Array(line.utf8.prefix(cursor)), as: UTF8.self).unicodeScalars.count
  }
}
