import Figures
import Rendering
import Testing

/// What thinning keeps, in what order colors come, where the first pixel lies.
@Suite struct CurvesTests {
  private func line(_ count: Int) -> Curves.Line {
    var line = Curves.Line(
      name: "a", x: (0..<count).map(Double.init), y: (0..<count).map { Double($0 * $0) },
      errors: (0..<count).map { Double($0) / 2 })
    line.notes = (0..<count).map { "n\($0)" }
    return line
  }

  @Test(arguments: [(11, 4), (10, 4), (100, 7), (1000, 999), (3, 2), (1500, 500)])
  func aThinnedLineKeepsBothItsEnds(count: Int, limit: Int) {
    let whole = line(count)
    let thinned = whole.thinned(to: limit)
    #expect(thinned.x.first == 0 && thinned.x.last == Double(count - 1))
    #expect(thinned.x.count <= limit + 1 && thinned.x.count * 2 >= limit)
    #expect(thinned.x == thinned.x.sorted() && Set(thinned.x).count == thinned.x.count)
    // Values, errors and notes are those of the points that stay.
    #expect(thinned.y == thinned.x.map { $0 * $0 } && thinned.errors == thinned.x.map { $0 / 2 })
    #expect(thinned.notes == thinned.x.map { "n\(Int($0))" })
  }

  @Test func aShortLineIsLeftAsItIs() {
    #expect(line(4).thinned(to: 4) == line(4) && line(4).thinned(to: 9) == line(4))
    #expect(line(11).thinned(to: 4).x == [0, 3, 6, 9, 10])
  }

  /// A window of one point each side, which the first three are too near to the start for. Once: 0 0 0 3 3 0 0; twice:
  @Test func aSmoothedPointIsTheMeanOfItsNeighbors() {
    let peak = Curves.Line(name: "", x: (0..<7).map(Double.init), y: [0, 0, 0, 9, 0, 0, 0])
    func close(_ a: [Double], _ b: [Double]) -> Bool { zip(a, b).allSatisfy { abs($0 - $1) < 1e-12 } }
    #expect(close(peak.smoothed(window: 1).y, [0, 0, 0, 2, 2, 1, 0]))
    #expect(close(peak.smoothed(window: 0).y, peak.y))
  }

  // MARK: Colors

  private func brightness(_ color: String) -> Int { Palette.bytes(color).reduce(0) { $0 + Int($1) } }

  @Test(arguments: [Figure.Theme.light, .dark]) func classesBeyondTenAreLighterThenDarker(_ theme: Figure.Theme) {
    let colors = Palette(theme).classes
    #expect(colors.count == 30)
    for index in 0..<10 {
      #expect(brightness(colors[index + 10]) > brightness(colors[index]), "\(index)")
      #expect(brightness(colors[index + 20]) < brightness(colors[index]), "\(index)")
    }
  }

  /// #332288 with 45 % of white: (51 · 55 + 255 · 45) / 100 = 142; with 45 % of black: 28.
  @Test func shadesAreMixturesWithWhiteAndBlack() {
    let colors = Palette(.light).classes
    #expect(colors[0] == "#332288")
    #expect(Palette.bytes(colors[10]) == [142, 133, 189])
    #expect(Palette.bytes(colors[20]) == [28, 18, 74])
    #expect(Palette.bytes("#0aF09B") == [10, 240, 155])
  }

  @Test func anyClassHasItsPlace() {
    let palette = Palette(.light)
    #expect([0, 9, 29, 30, 61, -1, -30].map { palette.place(ofClass: $0) } == [0, 9, 29, 0, 1, 29, 0])
  }

  // MARK: Bins

