import Tensors

/// The name of an SVG: what a screen reader says and a browser shows under the pointer.
enum SVGNames {
  /// gnuplot calls every picture "Gnuplot"; ours have the figure's title, and what it shows as their description.
  static func named(_ bytes: [UInt8], _ figure: Figure) -> [UInt8] {
    let text = String(decoding: bytes, as: UTF8.self)
    guard let title = text.firstRange(of: /<title>[^<]*<\/title>/),
      let rest = text[title.upperBound...].firstRange(of: /\s*<desc>[^<]*<\/desc>/)
    else { return bytes }
    let drawing = text[rest.upperBound...]
      // Browsers know no "Sans", and no face of that name in bold.
      .replacing("font-family=\"Sans\"", with: "font-family=\"sans-serif\"")
      .replacing("font-family=\":Bold\"", with: "font-family=\"sans-serif\" font-weight=\"bold\"")
    return Array((text[..<title.lowerBound] + elements(figure) + drawing).utf8)
  }

  /// `<title>…</title>` and `<desc>…</desc>`, which stand first in the picture.
  static func elements(_ figure: Figure) -> String {
    "<title>\(XMLText.escaped(figure.title))</title><desc>\(XMLText.escaped(figure.description))</desc>"
  }
}

/// Text for XML.
enum XMLText {
  /// `text` with what means something in XML replaced; characters that XML does not have become blanks.
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in VisibleText.name(text).unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{FFFE}", "\u{FFFF}": result += " "
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
