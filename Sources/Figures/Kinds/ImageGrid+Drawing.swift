extension ImageGrid {
  package static let name = "images"

  package var contents: String { "\(rows) × \(columns) images of \(height)×\(width)" }

  package var fault: String? {
    guard channels == 1 || channels == 3 else { return "\(channels) channels" }
    let side = 1...1 << 16
    guard count > 0, side.contains(height), side.contains(width) else { return "its extents" }
    guard (1...count).contains(columns) else { return "\(columns) columns" }
    let (area, isLarge) = height.multipliedReportingOverflow(by: width * channels)
    let (size, isLarger) = area.multipliedReportingOverflow(by: count)
    guard !isLarge, !isLarger, size == pixels.count else { return "\(pixels.count) pixels" }
    guard rowLabels.isEmpty || rowLabels.count == rows else { return "its row labels" }
    guard columnLabels.isEmpty || columnLabels.count == columns else { return "its column labels" }
    return scaleLimit.map { (1...64).contains($0) } ?? true ? nil : "its scale"
  }

  package var csv: String {
    let size = channels * height * width
    var text = "row,column," + (0..<size).map { "p\($0)" }.joined(separator: ",") + "\n"
    for image in 0..<count {
      let values = pixels[image * size..<(image + 1) * size].map { "\($0)" }.joined(separator: ",")
      text += "\(image / columns),\(image % columns),\(values)\n"
    }
    return text
  }

  package var record: [(name: String, numbers: String)] {
    let size = max(1, pixels.count / max(1, count))
    let means = (0..<min(count, 8)).map { index in
      FigureNumbers.number(FigureNumbers.mean(pixels[(index * size)..<((index + 1) * size)].map(Double.init)))
    }
    return [
      ("pixels", FigureNumbers.spread(pixels.map(Double.init))),
      ("mean of each", means.joined(separator: ", ") + (count > 8 ? " …" : "")),
    ]
  }

  package func size(of figure: Figure) -> Figure.Size {
    GridLayout(self, size: nil).size(captioned: true, title: figure.title.count, subtitle: figure.subtitle.count)
  }
  package var isLayered: Bool { true }
  package var isPicture: Bool { true }
  package var isBestAsPixels: Bool { true }

  package func draw(in script: inout GnuplotScript, theme: Figure.Theme) { script.draw(self, theme: theme) }

  package func place(in picture: inout Picture, _ script: GnuplotScript, theme: Figure.Theme) {
    let place = GridLayout(self, size: nil).origin(in: script.size, captioned: true)
    picture.place(GridPicture(self, theme: theme).picture, x: place.x, y: place.y)
  }

  package func text(_ figure: Figure, on screen: TextScreen) -> String {
    TextFigure.images(figure, self, on: screen)
  }

  package func svg(_ figure: Figure) -> [UInt8]? { GridSVG.bytes(figure, self) }

  /// The columns of a sequence one after another under one caption, forward and backward, so that the loop is continuous.
  package func animation(_ figure: Figure) -> (still: Figure, moments: [(inout Picture) -> Void])? {
    guard isSequence else { return nil }
    var still = figure
    still.kind = moment(0)
    let place = GridLayout(moment(0), size: nil).origin(in: GnuplotScript.size(of: still), captioned: true)
    let moments = (0..<columns).map { column in
      { (picture: inout Picture) in
        picture.place(GridPicture(moment(column), theme: figure.theme).picture, x: place.x, y: place.y)
      }
    }
    return (still, moments + moments.dropFirst().dropLast().reversed())
  }
}

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
