/// Text within XML and HTML: elements and attributes in quotes.
package enum MarkupText {
  /// `text` with what means something there replaced, scalar by scalar, for a combining mark hides none.
  ///
  /// - Parameter placeholder: Stands for what XML 1.0 cannot hold: the control characters but newlines and tabs, and two
  ///   scalars that are no characters.
  package static func escaped(_ text: String, placeholder: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\n", "\t": result.unicodeScalars.append(scalar)
      case "\u{0}"..."\u{1F}", "\u{FFFE}", "\u{FFFF}": result += placeholder
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
