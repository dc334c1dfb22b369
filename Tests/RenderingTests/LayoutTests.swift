import Figures
import Rendering
import Testing

/// Where things stand in figures of nasty inputs: long names, wide numbers, tiny sizes, images that are lines.
@Suite struct LayoutTests {
  private func script(_ figure: Figure) -> [Substring] { GnuplotScript(figure).commands.split(separator: "\n") }

  /// Pixels from the left or the bottom of the first `set NAME at screen …`.
  private func pixels(_ name: String, _ figure: Figure, of extent: KeyPath<Figure.Size, Int>) throws -> Double {
    let line = try #require(script(figure).first { $0.contains("set \(name) at screen ") })
    let rest = try #require(line.components("set \(name) at screen ").last)
    let share = try #require(Double(String(rest.prefix { $0.isNumber || $0 == "." })))
    return share * Double(GnuplotScript.size(of: figure)[keyPath: extent])
  }

  private func curve(_ scale: Double, size: Figure.Size? = nil) -> Figure {
    let x = (1...12).map(Double.init)
    let line = Curves.Line(name: "loss", x: x, y: x.map { scale * (1 + 1 / $0) })
    return Figure(
      Curves(lines: [line], xLabel: "epoch", yLabel: "nats/image", hasIntegerX: true), title: "loss",
      size: size)
  }

  private func points(names: [String], size: Figure.Size? = nil) -> Figure {
    let values = (0..<40).map { Float($0 % 7) }
    return Figure(
      Scatter(
        x: values, y: values.reversed(), classes: (0..<40).map { $0 % names.count }, classNames: names, xLabel: "a",
        yLabel: "b", hasMarginals: true), title: "points", size: size)
  }

  /// Of 1.2×10¹² the letters alone are 6 digits and signs of 12 pixels; the name at the edge takes 34 more.
  @Test(arguments: [1.234e12, 3e-9, -2.5e10]) func wideNumbersHaveRoomBesideTheNameOfTheirAxis(scale: Double) throws {
    #expect(try pixels("lmargin", curve(scale), of: \.width) >= 34 + 12 * 7)
    #expect(abs(try pixels("lmargin", curve(1), of: \.width) - 100) < 0.1)
  }

  @Test func theNameOfTheHorizontalAxisIsInsideThePicture() {
    let commands = script(curve(1))
    #expect(commands.contains { $0.hasPrefix("set label 5 'epoch' at graph 0.5, screen 0.03333 center") })
    #expect(!commands.contains { $0.hasPrefix("set xlabel") })
  }

  @Test func theLegendLiesBesideTheHistogramOfTheVerticalAxis() throws {
    let names = ["a very long class name", "another one that is long", "x"]
    for size in [nil, Figure.Size(width: 2400, height: 400)] {
      let figure = points(names: names, size: size)
      let size = GnuplotScript.size(of: figure)
      let right = try pixels("rmargin", figure, of: \.width)
      // The histogram is a ninth of the height, at most 70 pixels; 16 letters of 13 points and their symbols are 210.
      #expect(Double(size.width) - right >= Double(min(70, size.height / 9)) + 210)
    }
    #expect(try pixels("rmargin", points(names: ["0", "1"]), of: \.width) > 740)
  }

  @Test(arguments: [(120, 90), (300, 200), (64, 64), (4000, 64)])
  func smallFiguresAreLaidOutLargerAndShrunk(width: Int, height: Int) throws {
    let figure = curve(1, size: .init(width: width, height: height))
    let size = GnuplotScript.size(of: figure)
    #expect(size.width >= 520 && size.width <= 8192)
    #expect(abs(Double(size.width) / Double(size.height) / (Double(width) / Double(height)) - 1) < 0.02)
    let picture = try FigureRenderer().picture(figure)
    #expect((picture.width, picture.height) == (width, height))
    let ready = Figure.Size(width: 900, height: 600)
    #expect(GnuplotScript.size(of: curve(1, size: ready)) == ready)
  }

  @Test(arguments: [(1, 150), (150, 1), (2, 300)]) func imagesThatAreLinesAreThickEnoughToSee(height: Int, width: Int) {
    let grid = ImageGrid(
      pixels: [Float](repeating: 1, count: 4 * height * width), count: 4, channels: 1, height: height, width: width,
      columns: 2)
    let layout = GridLayout(grid, size: nil)
    #expect(min(layout.cellHeight, layout.cellWidth) >= 20)
    // Every pixel of a row is as wide as the others.
    #expect(layout.cellWidth % width == 0 && layout.cellHeight % height == 0)
    #expect(!PNG.encode(picture(of: grid)).isEmpty)
  }

  private func picture(of grid: ImageGrid) -> Picture {
    (try? FigureRenderer().picture(Figure(grid, title: "lines")))
      ?? Picture(width: 1, height: 1, pixels: [0, 0, 0])
  }

  @Test func squareImagesKeepTheirProportions() {
    let grid = ImageGrid(
      pixels: [Float](repeating: 1, count: 100 * 16), count: 100, channels: 1, height: 4, width: 4, columns: 100)
    let layout = GridLayout(grid, size: nil)
    #expect(layout.cellWidth == layout.cellHeight)
  }

  @Test func numbersInCellsHaveTheDigitsThatFit() {
    let names = (0..<20).map { "class \($0)" }
    let map = MatrixMap(
      values: (0..<400).map { Double($0 % 13) * 0.123 }, rowNames: names, columnNames: names, rowLabel: "true",
      columnLabel: "found", valueLabel: "share")
    let commands = script(Figure(map, title: "matrix"))
    let cells = commands.filter { $0.hasPrefix("set label '") && $0.contains(" center front ") }
    #expect(cells.count == 400)
    // A cell is 26 pixels wide, a digit 7 and a point 4.
    #expect(cells.allSatisfy { $0.dropFirst("set label '".count).prefix { $0 != "'" }.count <= 3 })
  }

  @Test func anSVGIsCalledByItsTitleInLettersThatBrowsersHave() throws {
    for figure in [curve(1), SampleFigures.strip] {
      var figure = figure
      figure.title = "loss of m < 3 & more"
      let text = String(decoding: try FigureRenderer().bytes(figure, .svg), as: UTF8.self)
      #expect(text.contains("<title>loss of m &lt; 3 &amp; more</title><desc>"))
      #expect(!text.contains("Gnuplot</title>"))
      #expect(!text.contains("font-family=\"Sans\"") && !text.contains("font-family=\":Bold\""))
    }
  }

  @Test func aPDFIsAsLargeAgainstItsLettersAsAPicture() throws {
    // 900×600 pixels of which 96 are an inch of 72 points.
    let bytes = try FigureRenderer().bytes(curve(1), .pdf)
    #expect(String(decoding: bytes, as: UTF8.self).contains("/MediaBox [ 0 0 675 450 ]"))
  }
}

extension Substring {
  /// The parts between `separator`.
  fileprivate func components(_ separator: String) -> [Substring] {
    split(separator: separator, omittingEmptySubsequences: false)
  }
}
