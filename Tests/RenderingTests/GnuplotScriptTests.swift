import Figures
import Rendering
import Testing

/// Scripts and data, as they are sent and as they are written to files.
@Suite struct GnuplotScriptTests {
  private func lines(_ figure: Figure, _ medium: GnuplotScript.Medium = .shapes) -> [Substring] {
    GnuplotScript(figure, medium: medium).commands.split(separator: "\n")
  }

  @Test func curvesHaveTwoPanelsWholeEpochsAndMarkedEdits() {
    let commands = lines(SampleFigures.curves)
    #expect(commands.contains("set xtics 0,1"))
    #expect(commands.filter { $0.hasPrefix("plot ") }.count == 2)
    #expect(commands.contains { $0.hasPrefix("set label 'beta=2' at first 2.0") })
    #expect(commands.contains { $0.hasPrefix("set arrow from first 2.0, graph 0 to first 2.0, graph 1") })
    // The raw line is faint and has no name of its own.
    #expect(commands.contains { $0.contains("lc rgb '#c0332288' notitle") })
  }

  @Test func theVerticalAxisBeginsAtTheDataAndNotAtNought() {
    let ranges = lines(SampleFigures.curves).filter { $0.hasPrefix("set yrange") }
    #expect(ranges.count == 2)
    #expect(ranges[1].hasPrefix("set yrange [2.1") && ranges[1].contains(":10"))
  }

  @Test func dataAreTheFiguresOwn() throws {
    let script = GnuplotScript(SampleFigures.bars)
    #expect(script.tables == [[[0, 1, 2], [2, 1, 0.5]], [[3], [0.001]]])
    let (commands, data) = script.packed
    #expect(data == [0, 2, 1, 1, 2, 0.5, 3, 0.001])
    #expect(commands.contains("skip=24 record=1 format='%float32%float32' endian=little"))
  }

  @Test func aHistogramsDensityIsOne() {
    guard let histogram = SampleFigures.histogram.kind as? Histogram else { return }
    let bins = histogram.bins()
    #expect(abs(bins.densities[0].reduce(0, +) * bins.width - 1) < 1e-9)
  }

  @Test func aMatrixHasItsNumbersInItsCells() {
    let commands = lines(SampleFigures.matrix)
    #expect(commands.contains { $0.hasPrefix("set label '9' at 1,1 center") })
    #expect(commands.last?.contains("with image") == true)
  }

  @Test func aStripNamesItsEnds() {
    let commands = lines(SampleFigures.strip, .layer)
    #expect(commands.contains { $0.hasPrefix("set label '3' at ") })
    #expect(commands.contains { $0.hasPrefix("set label '8' at ") })
  }

  @Test func scriptsStandAloneWithTheirData() {
    let text = GnuplotScript(SampleFigures.bars).standalone
    #expect(text.contains("$data0 << EOD\n0.0 2.0\n1.0 1.0\n2.0 0.5\nEOD\n"))
    #expect(text.contains("plot $data0 using 1:2 with boxes"))
    #expect(!text.contains("/proc/self"))
  }

  @Test(arguments: SampleFigures.all) func theSameFigureGivesTheSameScript(figure: Figure) {
    #expect(GnuplotScript(figure) == GnuplotScript(figure))
    #expect(GnuplotScript(figure).standalone == GnuplotScript(figure).standalone)
  }

  @Test func smoothingKeepsAConstantAndHasNoLag() {
    let flat = Curves.Line(name: "", x: [0, 1, 2], y: [4, 4, 4]).smoothed(window: 5)
    #expect(flat.y.allSatisfy { abs($0 - 4) < 1e-12 })
    let peak = Curves.Line(name: "", x: (0..<61).map(Double.init), y: (0..<61).map { $0 == 30 ? 1 : 0 })
    let smooth = peak.smoothed(window: 4).y
    #expect(smooth.max() == smooth[30])
    #expect(abs(smooth[28] - smooth[32]) < 1e-12)
  }

  @Test func smoothingDoesNotReachOverAnEdit() {
    let x = (1...40).map(Double.init)
    let line = Curves.Line(name: "loss", x: x, y: x.map { $0 <= 25 ? 10 : 50 })
    #expect(line.smoothed(window: 8, breaks: [25]).y == line.y)
    #expect(line.smoothed(window: 8, breaks: [0, 25, 25, 99]).y == line.y)
    #expect(line.smoothed(window: 8).y[24] > 10)
  }

