/// Images of a grid as characters that are two pixels high: `▀` with a color for each half, shades where there are no colors,
/// and signs of ASCII where there is nothing else.
package struct HalfBlocks {
  /// Characters across one image, the gap beside it included; lines of one image.
  let cellWidth: Int
  let cellLines: Int
  /// The columns and rows of the grid that are shown.
  let columns: [Int]
  let rows: [Int]
  private let grid: ImageGrid
  private let width: Int
  private let height: Int

  /// - Parameters:
  ///   - columns: Characters across.
  ///   - rows: Lines. Of columns that do not fit some are shown, the first and the last among them; of rows too where
  ///     both axes go on steadily, else the first.
  package init(_ grid: ImageGrid, columns: Int, rows: Int, theme: Figure.Theme) {
    self.grid = grid
    // Whole images across if they can be 11 pixels wide, else as many as can.
    let across = max(1, min(grid.columns, columns / (min(grid.width, 11) + 1)))
    let fitting = max(1, columns / across - 1)
    width = min(grid.width, fitting)
    // One row of pixels fills a line of characters.
    height = max(2, (grid.height * width + grid.width / 2) / grid.width)
    (cellWidth, cellLines) = (width + 1, (height + 1) / 2)
    self.columns = Self.spread(across, over: grid.columns)
    let down = max(1, min(grid.rows, rows / max(cellLines, 1)))
    self.rows = grid.isPlane ? Self.spread(down, over: grid.rows) : Array(0..<down)
  }

  /// Images that are shown.
  var shown: Int { rows.reduce(0) { sum, row in sum + columns.count { row * grid.columns + $0 < grid.count } } }

  /// `count` of `total` positions, as even as can be, with both ends.
  private static func spread(_ count: Int, over total: Int) -> [Int] {
    count < 2 ? [0] : (0..<count).map { ($0 * (total - 1) + (count - 1) / 2) / (count - 1) }
  }

  /// The lines of a row of the grid.
  package func lines(row: Int, color: TextColor, characters: TextCharacters = .braille) -> [String] {
    let images = columns.map { row * grid.columns + $0 }.filter { $0 < grid.count }.map(shrunk)
    return stride(from: 0, to: height, by: 2).map { y in
      var line = ""
      for image in images {
        var last = ""
        for x in 0..<width {
          let upper = image[y * width + x]
          let lower = y + 1 < height ? image[(y + 1) * width + x] : nil
          if characters == .ascii {
            line.append(Self.letter(upper, lower ?? [0, 0, 0]))
            continue
          }
          if color == .none {
            line.append(Self.shade(upper, lower ?? [0, 0, 0]))
            continue
          }
          let code =
            "\u{1B}[\(TextInk.code(of: upper, color))"
            + (lower.map { ";" + TextInk.code(of: $0, color, isBackground: true) } ?? ";49") + "m"
          line += (code == last ? "" : code) + "▀"
          last = code
        }
        line += color == .none || characters == .ascii ? " " : "\u{1B}[0m "
      }
      return line
    }
  }

  /// The mean of upper and lower half as one of five shades, or a half block where they differ.
  private static func shade(_ upper: [UInt8], _ lower: [UInt8]) -> Character {
    let (a, b) = (Int(upper[1]), Int(lower[1]))
    if a - b > 110 { return "▀" }
    if b - a > 110 { return "▄" }
    return [" ", "░", "▒", "▓", "█"][min(4, (a + b) / 2 * 5 / 256)]
  }

  /// The mean of both halves as a sign of ASCII that is as dense.
  private static func letter(_ upper: [UInt8], _ lower: [UInt8]) -> Character {
    let ramp = Array(" .:-=+*#%@")
    return ramp[min(9, (Int(upper[1]) + Int(lower[1])) / 2 * 10 / 256)]
  }

  /// An image at the size that is shown, each pixel the mean of those it covers.
  private func shrunk(_ image: Int) -> [[UInt8]] {
    let plane = grid.height * grid.width
    let start = image * grid.channels * plane
    return (0..<height * width).map { at in
      let (y, x) = (at / width, at % width)
      let ys = y * grid.height / height..<max(y * grid.height / height + 1, (y + 1) * grid.height / height)
      let xs = x * grid.width / width..<max(x * grid.width / width + 1, (x + 1) * grid.width / width)
      return (0..<3).map { c in
        var sum: Float = 0
        let from = start + (grid.channels == 3 ? c * plane : 0)
        for py in ys { for px in xs { sum += grid.pixels[from + py * grid.width + px] } }
        let mean = sum / Float(ys.count * xs.count)
        return UInt8(max(0, min(255, ((mean.isFinite ? mean : 0) * 255).rounded())))
      }
    }
  }
}
