import Text

/// Points in characters. Few of them are shapes; many are dots in the color of their class with the class's name where most of
/// its points lie; letters, one a character, tell classes apart without colors.
extension Scatter {
  /// Up to so many points each is a shape of its own.
  private static let shapesUpTo = 200

  package func text(_ figure: Figure, on screen: TextScreen) -> String {
    var chart = TextChart(figure, on: screen, xLabel: xLabel)
    let (across, up) = bounds
    let (horizontal, vertical) = (
      TextAxis(across.lowerBound, across.upperBound), TextAxis(up.lowerBound, up.upperBound)
    )
    let points = screen.points ?? usual(screen)
    var marks: [Int: Character] = [:]
    if classes != nil {
      let isDots = points == .dots && x.count > Self.shapesUpTo && screen.characters != .ascii
      marks =
        points == .letters
        ? letters : isDots ? classesPresent.reduce(into: [:]) { $0[$1] = "●" } : shapes(screen.characters)
      chart.head(yLabel, legend: legend(marks, points))
    } else {
      chart.head(yLabel, legend: [])
    }
    let area = chart.panel(rows: chart.rowsLeft, vertical: vertical)
    let plot = TextPlot(area, x: horizontal, y: vertical, characters: screen.characters)
    let scale = valueRange
    if classes != nil {
      if points == .letters || x.count <= Self.shapesUpTo || screen.characters == .ascii {
        drawMarks(marks, in: &chart, plot)
      } else {
        drawDots(in: &chart, plot)
        writeNames(in: &chart, plot)
      }
    } else if values != nil {
      if points == .letters || screen.characters == .ascii {
        drawDigits(in: &chart, plot, scale)
      } else {
        drawValues(in: &chart, plot, scale)
      }
      valueLegend(in: &chart, scale, isDigits: points == .letters || screen.characters == .ascii)
    } else {
      drawDensity(in: &chart, plot)
    }
    let most = TextChart.ticCount(horizontal, columns: area.columns.count)
    chart.horizontal(horizontal, below: area, tics: horizontal.tics(atMost: most))
    return chart.text
  }

  /// Dots where colors tell everything apart.
  private func usual(_ screen: TextScreen) -> TextPoints {
    guard screen.color == .none || screen.characters == .ascii else { return .dots }
    if values != nil, classes == nil { return .letters }
    // Shapes do without colors, as long as there are few of them.
    let isFew = x.count <= Self.shapesUpTo && classesPresent.count <= 8 && screen.characters != .ascii
    return classes == nil || isFew || classesPresent.count < 2 ? .dots : .letters
  }

