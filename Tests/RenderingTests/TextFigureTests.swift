import Figures
import Foundation
import Rendering
import Testing

/// Figures in characters, and pictures in the stream of text.
@Suite(.serialized) struct TextFigureTests {
  private let renderer = FigureRendererTests.renderer

  @Test(arguments: SampleFigures.all, [(40, 14), (80, 24), (120, 40)])
  func theyFitTheirScreen(figure: Figure, screen: (Int, Int)) throws {
    for color in [TextColor.none, .palette, .full] {
      let text = try renderer.text(figure, columns: screen.0, rows: screen.1, color: color)
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      #expect(lines.count <= screen.1)
      for line in lines { #expect(TextFigure.visible(String(line)).count <= screen.0) }
      #expect(lines[0].hasPrefix(figure.title.prefix(10)))
      // A matrix is numbers alone.
      if figure.kind is MatrixMap { continue }
      #expect(text.contains("\u{1B}") == (color != .none))
    }
  }

  @Test func colorsAreThoseAskedFor() throws {
    let palette = try renderer.text(SampleFigures.curves, columns: 80, rows: 20, color: .palette)
    #expect(palette.contains("\u{1B}[38;5;"))
    let full = try renderer.text(SampleFigures.curves, columns: 80, rows: 20, color: .full)
    #expect(full.contains("\u{1B}[38;2;"))
    // Every line leaves the terminal as it was.
    for line in full.split(separator: "\n") where line.contains("\u{1B}") { #expect(line.hasSuffix("\u{1B}[0m")) }
  }

  @Test func pointsAreTheNamesOfTheirClasses() throws {
    let text = try renderer.text(SampleFigures.scatter, columns: 80, rows: 24, color: .none)
    #expect(text.contains("zero") && text.contains("two"))
    #expect(text.count { $0 == "z" } > 5)
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
    return try renderer.text(figure, columns: columns, rows: rows, color: .full).split(separator: "\n")
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
