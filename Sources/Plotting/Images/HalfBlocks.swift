/// Pictures as characters that are two pixels high: `▀` with a colour for each half.
enum HalfBlocks {
  /// At most `columns` characters wide, shrunk by averaging when it has to be.
  static func text(_ picture: GridPicture, columns: Int, color: Bool) -> String {
    let shrink = max(1, (picture.width + columns - 1) / max(columns, 1))
    let (width, height) = (picture.width / shrink, picture.height / shrink)
    func level(_ x: Int, _ y: Int) -> Int {
      guard y < height else { return 255 }
      var sum = 0
      for dy in 0..<shrink {
        for dx in 0..<shrink { sum += Int(picture.pixels[((y * shrink + dy) * picture.width + x * shrink + dx) * 3]) }
      }
      return sum / (shrink * shrink)
    }
    var lines: [String] = []
    for y in stride(from: 0, to: height, by: 2) {
      var line = ""
      var last = ""
      for x in 0..<width {
        let (upper, lower) = (level(x, y), level(x, y + 1))
        if color {
          // The 24 greys of the 256-colour palette.
          let code = "\u{1B}[38;5;\(232 + upper * 23 / 255);48;5;\(232 + lower * 23 / 255)m"
          line += (code == last ? "" : code) + "▀"
          last = code
        } else {
          line.append(upper > 127 ? (lower > 127 ? "█" : "▀") : (lower > 127 ? "▄" : " "))
        }
      }
      lines.append(color ? line + "\u{1B}[0m" : line)
    }
    return lines.joined(separator: "\n")
  }
}
