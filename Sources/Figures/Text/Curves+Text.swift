import Text

/// Curves in characters: each with a color, and a shape at some of its points and in the legend, so that nobody needs the
/// color; where there is room its name stands at its end too.
extension Curves {
  /// A line with what it is drawn with.
  private struct Drawn {
    let line: Line
    let ink: TextInk
    /// Its place among all lines: its shape.
    let number: Int
    var isOfMany: Bool { line.shade != nil || line.isThin == true }
  }

  package func text(_ figure: Figure, on screen: TextScreen) -> String { text(figure, on: screen, vertical: nil) }

  /// - Parameters:
  ///   - vertical: The axis of the main panel; nil for what the lines need.
  ///   - namesEnds: Whether lines are named at their ends too.
  func text(_ figure: Figure, on screen: TextScreen, vertical: TextAxis?, namesEnds: Bool = true) -> String {
    var chart = TextChart(figure, on: screen, xLabel: xLabel)
    let drawn = drawn(screen)
    let (main, lower) = (drawn.filter { $0.line.panel == 0 }, drawn.filter { $0.line.panel == 1 })
    chart.head(yLabel, legend: legend(main, screen))
    let hasLower = !lower.isEmpty && chart.rowsLeft >= 13
    let lowerRows = hasLower ? max(5, chart.rowsLeft * 3 / 10) : 0
    let (low, high) = across
    let x = TextAxis(low, high, isLogarithmic: logX)
    let axes = [0, 1].map { number -> TextAxis in
      if number == 0, let vertical { return vertical }
      let ends = frame(panel: number) ?? (0, 1)
      return TextAxis(ends.low, ends.high, isLogarithmic: logY)
    }
    let heights = [chart.rowsLeft - lowerRows - (hasLower ? 1 : 0), lowerRows]
    let left = (hasLower ? [0, 1] : [0]).map {
      TextChart.width(of: axes[$0].tics(atMost: max(2, (heights[$0] - 1) / 3 + 1)))
    }.max()
    let names = namesEnds ? endNames(main, screen) : []
    let right = names.isEmpty ? 0 : (names.map { TextWidth.columns(chart.clipped($0.line.name, 16)) }.max() ?? 0) + 1
    var area = chart.panel(rows: heights[0], vertical: axes[0], left: left, right: right)
    draw(main, in: &chart, TextPlot(area, x: x, y: axes[0], characters: screen.characters), hasMarks: true)
    writeNames(names, in: &chart, TextPlot(area, x: x, y: axes[0], characters: screen.characters))
    if hasLower {
      chart.head(lowerLabel, legend: [])
      area = chart.panel(rows: heights[1], vertical: axes[1], left: left, right: right)
      draw(lower, in: &chart, TextPlot(area, x: x, y: axes[1], characters: screen.characters), hasMarks: false)
    }
    chart.horizontal(x, below: area, tics: tics(x, columns: area.columns.count, chart))
    return chart.text
  }

  private func drawn(_ screen: TextScreen) -> [Drawn] {
    var (next, all) = (0, [Drawn]())
    for line in lines {
      let place = line.color ?? next
      // Raw values behind a smoothed line would hide it.
      if line.isFaint { continue }
      next += 1
      guard !line.x.isEmpty else { continue }
      let shade = line.shade.map { ColorScale.color(Float(0.05 + 0.8 * $0), ColorScale.viridis) }
      // In ASCII the shape is all there is, and it is the ink's.
      let own = TextInk.series(screen.characters == .ascii ? all.count : place)
      let ink = shade.map { TextInk.rgb($0[0], $0[1], $0[2]) } ?? own
      all.append(Drawn(line: line, ink: ink, number: all.count))
    }
    return all
  }

  private func legend(_ drawn: [Drawn], _ screen: TextScreen) -> [TextChart.Entry] {
    drawn.filter { !$0.line.name.isEmpty }.map { each in
      var entry = TextChart.Entry(name: each.line.name, place: each.number, ink: each.ink, isDashed: each.line.dashed)
      let isPlain = screen.characters == .ascii
      entry.shape = each.isOfMany ? (isPlain ? "." : "─") : TextInk.shape(each.number, screen.characters)
      return entry
    }
  }

