import Foundation

/// An image grid as SVG: the images as one PNG that stays sharp, the text as text.
enum GridSVG {
  static func bytes(_ figure: Figure, _ grid: ImageGrid) -> [UInt8] {
    let layout = GridLayout(grid, size: nil)
    let size = GnuplotScript.size(of: figure)
    let place = layout.origin(in: size, captioned: true)
    let palette = Palette(figure.theme)
    func text(_ text: String, _ x: Int, _ y: Int, _ style: String) -> String {
      "<text x=\"\(x)\" y=\"\(y)\" font-family=\"sans-serif\" \(style)>\(SVGNames.escaped(text))</text>"
    }
    var parts = [
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(size.width)\" height=\"\(size.height)\" "
        + "viewBox=\"0 0 \(size.width) \(size.height)\" role=\"img\">" + SVGNames.elements(figure),
      "<rect width=\"100%\" height=\"100%\" fill=\"\(palette.background)\"/>",
      text(figure.title, 18, 28, "font-size=\"20\" font-weight=\"bold\" fill=\"\(palette.foreground)\""),
      text(figure.subtitle, 18, 51, "font-size=\"15\" fill=\"\(palette.faded)\""),
    ]
    for (row, label) in grid.rowLabels.prefix(grid.rows).enumerated() {
      let y = place.y + layout.top(ofRow: row) + layout.cellHeight / 2 + 5
      parts.append(
        text(label, place.x - 8, y, "font-size=\"14\" text-anchor=\"end\" fill=\"\(palette.foreground)\""))
    }
    for (column, label) in grid.columnLabels.prefix(grid.columns).enumerated() {
      let x = place.x + layout.left(ofColumn: column) + layout.cellWidth / 2
      parts.append(
        text(label, x, place.y - 5, "font-size=\"14\" text-anchor=\"middle\" fill=\"\(palette.foreground)\""))
    }
    let picture = GridPicture(grid, theme: figure.theme).picture
    let png = Data(PNG.encode(picture)).base64EncodedString()
    parts.append(
      "<image x=\"\(place.x)\" y=\"\(place.y)\" width=\"\(picture.width)\" height=\"\(picture.height)\" "
        + "style=\"image-rendering:pixelated\" href=\"data:image/png;base64,\(png)\"/>")
    return Array((parts.joined(separator: "\n") + "\n</svg>\n").utf8)
  }
}
