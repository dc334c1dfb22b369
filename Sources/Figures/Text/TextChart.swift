import Text

/// A figure with axes, in characters: its caption, the name of the vertical axis, a legend, panels with numbers along their
/// axes, and the name of the horizontal axis.
///
///     Training of m · digits.train · epoch 4
///     nats/image                  ─●─ loss   ─▲─ validation
///     9 ┤
///       │⠢⡀
///     6 ┤ ⠈⠢⣀
///       └┬────────┬────
///        0        2
///                epoch
package struct TextChart {
  package let screen: TextScreen
  package private(set) var canvas: DotCanvas
  /// Where the next panel begins.
  private var row: Int
  /// The row below the caption.
  package let first: Int
  /// The last row that a panel may take; what explains the horizontal axis stands below.
  private let bottom: Int
  private let xLabel: String

  /// A name in the legend, and what it is drawn with.
  package struct Entry {
    package var name: String
    package let place: Int
    package var ink: TextInk? = nil
    package var isDashed = false
    package var isLine = true
    /// Another shape than that of its place.
    package var shape: Character? = nil
  }

  /// Where a panel's dots lie, in characters: the area within its axes.
  package struct Area: Equatable, Sendable {
    package var columns: Range<Int>
    package var rows: Range<Int>
  }

  package init(_ figure: Figure, on screen: TextScreen, xLabel: String) {
    self.screen = screen
    self.xLabel = xLabel
    canvas = DotCanvas(
      columns: max(20, screen.columns), rows: max(8, screen.rows), characters: screen.characters)
    let isPlain = screen.characters == .ascii
    // A caption that is too long has its subtitle in a row of its own, where there are rows.
    let isLong = TextWidth.columns(figure.caption) > canvas.columns && !figure.subtitle.isEmpty && canvas.rows >= 16
    let title = isLong ? figure.title : figure.caption
    canvas.write(Self.clipped(title, canvas.columns, isPlain), column: 0, row: 0, .bold)
    if isLong { canvas.write(Self.clipped(figure.subtitle, canvas.columns, isPlain), column: 0, row: 1, .faint) }
    row = isLong ? 2 : 1
    first = row
    // Numbers below the last panel, and the name of the axis.
    bottom = canvas.rows - (xLabel.isEmpty ? 1 : 2)
  }

  private var isPlain: Bool { screen.characters == .ascii }
  /// Rows that are left for panels.
  package var rowsLeft: Int { bottom - row }

  /// The name of a vertical axis; right of it, or in rows of their own, what lines and marks mean. Four rows at most.
  package mutating func head(_ name: String, legend: [Entry]) {
    let label = clipped(name, canvas.columns)
    canvas.write(label, column: 0, row: row, .plain)
    guard !legend.isEmpty else {
      if !label.isEmpty { row += 1 }
      return
    }
    let widest = max(8, canvas.columns / 2 - 8)
    let names = legend.map { clipped($0.name, widest) }
    let widths = zip(legend, names).map { ($0.isLine ? 4 : 2) + TextWidth.columns($1) }
    let whole = widths.reduce(0, +) + 3 * (widths.count - 1)
    let room = canvas.columns - TextWidth.columns(label)
    var column = whole + 3 <= room ? canvas.columns - whole : 0
    if column == 0, !label.isEmpty { row += 1 }
    let last = row + 2
    for (index, entry) in legend.enumerated() {
      if column > 0, column + widths[index] > canvas.columns {
        if row == last {
          let rest = "... and \(legend.count - index) more"
          canvas.write(rest, column: max(0, canvas.columns - rest.count), row: row, .faint)
          break
        }
        (row, column) = (row + 1, 0)
      }
      sample(entry, names[index], column: column)
      column += widths[index] + 3
    }
    row += 1
  }

  private mutating func sample(_ entry: Entry, _ name: String, column: Int) {
    let ink = entry.ink ?? .series(entry.place)
    let shape = String(entry.shape ?? TextInk.shape(entry.place, screen.characters))
    let dash = isPlain ? "-" : entry.isDashed ? "╌" : "─"
    let sample = entry.isLine ? (isPlain && entry.isDashed ? "." + shape + "." : dash + shape + dash) : shape
    canvas.write(sample, column: column, row: row, ink)
    canvas.write(name, column: column + (entry.isLine ? 4 : 2), row: row, .plain)
  }

  /// A panel of so many rows, its axis below included, with numbers along its vertical axis.
  ///
  /// - Parameters:
  ///   - right: Columns that are kept free right of it.
  ///   - left: Columns for the numbers; nil for as many as they need.
  /// - Returns: The area within the axes.
  package mutating func panel(rows: Int, vertical: TextAxis, left: Int? = nil, right: Int = 0) -> Area {
    let height = max(2, rows - 1)
    let tics = vertical.tics(atMost: max(2, height / 3 + 1))
    let width = left ?? Self.width(of: tics)
    let area = Area(
      columns: min(width + 2, canvas.columns - 4)..<max(width + 6, canvas.columns - right),
      rows: row..<row + height)
    let axis = area.columns.lowerBound - 1
    for place in area.rows { canvas.write(isPlain ? "|" : "│", column: axis, row: place, .faint) }
    for tic in tics {
      guard let share = vertical.share(tic.value), share > -0.001, share < 1.001 else { continue }
      let place = area.rows.lowerBound + Self.cell(1 - share, height, screen.characters.dots.down)
      canvas.write(isPlain ? "+" : "┤", column: axis, row: place, .faint)
      let text = signed(tic.text)
      canvas.write(text, column: max(0, axis - 1 - TextWidth.columns(text)), row: place, .plain)
    }
    canvas.write(isPlain ? "+" : "└", column: axis, row: area.rows.upperBound, .faint)
    for column in area.columns {
      canvas.write(isPlain ? "-" : "─", column: column, row: area.rows.upperBound, .faint)
    }
    row += height + 1
    return area
  }

  /// A panel with a row for each name, and an axis below it.
  ///
  /// - Parameter right: Columns that are kept free right of it.
  package mutating func rows(_ names: [String], left: Int, right: Int) -> Area {
    let start = min(left + 2, canvas.columns - 4)
    let area = Area(columns: start..<max(start + 4, canvas.columns - right), rows: row..<row + max(names.count, 1))
    for (index, name) in names.enumerated() {
      canvas.write(name, column: max(0, start - 2 - TextWidth.columns(name)), row: row + index, .plain)
      canvas.write(isPlain ? "|" : "┤", column: start - 1, row: row + index, .faint)
    }
    canvas.write(isPlain ? "+" : "└", column: start - 1, row: area.rows.upperBound, .faint)
    for column in area.columns {
      canvas.write(isPlain ? "-" : "─", column: column, row: area.rows.upperBound, .faint)
    }
    row = area.rows.upperBound + 1
    return area
  }

  /// The character that the dot of a value lies in.
  private static func cell(_ share: Double, _ count: Int, _ dots: Int) -> Int {
    max(0, min(count - 1, Int((share * Double(count * dots - 1)).rounded()) / dots))
  }

  /// Columns that numbers along a vertical axis take.
  package static func width(of tics: [TextAxis.Tic]) -> Int { tics.map(\.text.count).max() ?? 0 }

  /// Numbers or names along the axis below an area, and the name of the axis.
  package mutating func horizontal(_ axis: TextAxis, below area: Area, tics: [TextAxis.Tic]) {
    let row = area.rows.upperBound
    var free = 0
    for tic in tics {
      guard let share = axis.share(tic.value), share > -0.001, share < 1.001 else { continue }
      let column = area.columns.lowerBound + Self.cell(share, area.columns.count, screen.characters.dots.across)
      canvas.write(isPlain ? "+" : "┬", column: column, row: row, .faint)
      let text = signed(tic.text)
      let width = TextWidth.columns(text)
      let start = max(0, min(column - (width - 1) / 2, canvas.columns - width))
      guard start >= free else { continue }
      canvas.write(text, column: start, row: row + 1, .plain)
      free = start + width + 1
    }
    guard !xLabel.isEmpty else { return }
    let label = clipped(xLabel, canvas.columns)
    let middle = (area.columns.lowerBound + area.columns.upperBound) / 2 - TextWidth.columns(label) / 2
    canvas.write(label, column: max(0, min(middle, canvas.columns - TextWidth.columns(label))), row: row + 2, .plain)
  }

  /// How many numbers fit along a horizontal axis.
  package static func ticCount(_ axis: TextAxis, columns: Int, isWhole: Bool = false) -> Int {
    var most = 2
    for count in 3...max(3, min(12, columns / 4)) {
      let tics = axis.tics(atMost: count, isWhole: isWhole)
      let width = tics.map(\.text.count).max() ?? 1
      if tics.count * (width + 2) <= columns { most = count }
    }
    return most
  }

  /// −1, as figures in files have it; -1 in ASCII.
  private func signed(_ text: String) -> String { isPlain ? text : text.replacing("-", with: "−") }

  /// Text from users: on one line, so many columns wide, in ASCII where nothing else is shown.
  package func clipped(_ text: String, _ columns: Int) -> String { Self.clipped(text, columns, isPlain) }

  private static func clipped(_ text: String, _ columns: Int, _ isPlain: Bool) -> String {
    TextFigure.plain(TextWidth.fit(TextFigure.plain(VisibleText.name(text), isPlain), to: columns), isPlain)
  }

  package mutating func draw(_ work: (inout DotCanvas) -> Void) { work(&canvas) }

  /// The page as text, without blank lines at its end.
  package var text: String {
    var lines = canvas.lines(screen.color)
    while lines.last?.isEmpty == true { lines.removeLast() }
    return lines.joined(separator: "\n")
  }
}

