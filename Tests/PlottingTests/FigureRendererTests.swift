import Glibc
import Plotting
import Testing

@Suite(.serialized) struct FigureRendererTests {
  static let curves = Figure(
    .curves(
      Curves(
        lines: [
          .init(name: "loss", x: [1, 2, 3, 4], y: [9, 5, 3, 2.5]),
          .init(name: "KL", x: [1, 2, 3, 4], y: [1, 2, 2, 2], dashed: true),
        ],
        marks: [.init(x: 2, text: "beta=2")], xLabel: "epoch", yLabel: "nats/image")), title: "m on digits")

  static let isPNG: [UInt8] = [0x89, 0x50, 0x4E, 0x47]

  @Test func chartsBecomePNGAndSVG() throws {
    let renderer = FigureRenderer()
    #expect(Array(try renderer.bytes(Self.curves, .png).prefix(4)) == Self.isPNG)
    #expect(String(decoding: try renderer.bytes(Self.curves, .svg), as: UTF8.self).contains("<svg"))
  }

  @Test func imageGridsBecomePNGWithoutGnuplot() throws {
    let grid = ImageGrid(pixels: [0, 1, 0.5, 0.25], count: 1, channels: 1, height: 2, width: 2, columns: 1)
    let renderer = FigureRenderer(program: "no-such-gnuplot")
    #expect(Array(try renderer.bytes(Figure(.images(grid), title: ""), .png).prefix(4)) == Self.isPNG)
  }

  @Test func aMissingGnuplotSaysHowToGetIt() throws {
    #expect(throws: PlotError.missing) { try FigureRenderer(program: "no-such-gnuplot").bytes(Self.curves, .png) }
  }

  @Test func textFromPeopleIsNeverRun() throws {
    let marker = "/tmp/elbo-plot-test-\(UInt32.random(in: 0 ... .max))"
    var figure = Self.curves
    figure.title = "it's `touch \(marker)` @x \"$(touch \(marker))\" {/Bold %s}\nsystem('touch \(marker)')"
    _ = try FigureRenderer().bytes(figure, .png)
    #expect(!fileExists(marker))
  }

  @Test func textPlotsFitTheirColumns() throws {
    let text = try FigureRenderer().text(Self.curves, columns: 60, rows: 16, color: .none)
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 60 })
    #expect(text.contains("epoch"))
  }
}

private func fileExists(_ path: String) -> Bool { access(path, F_OK) == 0 }
