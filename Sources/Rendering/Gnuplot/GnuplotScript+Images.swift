import Figures

extension GnuplotScript {
  /// The text of an image grid; the images themselves too where no pixels lie beneath.
  mutating func draw(_ grid: ImageGrid, theme: Figure.Theme) {
    let layout = GridLayout(grid, size: nil)
    let place = layout.origin(in: size, captioned: true)
    say("unset border; unset tics; unset grid; unset key")
    say("set lmargin at screen 0; set rmargin at screen 1; set bmargin at screen 0; set tmargin at screen 1")
    say("set xrange [0:\(size.width)]; set yrange [0:\(size.height)]")
    for (row, text) in grid.rowLabels.prefix(grid.rows).enumerated() {
      let y = size.height - place.y - layout.top(ofRow: row) - layout.cellHeight / 2
      say(
        "set label \(Self.quoted(text, limit: 18)) at \(place.x - 8),\(y) right noenhanced font ',12' \(textColor(palette.foreground))"
      )
    }
    for (column, text) in grid.columnLabels.prefix(grid.columns).enumerated() {
      let x = place.x + layout.left(ofColumn: column) + layout.cellWidth / 2
      say(
        "set label \(Self.quoted(text, limit: 14)) at \(x),\(size.height - place.y + 9) center noenhanced font ',12' \(textColor(palette.foreground))"
      )
    }
    guard medium == .shapes else { return say("plot -1 notitle") }
    let picture = GridPicture(grid, theme: theme).picture
    var columns = [[Float]](repeating: [], count: 5)
    for y in 0..<picture.height {
      for x in 0..<picture.width {
        columns[0].append(Float(place.x + x) + 0.5)
        columns[1].append(Float(size.height - place.y - y) - 0.5)
        for c in 0..<3 { columns[2 + c].append(Float(picture.pixels[(y * picture.width + x) * 3 + c])) }
      }
    }
    plot([source(columns) + " using 1:2:3:4:5 with rgbimage notitle"])
  }
}