  /// A sign for each class: the first of its name, or the next of it that no other class has.
  private var letters: [Int: Character] {
    var used: Set<Character> = []
    var found: [Int: Character] = [:]
    func isUsable(_ character: Character) -> Bool {
      character.isASCII && (character.isLetter || character.isNumber) && !used.contains(character)
    }
    // First those that have their own first letter; more than 62 classes share the last sign.
    let more = Array("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
    for value in classesPresent {
      let name = Array(value < 0 ? "?" : name(ofClass: value))
      // Of a number of two digits the last one differs.
      let isNumber = name.allSatisfy(\.isNumber)
      let own = value < 0 ? "?" : (isNumber ? Array(name.reversed()) : name).first(where: isUsable)
      let sign = own ?? more.first(where: isUsable) ?? "*"
      used.insert(sign)
      found[value] = sign
    }
    return found
  }

  private func shapes(_ characters: TextCharacters) -> [Int: Character] {
    Dictionary(
      classesPresent.enumerated().map { ($0.element, TextInk.shape($0.offset, characters)) }, uniquingKeysWith: { $1 })
  }

  private var places: [Int: Int] {
    Dictionary(classesPresent.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { $1 })
  }

  private func legend(_ marks: [Int: Character], _ points: TextPoints) -> [TextChart.Entry] {
    classesPresent.enumerated().map { place, value in
      var entry = TextChart.Entry(name: name(ofClass: value), place: place)
      (entry.isLine, entry.shape) = (false, marks[value])
      // A digit needs no name that is the same digit.
      if points == .letters, entry.shape.map(String.init) == entry.name { (entry.name, entry.ink) = ("", .name(place)) }
      return entry
    }
  }

  // MARK: Classes

  /// One sign a character: that of the class with most points there.
  private func drawMarks(_ marks: [Int: Character], in chart: inout TextChart, _ plot: TextPlot) {
    let places = places
    var counts: [Int: [Int: Int]] = [:]
    for index in x.indices {
      guard let cell = plot.cell(Double(x[index]), Double(y[index])) else { continue }
      counts[cell.row * 4096 + cell.column, default: [:]][classes?[index] ?? 0, default: 0] += 1
    }
    chart.draw { canvas in
      for (cell, classes) in counts {
        guard let most = classes.max(by: { ($0.value, $1.key) < ($1.value, $0.key) })?.key else { continue }
        canvas.write(
          String(marks[most] ?? "*"), column: cell % 4096, row: cell / 4096, .series(places[most] ?? 0))
      }
    }
  }

  /// Dots in the color of the class with most points in a character.
  private func drawDots(in chart: inout TextChart, _ plot: TextPlot) {
    let places = places
    var counts: [Int: [Int: Int]] = [:]
    for index in x.indices {
      guard let cell = plot.cell(Double(x[index]), Double(y[index])) else { continue }
      counts[cell.row * 4096 + cell.column, default: [:]][classes?[index] ?? 0, default: 0] += 1
    }
    let inks = counts.mapValues { classes in
      TextInk.series(places[classes.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? 0] ?? 0)
    }
    chart.draw { canvas in
      for index in x.indices {
        let (x, y) = (Double(x[index]), Double(y[index]))
        guard let dot = plot.dot(x, y), let cell = plot.cell(x, y) else { continue }
        canvas.dot(dot.x, dot.y, inks[cell.row * 4096 + cell.column] ?? .plain)
      }
    }
  }

  /// The name of each class at the median of its points, with a blank on either side; not where another name stands.
  private func writeNames(in chart: inout TextChart, _ plot: TextPlot) {
    let present = classesPresent
    guard present.count > 1, present.count <= 30 else { return }
    var members: [Int: [Int]] = [:]
    for (index, value) in (classes ?? []).enumerated() { members[value, default: []].append(index) }
    func median(_ rows: [Int], _ values: [Float]) -> Double {
      let sorted = rows.map { values[$0] }.filter(\.isFinite).sorted()
      return sorted.isEmpty ? .nan : Double(sorted[sorted.count / 2])
    }
    for (place, value) in present.enumerated() {
      let rows = members[value] ?? []
      guard let cell = plot.cell(median(rows, x), median(rows, y)) else { continue }
      let name = " " + chart.clipped(name(ofClass: value), 10) + " "
      let width = TextWidth.columns(name)
      let column = max(
        plot.area.columns.lowerBound, min(cell.column - width / 2, plot.area.columns.upperBound - width))
      // The nearest row without another name.
      let row = [0, 1, -1, 2, -2].map { cell.row + $0 }.first { row in
        plot.area.rows.contains(row)
          && !(column..<column + width).contains { chart.canvas.hasText(column: $0, row: row) }
      }
      guard let row else { continue }
      chart.draw { $0.write(name, column: column, row: row, .name(place)) }
    }
  }

  // MARK: Values and density

  /// The mean value of the points in each character, from 0 to 1.
  private func means(_ plot: TextPlot, _ scale: ClosedRange<Double>) -> [Int: Double] {
    var sums: [Int: (sum: Double, count: Int)] = [:]
    for index in x.indices {
      guard let value = values?[index], value.isFinite,
        let cell = plot.cell(Double(x[index]), Double(y[index]))
      else { continue }
      let old = sums[cell.row * 4096 + cell.column] ?? (0, 0)
      sums[cell.row * 4096 + cell.column] = (old.sum + Double(value), old.count + 1)
    }
    return sums.mapValues { ($0.sum / Double($0.count) - scale.lowerBound) / (scale.upperBound - scale.lowerBound) }
  }

  private func drawValues(in chart: inout TextChart, _ plot: TextPlot, _ scale: ClosedRange<Double>) {
    let inks = means(plot, scale).mapValues { share -> TextInk in
      let color = ColorScale.color(Float(share), ColorScale.viridis)
      return .rgb(color[0], color[1], color[2])
    }
    chart.draw { canvas in
      for index in x.indices {
        let (x, y) = (Double(x[index]), Double(y[index]))
        guard let dot = plot.dot(x, y), let cell = plot.cell(x, y) else { continue }
        canvas.dot(dot.x, dot.y, inks[cell.row * 4096 + cell.column] ?? .faint)
      }
    }
  }

  /// The tenth of the range that the mean value of a character's points lies in.
  private func drawDigits(in chart: inout TextChart, _ plot: TextPlot, _ scale: ClosedRange<Double>) {
    let means = means(plot, scale)
    chart.draw { canvas in
      for (cell, share) in means {
        canvas.write(
          String(max(0, min(9, Int(share * 10)))), column: cell % 4096, row: cell / 4096, .plain)
      }
    }
  }

  /// `norm 0.1 ▇▇▇▇▇▇▇▇ 3.4`, or what the digits mean; in the row of the caption of the vertical axis, at its right.
  private func valueLegend(in chart: inout TextChart, _ scale: ClosedRange<Double>, isDigits: Bool) {
    let name = chart.clipped(valueLabel, 20)
    let (low, high) = (TextAxis.number(scale.lowerBound), TextAxis.number(scale.upperBound))
    let row = yLabel.isEmpty ? 0 : chart.first
    if isDigits {
      let text = "\(name): 0 from \(low), 9 up to \(high)"
      let column = chart.canvas.columns - TextWidth.columns(text)
      chart.draw { $0.write(text, column: max(TextWidth.columns(yLabel) + 2, column), row: row, .plain) }
      return
    }
    let steps = 16
    let width = TextWidth.columns(name) + low.count + high.count + steps + 3
    var column = max(TextWidth.columns(yLabel) + 2, chart.canvas.columns - width)
    chart.draw { canvas in
      canvas.write("\(name) \(low) ", column: column, row: row, .plain)
      column += TextWidth.columns(name) + low.count + 2
      for step in 0..<steps {
        let color = ColorScale.color(Float(step) / Float(steps - 1), ColorScale.viridis)
        canvas.write("▇", column: column + step, row: row, .rgb(color[0], color[1], color[2]))
      }
      canvas.write(" " + high, column: column + steps, row: row, .plain)
    }
  }

  /// Dots; where many points share most of the dots, shades of how many.
  private func drawDensity(in chart: inout TextChart, _ plot: TextPlot) {
    let characters = chart.screen.characters
    guard x.count > 4 * plot.area.columns.count * plot.area.rows.count else {
      let isFew = x.count <= Self.shapesUpTo
      chart.draw { canvas in
        for index in x.indices {
          let (x, y) = (Double(x[index]), Double(y[index]))
          if isFew, let cell = plot.cell(x, y) {
            canvas.write(String(TextInk.shape(0, characters)), column: cell.column, row: cell.row, .series(0))
          } else if let dot = plot.dot(x, y) {
            canvas.dot(dot.x, dot.y, .series(0))
          }
        }
      }
      return
    }
    var counts: [Int: Int] = [:]
    for index in x.indices {
      guard let cell = plot.cell(Double(x[index]), Double(y[index])) else { continue }
      counts[cell.row * 4096 + cell.column, default: 0] += 1
    }
    let shades = Array(characters == .ascii ? ".:+#@" : "·░▒▓█")
    let most = Double(counts.values.max() ?? 1).squareRoot()
    chart.draw { canvas in
      for (cell, count) in counts {
        let share = Double(count).squareRoot() / max(most, 1)
        canvas.write(
          String(shades[min(4, Int(share * 4.999))]), column: cell % 4096, row: cell / 4096, .series(0))
      }
    }
  }
}
