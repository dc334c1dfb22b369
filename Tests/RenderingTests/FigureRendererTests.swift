import CZlib
import Figures
import Rendering
import Testing

/// Every kind of figure in every format, looked at as pixels.
@Suite(.serialized) struct FigureRendererTests {
  static let renderer = FigureRenderer()

  private func png(_ figure: Figure) throws -> Picture { try PNG.decode(try Self.renderer.bytes(figure, .png)) }

  private func count(_ color: String, in picture: Picture) -> Int {
    let wanted = Palette.bytes(color)
    return stride(from: 0, to: picture.pixels.count, by: 3).count { at in
      (0..<3).allSatisfy { abs(Int(picture.pixels[at + $0]) - Int(wanted[$0])) <= 6 }
    }
  }

  @Test(arguments: SampleFigures.all) func everyKindBecomesEveryFormat(figure: Figure) throws {
    let picture = try png(figure)
    #expect(picture.width > 100 && picture.height > 80)
    #expect(Set(stride(from: 0, to: picture.pixels.count, by: 3).map { picture.pixels[$0] }).count > 3)
    #expect(String(decoding: try Self.renderer.bytes(figure, .svg), as: UTF8.self).contains("<svg"))
    #expect(try Self.renderer.bytes(figure, .pdf).starts(with: Array("%PDF".utf8)))
    #expect(try Self.renderer.bytes(figure, .gif).starts(with: Array("GIF89a".utf8)))
    #expect(figure.csv.split(separator: "\n").count > 2)
  }

  @Test func figuresHaveTheSizeTheyAreGiven() throws {
    for var figure in [SampleFigures.curves, SampleFigures.scatter] {
      figure.size = .init(width: 640, height: 480)
      let picture = try png(figure)
      #expect(picture.width == 640 && picture.height == 480)
    }
  }

  @Test func aScatterHasTheColorsOfItsClassesAndNoOthers() throws {
    let picture = try png(SampleFigures.scatter)
    let palette = Palette(.light)
    for index in 0..<3 { #expect(count(palette.classes[index], in: picture) > 500) }
    #expect(count(palette.classes[6], in: picture) == 0)
  }

  /// Class 0 has the largest y and class 1 the largest x: row 0 of a picture is at its top.
  @Test func pointsLieWhereTheirCoordinatesSay() throws {
    let count = 400
    let scatter = Scatter(
      x: (0..<count).map { Float($0 % 2) * 4 + Float($0 % 7) / 7 },
      y: (0..<count).map { Float(1 - $0 % 2) * 4 + Float($0 % 11) / 11 }, classes: (0..<count).map { $0 % 2 },
      classNames: ["a", "b"], xLabel: "x", yLabel: "y")
    let picture = try png(Figure(scatter, title: "t"))
    func center(_ color: String) -> (x: Double, y: Double) {
      let wanted = Palette.bytes(color)
      var (x, y, n) = (0.0, 0.0, 0.0)
      for row in 0..<picture.height {
        for column in 0..<picture.width where picture[column, row] == wanted {
          (x, y, n) = (x + Double(column), y + Double(row), n + 1)
        }
      }
      return (x / n, y / n)
    }
    let (a, b) = (center(Palette(.light).classes[0]), center(Palette(.light).classes[1]))
    #expect(a.x + 50 < b.x && a.y + 50 < b.y, "\(a) \(b)")
  }

  @Test func theDarkThemeIsDark() throws {
    for var figure in SampleFigures.all {
      figure.theme = .dark
      let picture = try png(figure)
      #expect(picture[1, 1] == Palette.bytes(Palette(.dark).background))
    }
  }

  @Test func linesHaveTheirColorsAndValidationToo() throws {
    let picture = try png(SampleFigures.curves)
    for color in Palette(.light).lines.prefix(3) { #expect(count(color, in: picture) > 100) }
  }

  @Test func inactiveBarsAreFaint() throws {
    guard var bars = SampleFigures.bars.kind as? Bars else { return }
    bars.values[3] = 0.3
    bars.kinds?.inactive = [3]
    let picture = try png(Figure(bars, title: "KL"))
    #expect(count(Palette(.light).inactive, in: picture) > 1000)
  }

  @Test func manyPointsAreADensityWithContours() throws {
    let many = SampleFigures.points(21_000)
    let commands = GnuplotScript(many, medium: .layer).commands
    #expect(commands.contains("with vectors nohead"))
    #expect(!GnuplotScript(SampleFigures.points(19_000), medium: .layer).commands.contains("with vectors"))
    let picture = try png(many)
    #expect(count(Palette(.light).foreground, in: picture) > 500)
  }

  @Test func stripEndsAreTheEndImagesPixelForPixel() throws {
    guard let grid = SampleFigures.strip.kind as? ImageGrid else { return }
    let picture = try png(SampleFigures.strip)
    let layout = GridLayout(grid, size: nil)
    let place = layout.origin(in: GnuplotScript.size(of: SampleFigures.strip), captioned: true)
    for image in [0, grid.count - 1] {
      for y in 0..<layout.cellHeight {
        for x in 0..<layout.cellWidth {
          let value = grid.pixels[image * 12 + y / layout.scale * 3 + x / layout.scale]
          let at = picture[place.x + layout.left(ofColumn: image) + x, place.y + layout.top(ofRow: 0) + y]
          #expect(at == [UInt8](repeating: UInt8((value * 255).rounded()), count: 3))
        }
      }
      // The frame that marks it.
      let frame = picture[place.x + layout.left(ofColumn: image) - 1, place.y + layout.top(ofRow: 0) - 1]
      #expect(frame == Palette.bytes(Palette(.light).lines[1]))
    }
  }

  @Test func pixelsSurviveTheirPNG() throws {
    let pixels = (0..<60).map { UInt8($0 * 4) }
    let picture = Picture(width: 5, height: 4, pixels: pixels)
    #expect(try PNG.decode(PNG.encode(picture)) == picture)
    let gray = Picture(width: 5, height: 4, pixels: (0..<20).flatMap { [UInt8($0), UInt8($0), UInt8($0)] })
    #expect(try PNG.decode(PNG.encode(gray)) == gray)
    #expect(PNG.encode(gray)[25] == 0)
    var damaged = PNG.encode(picture)
    damaged[45] ^= 1
    #expect(throws: PNGError.self) { try PNG.decode(damaged) }
  }

  /// Gray and RGB with an alpha channel: x · α + 255 · (1 − α), α = 12/255 and 200/255.
  @Test(arguments: [(4, [90, 12, 160, 200]), (6, [90, 91, 92, 12, 160, 161, 162, 200])] as [(UInt8, [UInt8])])
  func transparentPixelsAreOnWhite(colorType: UInt8, samples: [UInt8]) throws {
    var size = compressBound(UInt(samples.count + 1))
    var packed = [UInt8](repeating: 0, count: Int(size))
    compress2(&packed, &size, [0] + samples, UInt(samples.count + 1), 1)
    let header = bigEndian(2) + bigEndian(1) + [8, colorType, 0, 0, 0]
    let picture = try PNG.decode(png(header, Array(packed.prefix(Int(size)))))
    #expect(picture[0, 0] == [247, 247, 247])
    #expect(picture[1, 0] == (colorType == 4 ? [180, 180, 180] : [180, 181, 182]))
  }

  private func bigEndian(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(value >> (24 - 8 * $0) & 255) } }

  /// A file of three chunks.
  private func png(_ header: [UInt8], _ packed: [UInt8]) -> [UInt8] {
    func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
      let body = Array(type.utf8) + data
      return bigEndian(data.count) + body + bigEndian(Int(crc32(0, body, UInt32(body.count))))
    }
    let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    return signature + chunk("IHDR", header) + chunk("IDAT", packed) + chunk("IEND", [])
  }