  @Test func smoothingFollowsASteepBeginning() {
    let fall = Curves.Line(name: "", x: (0..<1000).map(Double.init), y: (0..<1000).map { 100 + 400 / Double($0 + 1) })
    let smooth = fall.smoothed(window: 50).y
    for index in 0..<1000 { #expect(abs(smooth[index] - fall.y[index]) < 0.35 * fall.y[index]) }
    #expect(smooth[0] == 500)
  }

  @Test(arguments: [(95.0, 230.0), (100, 130), (0.2, 4), (1, 99), (170, 172)])
  func aLogarithmicAxisHasSeveralRoundNumbers(range: (Double, Double)) throws {
    let tics = try #require(GnuplotScript.logTics(range.0, range.1))
    #expect((3...12).contains(tics.count))
    #expect(tics.allSatisfy { $0 >= range.0 && $0 <= range.1 })
    #expect(tics == tics.sorted())
  }

  @Test(arguments: [(0.3, 0.5), (1, 1), (1.01, 2), (47, 50), (51, 100)])
  func stepsOfAnAxisAreRound(least: Double, step: Double) {
    #expect(abs(GnuplotScript.step(atLeast: least) - step) < 1e-9 * step)
  }

  @Test func aLowPanelHasFewNumbers() {
    let low = Curves(
      lines: [.init(name: "loss", x: [0, 1], y: [0, 9])], xLabel: "epoch", yLabel: "nats/image")
    func commands(_ height: Int) -> [Substring] {
      lines(Figure(low, title: "t", size: .init(width: 500, height: height)))
    }
    #expect(commands(300).contains("set ytics 2.0"))
    // Where there is room, as many as gnuplot likes.
    #expect(!commands(900).contains { $0.hasPrefix("set ytics ") })
  }

  @Test func thirtyClassesHaveThirtyColorsAndOneColumnOfNames() {
    let classes = (0..<300).map { $0 % 30 }
    let scatter = Scatter(
      x: classes.map(Float.init), y: classes.map(Float.init), classes: classes,
      classNames: (0..<30).map { "a class with a long name \($0)" }, xLabel: "x", yLabel: "y")
    let commands = lines(Figure(scatter, title: "t"), .layer)
    #expect(commands.contains { $0.contains("maxcols 1 maxrows 30 ") && $0.contains("font ',10'") })
    #expect(Set(Palette(.light).classes).count == 30 && Set(Palette(.dark).classes).count == 30)
    var many = scatter
    many.classes = (0..<300).map { $0 }
    #expect(
      lines(Figure(many, title: "t"), .layer).last { $0.hasPrefix("plot") }?.hasSuffix("'263 more'") ?? false)
  }

  @Test func namesOfACrowdedMatrixStandUpright() {
    let names = (0..<30).map { "class \($0) of many" }
    let map = MatrixMap(
      values: [Double](repeating: 1, count: 900), rowNames: names, columnNames: names, rowLabel: "true class",
      columnLabel: "class found", valueLabel: "examples")
    let tics = lines(Figure(map, title: "t")).first { $0.hasPrefix("set xtics") } ?? ""
    #expect(tics.contains("rotate by 90 right"))
    #expect(!lines(SampleFigures.matrix).contains { $0.contains("rotate by 90 right") })
  }

  @Test func longTitlesGetSmallerLettersBeforeTheyAreCut() {
    func caption(_ title: String) -> Substring {
      lines(Figure(SampleFigures.bars.kind, title: title)).first { $0.hasPrefix("set label 1 ") } ?? ""
    }
    #expect(caption("short").contains("':Bold,16'"))
    let long = String(repeating: "word ", count: 17)
    #expect(caption(long).contains("':Bold,13'") && caption(long).contains(long))
    #expect(caption(String(repeating: "word ", count: 60)).contains("…' at"))
    #expect(caption(String(repeating: "数字", count: 40)).contains("…' at"))
  }

  @Test func decadesAreLeftToGnuplot() { #expect(GnuplotScript.logTics(1, 5000) == nil) }

  @Test func namesOfPointsKeepInsideThePicture() {
    let labels = lines(SampleFigures.rates).filter { $0.contains("β") }
    #expect(labels.count == 3)
    #expect(labels[0].contains("left offset") && labels[2].contains("right offset"))
  }
}