  /// The largest value lies in the last bin, not beyond it.
  @Test func binsReachFromTheLeastToTheLargest() {
    let histogram = Histogram(
      series: [.init(name: "a", values: [4, 0, 1, .nan, 2, 3]), .init(name: "b", values: [1.5])], xLabel: "x")
    let bins = histogram.bins(count: 4)
    #expect(bins.low == 0 && bins.width == 1)
    #expect(
      bins.densities[0].count == 4 && zip(bins.densities[0], [0.2, 0.2, 0.2, 0.4]).allSatisfy { abs($0 - $1) < 1e-12 })
    #expect(bins.densities[1] == [0, 1, 0, 0])
  }

  // MARK: Pixels

  /// Two pictures of 2 × 1 pixels in three channels, the first red and green, the second blue and black.
  @Test func picturesStandInRowsWithTheirChannelsInOrder() throws {
    let grid = ImageGrid(
      pixels: [1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0], count: 2, channels: 3, height: 1, width: 2, columns: 1, framed: [1])
    let picture = try PNG.decode(grid.png())
    let layout = GridLayout(grid, size: nil)
    func pixel(_ row: Int, _ x: Int) -> [UInt8] {
      picture[layout.left(ofColumn: 0) + x * layout.scale, layout.top(ofRow: row)]
    }
    #expect(pixel(0, 0) == [255, 0, 0] && pixel(0, 1) == [0, 255, 0])
    #expect(pixel(1, 0) == [0, 0, 255] && pixel(1, 1) == [0, 0, 0])
    // The second one is framed, the first is not.
    let (left, second) = (layout.left(ofColumn: 0) - 1, layout.top(ofRow: 1))
    #expect(picture[left, second] == Palette.bytes(Palette(.light).lines[1]))
    #expect(picture[left, layout.top(ofRow: 0)] == [255, 255, 255])
  }

  @Test func comparisonsPutOutputsBeneathInputsInBlocks() {
    // Three examples of one pixel in blocks of two: the last block is filled up with blanks.
    let grid = ImageGrid.comparison(
      inputs: [0.1, 0.2, 0.3], outputs: [0.6, 0.7, 0.8], count: 3, channels: 1, height: 1, width: 1, columns: 2,
      errors: false)
    #expect(grid.columns == 2 && grid.rowLabels == ["input", "output", "input", "output"])
    #expect(grid.pixels.map { $0.isNaN ? -1 : $0 } == [0.1, 0.2, 0.6, 0.7, 0.3, -1, 0.8, -1])
  }

  /// The error of a colored pixel is the mean over its channels: as that of a gray one that is off by as much.
  @Test func anErrorIsTheMeanOverChannels() {
    func error(_ outputs: [Float]) -> [Float] {
      let grid = ImageGrid.comparison(
        inputs: [Float](repeating: 0.5, count: outputs.count), outputs: outputs, count: 1, channels: outputs.count,
        height: 1, width: 1, columns: 1, errors: true)
      return Array(grid.pixels.suffix(3))
    }
    #expect(error([0.75, 0.375, 0.875]) == error([0.75]))
    #expect(error([0.75]) != error([0.625]))
  }

  /// Only the rectangle that changed is written again: here the pixel in column 4 of row 2.
  @Test func aFrameOfAGIFLiesWhereItChanged() {
    var second = Picture(width: 6, height: 4, filledWith: [255, 255, 255])
    for channel in 0..<3 { second.pixels[(2 * 6 + 4) * 3 + channel] = 0 }
    let bytes = GIF.encode([Picture(width: 6, height: 4, filledWith: [255, 255, 255]), second])
    // Each graphic control extension of eight bytes is followed by its image's left, top, width and height.
    let places = bytes.indices.dropLast(17).filter { Array(bytes[$0..<$0 + 3]) == [0x21, 0xF9, 4] }.map {
      Array(bytes[$0 + 8..<$0 + 17])
    }
    #expect(places == [[0x2C, 0, 0, 0, 0, 6, 0, 4, 0], [0x2C, 4, 0, 2, 0, 1, 0, 1, 0]])
  }

  @Test func imagesThatAreTooWideShrinkByAWholeFactor() {
    let picture = Picture(
      width: 4, height: 2,
      pixels: [0, 40, 80, 120, 100, 140, 180, 220].flatMap { [UInt8($0), UInt8($0), UInt8(0)] })
    let small = picture.fitting(width: 2)
    #expect(small.width == 2 && small.height == 1)
    #expect(small[0, 0] == [70, 70, 0] && small[1, 0] == [150, 150, 0])
    #expect(picture.fitting(width: 4) == picture)
  }
}
