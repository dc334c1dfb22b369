/// Colors that are distinguishable with any color vision (Paul Tol's "muted" and "bright" sets), and colors of the
/// background, axes and text.
package struct Palette: Sendable {
  package let background: String
  package let foreground: String
  /// The color of subtitles and axes.
  let faded: String
  let grid: String
  /// Ten colors, then the same lighter and darker: more than ten are hard to distinguish.
  package let classes: [String]
  package let lines: [String]
  /// The color of inactive bars.
  package let inactive: String

  package init(_ theme: Figure.Theme) {
    switch theme {
    case .light:
      (background, foreground, faded, grid) = ("#ffffff", "#222222", "#666666", "#e4e4e4")
      classes = Self.shades([
        "#332288", "#88CCEE", "#44AA99", "#117733", "#999933", "#DDCC77", "#CC6677", "#882255", "#AA4499", "#888888",
      ])
      lines = ["#332288", "#CC6677", "#117733", "#DDAA33", "#88CCEE", "#AA4499", "#999933", "#882255"]
      inactive = "#bbbbbb"
    case .dark:
      (background, foreground, faded, grid) = ("#16181d", "#ececec", "#a0a4ad", "#31343c")
      classes = Self.shades([
        "#7C6FE0", "#88CCEE", "#44AA99", "#2FB45A", "#BBBB55", "#EEDD88", "#EE7788", "#D0508C", "#CC77CC", "#AAAAAA",
      ])
      lines = ["#88CCEE", "#EE7788", "#2FB45A", "#EEDD88", "#AA99FF", "#CC77CC", "#BBBB55", "#FFAABB"]
      inactive = "#5a5e68"
    }
  }

  private static func shades(_ colors: [String]) -> [String] {
    func mixed(_ color: String, with other: Int, _ share: Int) -> String {
      "#"
        + bytes(color).map { byte in
          let value = (Int(byte) * (100 - share) + other * share) / 100
          return (value < 16 ? "0" : "") + String(value, radix: 16)
        }.joined()
    }
    return colors + colors.map { mixed($0, with: 255, 45) } + colors.map { mixed($0, with: 0, 45) }
  }

  /// The place of a class among `classes`, whatever its number.
  package func place(ofClass value: Int) -> Int { ((value % classes.count) + classes.count) % classes.count }

  /// `#RRGGBB` as three bytes.
  package static func bytes(_ color: String) -> [UInt8] { (0..<3).map { channel(color, $0) } }

  private static func channel(_ color: String, _ index: Int) -> UInt8 {
    let digits = Array(color.utf8.dropFirst())
    guard digits.count == 6 else { return 0 }
    func digit(_ byte: UInt8) -> UInt8 { byte < 58 ? byte - 48 : (byte | 32) - 87 }
    return digit(digits[2 * index]) << 4 | digit(digits[2 * index + 1])
  }
}

extension ColorScale {
  /// For `set palette`.
  static var gnuplot: String {
    let stops = viridis.enumerated().map { index, color in
      "\(index) '#" + color.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() + "'"
    }
    return "set palette defined (\(stops.joined(separator: ", ")))"
  }
}
