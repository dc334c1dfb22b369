/// Images of a grid as characters that are two pixels high: `▀` with a color for each half.
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
  package func lines(row: Int, color: TextColor) -> [String] {
    let images = columns.map { row * grid.columns + $0 }.filter { $0 < grid.count }.map(shrunk)
    return stride(from: 0, to: height, by: 2).map { y in
      var line = ""
      for image in images {
        var last = ""
        for x in 0..<width {
          let upper = image[y * width + x]
          let lower = y + 1 < height ? image[(y + 1) * width + x] : nil
          if color == .none {
            line.append(Self.shade(upper, lower ?? [0, 0, 0]))
            continue
          }
          let code =
            "\u{1B}[38;\(Self.code(upper, color))"
            + (lower.map { ";48;\(Self.code($0, color))" } ?? ";49") + "m"
          line += (code == last ? "" : code) + "▀"
          last = code
        }
        line += color == .none ? " " : "\u{1B}[0m "
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

  private static func code(_ color: [UInt8], _ depth: TextColor) -> String {
    if depth == .full { return "2;\(color[0]);\(color[1]);\(color[2])" }
    if color[0] == color[1], color[1] == color[2] {
      // 24 grays, black and white.
      let level = Int(color[0])
      return "5;" + String(level < 4 ? 16 : level > 246 ? 231 : 232 + (level - 4) * 24 / 243)
    }
    let cube = color.map { (Int($0) * 5 + 127) / 255 }
    return "5;\(16 + 36 * cube[0] + 6 * cube[1] + cube[2])"
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
