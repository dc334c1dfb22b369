import Language
import SessionCore

/// The colors of a line while it is typed, in those of the terminal's own palette.
package struct LinePainter: Sendable {
  private let session: Session

  package init(session: Session) { self.session = session }

  private static func code(_ part: StatementColors.Part) -> String {
    switch part {
    case .verb: "36"
    case .unknown: "31"
    case .option: "94"
    case .string: "32"
    case .number: "35"
    case .comment: "90"
    case .function: "36"
    case .shell: "33"
    }
  }

  /// The line with escape sequences between its letters.
  package func painted(_ line: String) -> String {
    let (table, state) = (session.table, session.state)
    let colors = StatementColors(
      line,
      isVerb: { word in
        if state.variables[word] != nil { return false }
        return table[word] != nil || !table.commands(startingWith: word).isEmpty
      },
      isFunction: { FunctionTable.shared[$0] != nil })
    let bytes = Array(line.utf8)
    var (result, position) = ("", 0)
    for (range, part) in colors.parts {
      result += String(decoding: bytes[position..<range.lowerBound], as: UTF8.self)
      result += "\u{1B}[\(Self.code(part))m" + String(decoding: bytes[range], as: UTF8.self) + "\u{1B}[0m"
      position = range.upperBound
    }
    return result + String(decoding: bytes[position...], as: UTF8.self)
  }
}
