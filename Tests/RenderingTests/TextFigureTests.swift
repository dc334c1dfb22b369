import Figures
import Foundation
import Rendering
import Testing
import Text

/// Figures in characters, and pictures in the stream of text.
@Suite(.serialized) struct TextFigureTests {
  private let renderer = FigureRendererTests.renderer

  private func text(
    _ figure: Figure, _ columns: Int, _ rows: Int, _ color: TextColor = .none,
    _ characters: TextCharacters = .braille, points: TextPoints? = nil
  ) -> String {
    figure.kind.text(
      figure, on: TextScreen(columns: columns, rows: rows, color: color, characters: characters, points: points))
  }

  @Test(arguments: SampleFigures.all, [(40, 14), (79, 21), (120, 40), (199, 57)])
  func theyFitTheirScreen(figure: Figure, screen: (Int, Int)) throws {
    for color in [TextColor.none, .basic, .palette, .full] {
      for characters in TextCharacters.allCases {
        let text = text(figure, screen.0, screen.1, color, characters)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count <= screen.1)
        for line in lines { #expect(TextWidth.columns(line) <= screen.0) }
        #expect(TextFigure.visible(String(lines[0])).hasPrefix(figure.title.prefix(10)))
        if characters == .ascii { #expect(text.utf8.allSatisfy { $0 < 0x80 }) }
        // Nothing but colors steers the terminal, and without colors nothing does.
        let codes = text.matches(of: /\x1B\[[0-9;]*m/).count
        #expect(text.count { $0 == "\u{1B}" } == codes)
        if color == .none { #expect(codes == 0) }
        // A matrix is numbers alone, an image in ASCII shades.
        if figure.kind is MatrixMap || figure.kind is ImageGrid { continue }
        #expect((codes > 0) == (color != .none))
      }
    }
  }

  @Test func colorsAreThoseAskedFor() throws {
    let palette = text(SampleFigures.curves, 80, 20, .palette)
    #expect(palette.contains("\u{1B}[38;5;") && !palette.contains("38;2;"))
    let full = text(SampleFigures.curves, 80, 20, .full)
    // Okabe and Ito's blue and vermilion.
    #expect(full.contains("\u{1B}[38;2;0;114;178m") && full.contains("\u{1B}[38;2;213;94;0m"))
    let basic = text(SampleFigures.curves, 80, 20, .basic)
    #expect(!basic.contains("38;") && basic.contains("\u{1B}[94m") && basic.contains("\u{1B}[31m"))
    // Every line leaves the terminal as it was.
    for line in full.split(separator: "\n") where line.contains("\u{1B}") {
      #expect(line.matches(of: /\x1B\[[0-9;]*m/).last.map { String($0.0) } == "\u{1B}[0m")
    }
  }

  @Test func pointsAreTheNamesOfTheirClasses() throws {
    // Without colors, and with them where that is asked for.
    for text in [text(SampleFigures.scatter, 80, 24), text(SampleFigures.scatter, 80, 24, .full, points: .letters)] {
      let plain = TextFigure.visible(text)
      #expect(plain.contains("zero") && plain.contains("two"))
      #expect(plain.count { $0 == "z" } > 5 && plain.count { $0 == "o" } > 5)
    }
    // Of classes with one first letter each has a sign of its own.
    guard var scatter = SampleFigures.scatter.kind as? Scatter else { return }
    scatter.classNames = ["setosa", "versicolor", "virginica"]
    let plants = text(Figure(scatter, title: "Iris"), 80, 24)
    #expect(plants.contains("s setosa") && plants.contains("v versicolor") && plants.contains("i virginica"))
  }

  @Test func classesAreNamedAmongTheirDots() throws {
    let lines = TextFigure.visible(text(SampleFigures.points(900), 80, 24, .palette)).split(separator: "\n")
    let isBraille = { (line: Substring) in line.unicodeScalars.contains { (0x2801...0x28FF).contains($0.value) } }
    #expect(lines.filter(isBraille).count > 8)
    // In the legend, and where most of the points of the class are.
    let rows = lines.indices.filter { lines[$0].contains(" one ") && isBraille(lines[$0]) }
    #expect(rows.count == 1)
  }

  @Test func linesDifferInTheirShapesAndNotInColorsAlone() throws {
    let figure = SampleFigures.logarithmic
    for (characters, shapes) in [(TextCharacters.braille, "●▲"), (.blocks, "●▲"), (.ascii, "*o")] {
      let lines = text(figure, 80, 20, .none, characters).split(separator: "\n")
      for (shape, name) in zip(shapes, ["a", "b"]) {
        // The legend, and at its end the line itself.
        let sample = characters == .ascii ? "-\(shape)- \(name)" : "─\(shape)─ \(name)"
        #expect(lines.contains { $0.contains(sample) })
        #expect(lines.contains { $0.contains(shape) && $0.hasSuffix(" \(name)") && !$0.contains(sample) })
      }
    }
  }

  @Test func aStraightLineIsItsDots() throws {
    var canvas = DotCanvas(columns: 4, rows: 1, characters: .braille)
    var walked = 0
    canvas.line(from: (0, 3), to: (7, 0), .series(0), walked: &walked)
    // The eight dots of y = 3 − 3x/7, rounded: 3 3 2 2 1 1 0 0.
    #expect(canvas.lines(.none) == ["⣀⠤⠒⠉"])
    var blocks = DotCanvas(columns: 2, rows: 1, characters: .blocks)
    for place in [(0, 0), (1, 1), (2, 1), (3, 1)] { blocks.dot(place.0, place.1, .plain) }
    #expect(blocks.lines(.none) == ["▚▄"])
    // What is outside is not drawn, and nothing breaks.
    canvas.dot(-1, 2, .plain)
    canvas.dot(8, 4, .plain)
    canvas.write("日本", column: 3, row: 0, .plain)
    #expect(canvas.lines(.none) == ["⣀⠤⠒⠉"])
  }

  @Test func numbersAlongAnAxisAreRound() throws {
    #expect(TextAxis(0, 10).tics(atMost: 6).map(\.text) == ["0", "2", "4", "6", "8", "10"])
    #expect(TextAxis(-0.3, 0.31).tics(atMost: 4).map(\.text) == ["-0.2", "0.0", "0.2"])
    #expect(TextAxis(0.2, 3.9).tics(atMost: 9, isWhole: true).map(\.text) == ["1", "2", "3"])
    #expect(TextAxis(0.9, 1100, isLogarithmic: true).tics(atMost: 8).map(\.text) == ["1", "10", "100", "1000"])
    for tics in [TextAxis(.nan, 3).tics(atMost: 5), TextAxis(1, 1).tics(atMost: 5)] { #expect(!tics.isEmpty) }
    #expect(TextAxis(0, 1, isLogarithmic: true).share(-1) == nil)
    for most in 1...12 { #expect(TextAxis(96.37, 101.2).tics(atMost: most).count <= max(most, 1)) }
  }

  @Test func charactersFollowTheLocale() throws {
    func characters(_ environment: [String: String]) -> TextCharacters { TextCharacters(environment: environment) }
    #expect(characters([:]) == .braille && characters(["LANG": "de_DE.UTF-8"]) == .braille)
    #expect(characters(["LC_ALL": "C.utf8", "LANG": "C"]) == .braille)
    #expect(characters(["LC_ALL": "C", "LANG": "C.UTF-8"]) == .ascii && characters(["LANG": "de_DE@euro"]) == .ascii)
    #expect(characters(["LC_ALL": "", "LC_CTYPE": "POSIX"]) == .ascii)
    #expect(characters(["LANG": "C.UTF-8", "TERM": "linux"]) == .blocks)
  }

  @Test func barsStandForTheirValues() throws {
    let lines = text(SampleFigures.bars, 60, 16).split(separator: "\n").map(String.init)
    let rows = ["3", "1", "0", "2"].map { name in lines.first { $0.hasPrefix("\(name) ┤") } ?? "" }
    let lengths = rows.map { row in row.count { "█▏▎▍▌▋▊▉".contains($0) } }
    #expect(abs(lengths[0] - 2 * lengths[1]) <= 1 && abs(lengths[1] - 2 * lengths[2]) <= 1)
    #expect(rows[0].hasSuffix(" 2") && rows[2].hasSuffix(" 0.5"))
    // What is inactive is hatched, and seen though it is next to nothing.
    #expect(rows[3].contains("░") && lines[1].contains("░ inactive") && lines[1].contains("█ active"))
    // More bars than rows stand upright.
    let many = Bars(values: (0..<60).map { Double($0 % 7) }, names: (0..<60).map(String.init), xLabel: "x", yLabel: "y")
    let upright = text(Figure(many, title: "Many"), 80, 21).split(separator: "\n")
    #expect(upright.contains { $0.contains("█") && $0.contains("│") })
  }

  @Test func valuesThatHaveNoPlaceAreLeftOut() throws {
    let odd = Curves.Line(name: "odd", x: [0, 1, .nan, 3, 4], y: [1, .infinity, 2, -.infinity, 1e300])
    let figures: [any FigureKind] = [
      Curves(lines: [odd], xLabel: "x", yLabel: "y"),
      Curves(lines: [odd], xLabel: "x", yLabel: "y", logX: true, logY: true),
      Curves(lines: [.init(name: "", x: [], y: [])], xLabel: "", yLabel: ""),
      Scatter(x: [.nan, 1], y: [0, .infinity], classes: [0, -1], xLabel: "x", yLabel: "y"),
      Scatter(x: [], y: [], xLabel: "x", yLabel: "y"),
      Scatter(x: [1], y: [1], values: [.nan], xLabel: "x", yLabel: "y"),
      Bars(values: [.nan, -3, .infinity], names: ["a", "b", "c"], xLabel: "x", yLabel: "y"),
      Histogram(series: [.init(name: "h", values: [.nan])], xLabel: "x", showsNormal: true),
      MatrixMap(
        values: [.nan, -1, 1e30, 0], rowNames: ["a", "b"], columnNames: ["a", "b"], rowLabel: "r", columnLabel: "c",
        valueLabel: "v"),
    ]
    for kind in figures {
      for characters in TextCharacters.allCases {
        for size in [(20, 8), (80, 21)] {
          #expect(!text(Figure(kind, title: "Odd"), size.0, size.1, .palette, characters).isEmpty)
        }
      }
    }
  }

  @Test func halfBlocksHoldTwoPixelsEach() throws {
    let grid = ImageGrid(pixels: [1, 0, 0, 1], count: 1, channels: 1, height: 2, width: 2, columns: 1)
    let blocks = HalfBlocks(grid, columns: 80, rows: 20, theme: .light)
    #expect(blocks.lines(row: 0, color: .none) == ["▀▄ "])
    #expect(
      blocks.lines(row: 0, color: .full) == [
        "\u{1B}[38;2;255;255;255;48;2;0;0;0m▀\u{1B}[38;2;0;0;0;48;2;255;255;255m▀\u{1B}[0m "
      ])
  }

  private func grid(_ count: Int, columns: Int, columnLabels: [String]) -> ImageGrid {
    // Every image is of one gray, by its place.
    let pixels = (0..<count).flatMap { [Float](repeating: Float($0) / Float(count - 1), count: 28 * 28) }
    var grid = ImageGrid(pixels: pixels, count: count, channels: 1, height: 28, width: 28, columns: columns)
    grid.columnLabels = columnLabels
    return grid
  }

  private func text(_ grid: ImageGrid, _ columns: Int, _ rows: Int) throws -> [Substring] {
    let figure = Figure(grid, title: "Images", subtitle: "")
    return figure.kind.text(figure, on: TextScreen(columns: columns, rows: rows, color: .full)).split(separator: "\n")
  }

  @Test func aStripGoesOnInTheNextLine() throws {
    let labels = ["3"] + [String](repeating: "", count: 10) + ["8"]
    let lines = try text(grid(12, columns: 12, columnLabels: labels), 80, 24)
    // Caption, a label and six lines, twice: from black with a 3 above to white with an 8.
    #expect(lines.count == 15)
    #expect(lines[1] == "3" + String(repeating: " ", count: 77))
    #expect(lines[2].hasPrefix("\u{1B}[38;2;0;0;0;48;2;0;0;0m▀"))
    #expect(lines[8].contains("8"))
    #expect(lines[14].contains("38;2;255;255;255"))
  }

  @Test func whatIsTooWideKeepsItsLastColumn() throws {
    var wide = grid(22, columns: 11, columnLabels: (0..<11).map { "v\($0)" })
    wide.rowLabels = ["z[0] 1.00 nats", "z[1] 0.50 nats"]
    let lines = try text(wide, 80, 24)
    #expect(lines[1].split(separator: " ") == ["v0", "v3", "v5", "v8", "v10"])
    #expect(lines.last == "12 more images in a file: … > images.png")
  }

  @Test func aPlaneKeepsItsCorners() throws {
    let lines = try text(grid(81, columns: 9, columnLabels: (0..<9).map(String.init)), 40, 16)
    #expect(lines[1].split(separator: " ") == ["0", "4", "8"])
    #expect(lines[2].hasPrefix("\u{1B}[38;2;0;0;0;"))
    #expect(lines[lines.count - 2].contains("38;2;255;255;255"))
  }

  @Test func sixelsAreBandsOfSixRows() throws {
    let picture = Picture(width: 2, height: 7, pixels: [UInt8](repeating: 255, count: 2 * 6 * 3) + [0, 0, 0, 0, 0, 0])
    let text = TerminalImages.sixel(picture)
    #expect(text.hasPrefix("\u{1B}P0;1;0q\"1;1;2;7"))
    #expect(text.contains("#1~~$-#0@@$-"))
    #expect(text.hasSuffix("\u{1B}\\"))
  }

  @Test func kittyGetsItsPNGInPieces() throws {
    let text = try renderer.inline(SampleFigures.scatter, .kitty, width: 2000)
    let pieces = text.split(separator: "\u{1B}_G").map { $0.split(separator: "\u{1B}")[0] }
    #expect(pieces.count > 2)
    #expect(pieces[0].hasPrefix("a=T,f=100,q=2,m=1;"))
    #expect(pieces.last?.hasPrefix("m=0;") == true)
    let base64 = pieces.map { $0.split(separator: ";", maxSplits: 1)[1] }.joined()
    let bytes = [UInt8](try #require(Data(base64Encoded: base64)))
    #expect(try PNG.decode(bytes).width == 900)
  }

  @Test func itermGetsOnePNG() throws {
    let text = try renderer.inline(SampleFigures.strip, .iterm, width: 300)
    #expect(text.hasPrefix("\u{1B}]1337;File=inline=1;size="))
    let base64 = text.split(separator: ":")[1].prefix { $0 != "\u{07}" }
    let bytes = [UInt8](try #require(Data(base64Encoded: String(base64))))
    #expect(try PNG.decode(bytes).width <= 300)
  }

  @Test func aMovingGIFHasAFrameForEachStepThereAndBack() throws {
    let bytes = try renderer.bytes(SampleFigures.strip, .gif)
    // Graphic control extensions: one before each frame.
    var frames = 0
    for at in 0..<bytes.count - 2 where Array(bytes[at..<at + 3]) == [0x21, 0xF9, 4] { frames += 1 }
    #expect(frames == 8)
    #expect(String(decoding: bytes, as: UTF8.self).contains("NETSCAPE2.0"))
  }

  @Test func picturesOfManyColorsKeepTheirCommonOnes() {
    var pixels: [UInt8] = []
    for index in 0..<400 {
      let own = [index % 256, index * 7 % 256, index * 13 % 256].map { UInt8($0) }
      pixels += index < 100 ? [10, 20, 30] : own
    }
    let indexed = IndexedColors([Picture(width: 20, height: 20, pixels: pixels)], limit: 16)
    #expect(indexed.colors.count == 16)
    #expect(indexed.colors[Int(indexed.indices[0])] == [10, 20, 30])
  }
}