  private func tics(_ x: TextAxis, columns: Int, _ chart: TextChart) -> [TextAxis.Tic] {
    guard let xNames, !xNames.isEmpty else {
      let most = TextChart.ticCount(x, columns: columns, isWhole: hasIntegerX)
      return x.tics(atMost: most, isWhole: hasIntegerX)
    }
    let every = max(1, (xNames.count * 5 + columns - 1) / max(columns, 1))
    let room = max(3, columns * every / xNames.count - 1)
    return xNames.enumerated().filter { $0.offset % every == 0 }.map {
      .init(value: Double($0.offset), text: chart.clipped($0.element, room))
    }
  }

  // MARK: Lines

  private func draw(_ drawn: [Drawn], in chart: inout TextChart, _ plot: TextPlot, hasMarks: Bool) {
    let characters = chart.screen.characters
    chart.draw { canvas in
      if hasMarks { mark(&canvas, plot, characters) }
      for each in drawn where each.line.isFilled { fill(each, &canvas, plot, characters) }
      for each in drawn { errors(each, &canvas, plot) }
      for each in drawn { stroke(each, &canvas, plot, characters) }
      for each in drawn where !each.isOfMany || each.line.x.count == 1 {
        shapes(each, among: drawn.count, &canvas, plot, characters)
      }
      for each in drawn { notes(each, &canvas, plot) }
    }
  }

  private func stroke(_ each: Drawn, _ canvas: inout DotCanvas, _ plot: TextPlot, _ characters: TextCharacters) {
    let line = each.line
    let dash: (Int, Int)? =
      line.dashed ? (characters == .braille ? (4, 3) : characters == .blocks ? (3, 2) : (2, 1)) : nil
    var walked = 0
    for index in line.x.indices.dropFirst() {
      let ends = plot.segment((line.x[index - 1], line.y[index - 1]), (line.x[index], line.y[index]))
      guard let ends else { continue }
      canvas.line(from: ends.from, to: ends.to, each.ink, dash: dash, walked: &walked)
    }
    if line.x.count == 1, let dot = plot.dot(line.x[0], line.y[0]) { canvas.dot(dot.x, dot.y, each.ink) }
  }

  /// At every point of a line of few, else at its end and at a few places, which differ from line to line.
  private func shapes(
    _ each: Drawn, among count: Int, _ canvas: inout DotCanvas, _ plot: TextPlot, _ characters: TextCharacters
  ) {
    let line = each.line
    let shape = String(TextInk.shape(each.number, characters))
    let columns = plot.area.columns.count
    var places = Array(line.x.indices)
    if line.x.count > 30 || line.x.count * 4 > columns {
      guard count > 1 else { return }
      let finite = line.x.indices.filter { line.x[$0].isFinite }
      guard let last = finite.last else { return }
      let shift = 0.13 * Double(each.number % 6)
      places = (0..<4).map {
        finite[min(finite.count - 1, Int((Double($0) + shift + 0.2) / 4.4 * Double(finite.count)))]
      }
      places.append(last)
    }
    for index in places {
      guard let cell = plot.cell(line.x[index], line.y[index]) else { continue }
      canvas.write(shape, column: cell.column, row: cell.row, each.ink)
    }
  }

  /// Down to the axis, each with dots of its own density; a later line covers an earlier one.
  private func fill(_ each: Drawn, _ canvas: inout DotCanvas, _ plot: TextPlot, _ characters: TextCharacters) {
    let line = each.line
    for index in line.x.indices.dropFirst() {
      let (start, end) = ((line.x[index - 1], line.y[index - 1]), (line.x[index], line.y[index]))
      guard let ends = plot.segment(start, end), ends.to.x >= ends.from.x else { continue }
      for x in ends.from.x...ends.to.x {
        let share = ends.to.x == ends.from.x ? 0 : Double(x - ends.from.x) / Double(ends.to.x - ends.from.x)
        let top = ends.from.y + Int((Double(ends.to.y - ends.from.y) * share).rounded())
        for y in top..<max(top, plot.area.rows.upperBound * characters.dots.down) {
          let isSet =
            switch each.number % 3 {
            case _ where characters == .ascii: true
            case 0: (x + y) % 2 == 0
            case 1: x % 2 == 0 && y % 2 == 0
            default: y % 4 == 0
            }
          if isSet { canvas.dot(x, y, each.ink) } else { canvas.clear(x, y) }
        }
      }
    }
  }

