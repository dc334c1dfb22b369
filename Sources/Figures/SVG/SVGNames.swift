import Text

/// The name of an SVG: what a screen reader says and a browser shows under the pointer.
package enum SVGNames {
  /// gnuplot calls every picture "Gnuplot"; ours have the figure's title, and what it shows as their description.
  package static func named(_ bytes: [UInt8], _ figure: Figure) -> [UInt8] {
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
    "<title>\(escaped(figure.title))</title><desc>\(escaped(figure.description))</desc>"
  }

  static func escaped(_ text: String) -> String {
    MarkupText.escaped(VisibleText.name(text), placeholder: " ")
  }
}