  @Test(arguments: [1, 3]) func everyFilterOfTheSpecificationIsUndone(channels: Int) throws {
    let (width, height) = (7, 10)
    let samples = (0..<height * width * channels).map { UInt8(truncatingIfNeeded: $0 * $0 * 37 / 5) }
    let length = width * channels
    func sample(_ y: Int, _ i: Int) -> Int { y < 0 || i < 0 ? 0 : Int(samples[y * length + i]) }
    var rows: [UInt8] = []
    for y in 0..<height {
      rows.append(UInt8(y % 5))
      for i in 0..<length {
        let (a, b, c) = (sample(y, i - channels), sample(y - 1, i), sample(y - 1, i - channels))
        let guess = [0, a, b, (a + b) / 2, [a, b, c].min { abs(a + b - c - $0) < abs(a + b - c - $1) } ?? 0][y % 5]
        rows.append(UInt8(truncatingIfNeeded: sample(y, i) - guess))
      }
    }
    let header = bigEndian(width) + bigEndian(height) + [8, channels == 3 ? 2 : 0, 0, 0, 0]
    var size = compressBound(UInt(rows.count))
    var packed = [UInt8](repeating: 0, count: Int(size))
    compress2(&packed, &size, rows, UInt(rows.count), 1)
    let file = png(header, Array(packed.prefix(Int(size))))
    let wanted = channels == 3 ? samples : samples.flatMap { [$0, $0, $0] }
    #expect(try PNG.decode(file).pixels == wanted)
  }

  @Test(arguments: Figure.Theme.allCases) func linesLieOverPointsAndPaperOverNothing(theme: Figure.Theme) {
    let paper = Palette.bytes(Palette(theme).background)
    let (ink, point) = (Palette.bytes(Palette(theme).foreground), [UInt8](arrayLiteral: 120, 90, 130))
    var picture = Picture(width: 4, height: 1, pixels: point + point + paper + paper)
    picture.lay(Picture(width: 4, height: 1, pixels: paper + ink + ink + paper), paper: paper)
    #expect(picture.pixels == point + ink + ink + paper)
  }

  @Test func figuresSurviveBeingKept() throws {
    for figure in SampleFigures.all { #expect(try Kept.again(figure) == figure) }
  }
}
