import Text

/// A page of characters with dots finer than they are: eight a character in braille, four in quadrants, one in ASCII.
///
/// Places of characters are (column, row), those of dots (x, y), both from the upper left. A character has one color, that of
/// the last dot in it; text stands over dots. What lies outside of the page is not drawn.
package struct DotCanvas: Sendable {
  package let columns: Int
  package let rows: Int
  package let characters: TextCharacters
  private var dots: [UInt8]
  private var inks: [TextInk]
  /// Text; a wide character is followed by an empty one.
  private var letters: [String?]

  package init(columns: Int, rows: Int, characters: TextCharacters) {
    (self.columns, self.rows, self.characters) = (max(1, columns), max(1, rows), characters)
    let count = self.columns * self.rows
    dots = [UInt8](repeating: 0, count: count)
    inks = [TextInk](repeating: .plain, count: count)
    letters = [String?](repeating: nil, count: count)
  }

  /// The bits of a braille character (U+2800 and up), by row and column of its dots.
  private static let braille: [[UInt8]] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]]
  /// Quadrants by the bits 1 upper left, 2 upper right, 4 lower left, 8 lower right.
  private static let quadrants = Array(" ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█").map(String.init)

  private func place(_ x: Int, _ y: Int) -> (cell: Int, bit: UInt8)? {
    let (across, down) = characters.dots
    guard x >= 0, y >= 0, x < columns * across, y < rows * down else { return nil }
    let cell = y / down * columns + x / across
    switch characters {
    case .braille: return (cell, Self.braille[y % 4][x % 2])
    case .blocks: return (cell, 1 << UInt8(y % 2 * 2 + x % 2))
    case .ascii: return (cell, 1)
    }
  }

  package mutating func dot(_ x: Int, _ y: Int, _ ink: TextInk) {
    guard let (cell, bit) = place(x, y) else { return }
    dots[cell] |= bit
    inks[cell] = ink
  }

  /// Takes a dot away.
  package mutating func clear(_ x: Int, _ y: Int) {
    guard let (cell, bit) = place(x, y) else { return }
    dots[cell] &= ~bit
  }

  /// A straight line between two dots, in dashes where `dash` says how many dots are drawn and left out in turn.
  ///
  /// - Parameter walked: Dots walked so far along the whole curve, so that dashes go on across its points.
  package mutating func line(
    from start: (x: Int, y: Int), to end: (x: Int, y: Int), _ ink: TextInk, dash: (on: Int, off: Int)? = nil,
    walked: inout Int
  ) {
    let (across, down) = (end.x - start.x, end.y - start.y)
    let steps = max(abs(across), abs(down))
    for step in 0...steps {
      if step == 0, steps > 0, walked > 0 { continue }
      walked += 1
      if let dash, walked % (dash.on + dash.off) >= dash.on { continue }
      let share = steps == 0 ? 0 : Double(step) / Double(steps)
      dot(
        start.x + Int((Double(across) * share).rounded()), start.y + Int((Double(down) * share).rounded()), ink)
    }
  }

  /// Writes text, cut at the right edge.
  package mutating func write(_ text: String, column: Int, row: Int, _ ink: TextInk) {
    guard row >= 0, row < rows else { return }
    var column = column
    for character in text {
      let width = TextWidth.columns(of: character)
      guard width > 0 else { continue }
      guard column + width <= columns else { return }
      if column >= 0 {
        letters[row * columns + column] = String(character)
        inks[row * columns + column] = ink
        if width == 2 { letters[row * columns + column + 1] = "" }
      }
      column += width
    }
  }

  /// Whether anything stands at a place.
  package func isEmpty(column: Int, row: Int) -> Bool {
    guard column >= 0, column < columns, row >= 0, row < rows else { return false }
    return letters[row * columns + column] == nil && dots[row * columns + column] == 0
  }

  /// Whether text stands there.
  package func hasText(column: Int, row: Int) -> Bool {
    guard column >= 0, column < columns, row >= 0, row < rows else { return true }
    return letters[row * columns + column] != nil
  }

  private func sign(_ cell: Int) -> String {
    if let letter = letters[cell] { return letter }
    let bits = dots[cell]
    if bits == 0 { return " " }
    switch characters {
    case .braille: return String(UnicodeScalar(0x2800 + UInt32(bits)).map(Character.init) ?? " ")
    case .blocks: return Self.quadrants[Int(bits)]
    case .ascii:
      if case .series(let place) = inks[cell] { return String(TextInk.shape(place, .ascii)) }
      return "."
    }
  }

  /// The lines, without blanks at their ends; each leaves the terminal as it was.
  package func lines(_ color: TextColor) -> [String] {
    (0..<rows).map { row in
      var line = ""
      var current: String?
      var end = columns
      while end > 0, sign(row * columns + end - 1) == " " { end -= 1 }
      for column in 0..<end {
        let cell = row * columns + column
        let sign = sign(cell)
        // A blank has any color.
        let code = sign == " " || sign.isEmpty ? current : inks[cell].code(color)
        if code != current {
          if current != nil { line += "\u{1B}[0m" }
          if let code { line += "\u{1B}[\(code)m" }
          current = code
        }
        line += sign
      }
      return current == nil ? line : line + "\u{1B}[0m"
    }
  }
}
