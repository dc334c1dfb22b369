/// Text for Markdown files.
package enum Markdown {
  /// A row of a table.
  package static func row(_ cells: [String]) -> String { "| " + cells.map(escaped).joined(separator: " | ") + " |" }

  /// `text` with what means something in Markdown written so that it shows as it is, on one line.
  package static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\", "|", "*", "`": result += "\\" + String(scalar)
      case "<": result += "&lt;"
      case "&": result += "&amp;"
      case "\n": result += "<br>"
      case "\r": break
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// Notes under a table: paragraphs, and what is drawn in characters as it is.
  package static func notes(_ notes: [String]) -> String {
    notes.filter { !$0.isEmpty }.map { note in
      "\n\n" + (note.contains("\n") ? "```\n\(note)\n```" : escaped(note))
    }.joined()
  }
}
