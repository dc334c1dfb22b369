import Text

/// The commands that draw a figure, and the data they read.
///
/// Data are tables of float32, sent as one packed block of which commands read parts, or written out when the script is to
/// stand alone. Text from users appears only inside single quotes with `noenhanced`, where gnuplot evaluates nothing.
package struct GnuplotScript: Equatable, Sendable {
  /// The output of the script: pixels of which ours lie beneath, or shapes.
  package enum Medium: Sendable { case layer, shapes }

  package private(set) var commands = ""
  package private(set) var tables: [[[Float]]] = []
  let medium: Medium
  package let palette: Palette
  package let size: Figure.Size
  /// Pixels left of the axes: the numbers along the vertical one, and its name at the edge.
  var left = GnuplotScript.usualLeft

  static let dataFile = "/proc/self/fd/3"
  /// Marks the number of a table in `commands`; text from users never contains it.
  private static let mark: Character = "\u{1}"

  package static func == (a: GnuplotScript, b: GnuplotScript) -> Bool {
    a.commands == b.commands && a.tables == b.tables
  }

  package init(_ figure: Figure, medium: Medium = .shapes) {
    self.medium = medium
    palette = Palette(figure.theme)
    size = Self.size(of: figure)
    begin(figure)
    figure.kind.draw(in: &self, theme: figure.theme)
  }

  /// The size that a figure is laid out in, in pixels. Image grids have that of their images, other figures the one
  /// they were given, or a larger one of its shape where their letters would have no room: it is shrunk to what was
  /// asked for.
  package static func size(of figure: Figure) -> Figure.Size {
    if let size = figure.size, !figure.kind.isPicture {
      let shrink = shrink(of: figure)
      func enlarged(_ length: Int) -> Int { Int((Double(length) * shrink).rounded()) }
      return .init(width: enlarged(size.width), height: enlarged(size.height))
    }
    return figure.kind.size(of: figure)
  }

  /// How many times larger the layout is than the picture that was asked for; 1 where letters have room.
  package static func shrink(of figure: Figure) -> Double {
    guard let size = figure.size, !figure.kind.isPicture else { return 1 }
    let wanted = max(1, 520 / Double(size.width), 390 / Double(size.height))
    // A strip stays one: its layout must be drawn as well.
    return max(1, min(wanted, 8192 / Double(max(size.width, size.height))))
  }

  mutating func say(_ line: String) { commands += line + "\n" }

  /// In single quotes, on one line, with a limited number of characters.
  ///
  /// A quote becomes an apostrophe (’): gnuplot takes two quotes for one, but not where a string begins with them. Scalar
  /// by scalar: with a combining mark behind it a quote is another Character, and still ends gnuplot's string.
  package static func quoted(_ text: String, limit: Int = 200) -> String {
    var line = ""
    for scalar in text.unicodeScalars {
      if scalar == "\n" || scalar == "\t" {
        line.append(" ")
      } else if VisibleText.needsEscape(scalar) {
        line += VisibleText.escape(scalar)
      } else if scalar == "'" {
        line.append("’")
      } else {
        line.unicodeScalars.append(scalar)
      }
    }
    if TextWidth.columns(line) > limit {
      line = String(line.prefix(limit))
      while !line.isEmpty, TextWidth.columns(line) >= limit { line.removeLast() }
      line += "…"
    }
    return "'" + line + "'"
  }

  /// The same for names along an axis, which gnuplot takes for formats of numbers.
  static func ticName(_ text: String, limit: Int) -> String {
    var name = ""
    for scalar in quoted(text, limit: limit).unicodeScalars {
      name.unicodeScalars.append(scalar)
      if scalar == "%" { name.unicodeScalars.append(scalar) }
    }
    return name
  }

  /// `tc rgb '#222222'`.
  func textColor(_ color: String) -> String { "tc rgb '\(color)'" }

  // MARK: Data

  /// Keeps a table of columns; the words under which `plot` reads it.
  mutating func source(_ columns: [[Float]]) -> String {
    tables.append(columns)
    return "\(Self.mark)\(tables.count - 1)\(Self.mark)"
  }

  /// Commands that read float32, little-endian, from descriptor 3 of gnuplot, and those data.
  package var packed: (commands: String, data: [Float]) {
    var data: [Float] = []
    var places: [String] = []
    for table in tables {
      let count = table.first?.count ?? 0
      let format = Array(repeating: "%float32", count: table.count).joined()
      places.append("'\(Self.dataFile)' binary skip=\(data.count * 4) record=\(count) format='\(format)' endian=little")
      data.reserveCapacity(data.count + count * table.count)
      for row in 0..<count { for column in table { data.append(column[row]) } }
    }
    return (placing(places), data)
  }

  /// A script that stands alone: `gnuplot -persist figure.gp`.
  package var standalone: String {
    var blocks = ""
    for (number, table) in tables.enumerated() {
      blocks += "$data\(number) << EOD\n"
      for row in 0..<(table.first?.count ?? 0) {
        blocks += table.map { $0[row].isFinite ? "\($0[row])" : "NaN" }.joined(separator: " ") + "\n"
      }
      blocks += "EOD\n"
    }
    let head = """
      # A figure of elbo, with its data. Look at it: gnuplot -persist FILE
      # As a picture: gnuplot -e "set terminal pngcairo size \(size.width),\(size.height) font 'Sans,14'; set output 'figure.png'" FILE

      """
    return head + blocks + placing(tables.indices.map { "$data\($0)" })
  }

  private func placing(_ places: [String]) -> String {
    var text = ""
    for (index, part) in commands.split(separator: Self.mark, omittingEmptySubsequences: false).enumerated() {
      text += index % 2 == 0 ? part : places[Int(part) ?? 0][...]
    }
    return text
  }

  // MARK: Common parts of all figures

  private mutating func begin(_ figure: Figure) {
    // All settings are reset between figures.
    say("unset multiplot")
    say("reset")
    say("set encoding utf8")
    // −1, not -1.
    say("set minussign")
    say("set border 3 lw 1 lc rgb '\(palette.faded)'")
    say("set tics nomirror scale 0.6 \(textColor(palette.foreground))")
    say("set key noenhanced samplen 2 spacing 1.2 \(textColor(palette.foreground))")
    // gnuplot's own begins with a blank, which moves numbers off their tics.
    say("set format '%h'")
    say("set grid lc rgb '\(palette.grid)' lw 1 lt 1")
    let width = Double(size.width)
    let (title, letters) = Self.fitted(figure.title, width: width)
    say(
      "set label 1 \(title) at screen \(px(18, across: true)), screen \(px(size.height - 22)) "
        + "left noenhanced font ':Bold,\(letters)' \(textColor(palette.foreground))")
    if !figure.subtitle.isEmpty {
      say(
        "set label 2 \(Self.quoted(figure.subtitle, limit: Int((width - 36) / 7.8))) at screen \(px(18, across: true)), screen \(px(size.height - 46)) "
          + "left noenhanced font ',12' \(textColor(palette.faded))")
    }
    say("set tmargin at screen \(px(size.height - 74))")
  }

  /// A title in letters small enough to fit between the margins, and cut where that is not enough; a bold letter is on
  /// average three quarters as wide as its size says, one of a script without an alphabet twice that.
  private static func fitted(_ title: String, width: Double) -> (text: String, size: Int) {
    let room = width - 36
    let length = Double(TextWidth.columns(title))
    let size = max(11, min(16, Int(room / (0.77 * max(length, 1)))))
    return (quoted(title, limit: Int(room / (0.77 * Double(size)))), size)
  }

  /// Pixels from the left or the bottom as a fraction of the figure.
  func px(_ pixels: Int, across: Bool = false) -> String {
    Self.number(Double(pixels) / Double(across ? size.width : size.height))
  }

  /// Five decimals are a hundredth of a pixel.
  static func number(_ value: Double) -> String {
    "\((value * 100_000).rounded() / 100_000)"
  }

  mutating func labels(_ x: String, _ y: String) {
    // At the edges, where no number of the axes pushes them out of the picture.
    if !x.isEmpty {
      say(
        "set label 5 \(Self.quoted(x, limit: max(8, (size.width - 60) / 10))) at graph 0.5, screen \(px(20)) center "
          + "noenhanced \(textColor(palette.foreground))")
    }
    say(
      "set label 3 \(Self.quoted(y, limit: max(8, (size.height - 100) / 9))) at screen \(px(20, across: true)), graph 0.5 center rotate by 90 noenhanced "
        + textColor(palette.foreground))
  }

  mutating func plot(_ parts: [String]) {
    say(
      parts.isEmpty ? "set xrange [0:1]; set yrange [0:1]; plot NaN notitle" : "plot " + parts.joined(separator: ", "))
  }
}