  /// One standard error up and down.
  private func errors(_ each: Drawn, _ canvas: inout DotCanvas, _ plot: TextPlot) {
    let line = each.line
    guard let errors = line.errors else { return }
    for index in line.x.indices where errors.indices.contains(index) && errors[index] > 0 {
      let (low, high) = (line.y[index] - errors[index], line.y[index] + errors[index])
      guard let ends = plot.segment((line.x[index], low), (line.x[index], high)) else { continue }
      var walked = 0
      canvas.line(from: ends.from, to: ends.to, each.ink, walked: &walked)
    }
  }

  /// Text beside points, towards the middle where there is room, and not on a line that falls.
  private func notes(_ each: Drawn, _ canvas: inout DotCanvas, _ plot: TextPlot) {
    let line = each.line
    let middle = (across.low + across.high) / 2
    for (index, note) in (line.notes ?? []).enumerated() where index < line.x.count && !note.isEmpty {
      guard let cell = plot.cell(line.x[index], line.y[index]) else { continue }
      let text = TextFigure.plain(
        TextWidth.fit(VisibleText.name(note), to: plot.area.columns.count / 2), canvas.characters == .ascii)
      let isRight = line.x[index] > middle
      let row =
        isRight ? min(cell.row + 1, plot.area.rows.upperBound - 1) : max(cell.row - 1, plot.area.rows.lowerBound)
      canvas.write(
        text, column: isRight ? cell.column - 1 - TextWidth.columns(text) : cell.column + 2, row: row, .plain)
    }
  }

  /// Edits: a dotted vertical line and its text near the top.
  private func mark(_ canvas: inout DotCanvas, _ plot: TextPlot, _ characters: TextCharacters) {
    let (low, high) = across
    let down = characters.dots.down
    for (index, mark) in marks.prefix(20).enumerated() {
      guard let place = plot.dot(mark.x, plot.y.low) else { continue }
      for y in plot.area.rows.lowerBound * down..<plot.area.rows.upperBound * down where y % max(2, down * 3 / 4) == 0 {
        canvas.dot(place.x, y, .faint)
      }
      let text = TextFigure.plain(TextWidth.fit(VisibleText.name(mark.text), to: 24), characters == .ascii)
      let column = place.x / characters.dots.across
      let isLate = mark.x > low + 0.8 * (high - low)
      canvas.write(
        text, column: isLate ? column - 1 - TextWidth.columns(text) : column + 2,
        row: plot.area.rows.lowerBound + index % min(3, plot.area.rows.count), .faint)
    }
  }

  // MARK: Names at the ends

  /// The lines that are named at their ends: where several are to be told apart and there is room for it.
  private func endNames(_ drawn: [Drawn], _ screen: TextScreen) -> [Drawn] {
    let named = drawn.filter { !$0.line.name.isEmpty && $0.line.y.contains(where: \.isFinite) }
    return screen.columns >= 64 && drawn.count > 1 && named.count <= 8 ? named : []
  }

  /// Each beside the last point of its line, moved apart where they would stand on each other.
  private func writeNames(_ names: [Drawn], in chart: inout TextChart, _ plot: TextPlot) {
    let rows = plot.area.rows
    let wanted = names.map { each -> Double in
      let last = each.line.y.last(where: \.isFinite) ?? 0
      let share = max(0, min(1, plot.y.share(last) ?? 0))
      return Double(rows.lowerBound) + (1 - share) * Double(rows.count - 1)
    }
    let order = names.indices.sorted { wanted[$0] < wanted[$1] }
    guard order.count <= rows.count else { return }
    var places: [Int] = []
    for index in order { places.append(max(Int(wanted[index].rounded()), (places.last ?? rows.lowerBound - 1) + 1)) }
    // From below, where the last ones were pushed out.
    var limit = rows.upperBound - 1
    for position in places.indices.reversed() {
      places[position] = min(places[position], limit)
      limit = places[position] - 1
    }
    for (index, row) in zip(order, places) {
      let text = chart.clipped(names[index].line.name, 16)
      let ink = names[index].ink
      chart.draw { $0.write(text, column: plot.area.columns.upperBound + 1, row: row, ink) }
    }
  }
}