/// The dots of an area and where values lie among them.
package struct TextPlot {
  package let area: TextChart.Area
  package let x: TextAxis
  package let y: TextAxis
  private let dots: (across: Int, down: Int)
  private var width: Int { area.columns.count * dots.across }
  private var height: Int { area.rows.count * dots.down }

  package init(_ area: TextChart.Area, x: TextAxis, y: TextAxis, characters: TextCharacters) {
    (self.area, self.x, self.y, dots) = (area, x, y, characters.dots)
  }

  /// Where a point lies among the dots, not rounded; perhaps outside. nil for what has no place.
  private func point(_ x: Double, _ y: Double) -> (x: Double, y: Double)? {
    guard let across = self.x.share(x), let up = self.y.share(y) else { return nil }
    let limit = 1e7
    guard abs(across) < limit, abs(up) < limit else { return nil }
    return (
      Double(area.columns.lowerBound * dots.across) + across * Double(width - 1),
      Double(area.rows.lowerBound * dots.down) + (1 - up) * Double(height - 1)
    )
  }

  /// The dot of a point; nil outside of the area.
  package func dot(_ x: Double, _ y: Double) -> (x: Int, y: Int)? {
    guard let place = point(x, y) else { return nil }
    let dot = (x: Int(place.x.rounded()), y: Int(place.y.rounded()))
    let isInside =
      dot.x >= area.columns.lowerBound * dots.across && dot.x < area.columns.upperBound * dots.across
      && dot.y >= area.rows.lowerBound * dots.down && dot.y < area.rows.upperBound * dots.down
    return isInside ? dot : nil
  }

  /// The character of a point; nil outside of the area.
  package func cell(_ x: Double, _ y: Double) -> (column: Int, row: Int)? {
    dot(x, y).map { ($0.x / dots.across, $0.y / dots.down) }
  }

  /// The part of a line between two points that lies inside (Liang and Barsky); nil when none does.
  package func segment(
    _ start: (x: Double, y: Double), _ end: (x: Double, y: Double)
  ) -> (from: (x: Int, y: Int), to: (x: Int, y: Int))? {
    guard let a = point(start.x, start.y), let b = point(end.x, end.y) else { return nil }
    let left = Double(area.columns.lowerBound * dots.across), top = Double(area.rows.lowerBound * dots.down)
    let (right, bottom) = (left + Double(width - 1), top + Double(height - 1))
    let (across, down) = (b.x - a.x, b.y - a.y)
    var (enters, leaves) = (0.0, 1.0)
    for (change, room) in [(-across, a.x - left), (across, right - a.x), (-down, a.y - top), (down, bottom - a.y)] {
      if change == 0 {
        if room < 0 { return nil }
      } else if change < 0 {
        enters = max(enters, room / change)
      } else {
        leaves = min(leaves, room / change)
      }
    }
    guard enters <= leaves else { return nil }
    func dot(_ share: Double) -> (x: Int, y: Int) {
      (Int((a.x + share * across).rounded()), Int((a.y + share * down).rounded()))
    }
    return (dot(enters), dot(leaves))
  }
}
