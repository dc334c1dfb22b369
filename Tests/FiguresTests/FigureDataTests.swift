import Figures
import Testing

@Suite struct FigureDataTests {
  @Test func curvesTellTheirAxesAndWhereEveryLineLies() {
    let line = Curves.Line(name: "loss", x: [1, 2, 3], y: [280.04, 210.5, 181])
    let figure = Figure(Curves(lines: [line], xLabel: "epoch", yLabel: "nats"), title: "Training")
    #expect(
      FigureData(figure).text == """
        figure: Training (loss)
          axes  epoch; nats
          loss  3 points, x 1 to 3, y 181 to 280.0, mean 223.8
        """)
  }

  @Test func imagesTellTheirPixelsAndEachOnesMean() {
    let grid = ImageGrid(pixels: [0, 1, 0.5, 0.25], count: 2, channels: 1, height: 1, width: 2, columns: 2)
    #expect(
      FigureData(Figure(grid, title: "Two")).text == """
        figure: Two (1 × 2 images of 1×2)
          pixels        0 to 1, mean 0.4375
          mean of each  0.5000, 0.3750
        """)
  }

  @Test func changedDataChangeTheText() {
    func text(_ last: Double) -> String {
      let line = Curves.Line(name: "kl", x: [1, 2], y: [1, last])
      return FigureData(Figure(Curves(lines: [line], xLabel: "epoch", yLabel: "nats"), title: "t")).text
    }
    #expect(text(2) != text(2.01))
    #expect(text(.nan).contains("1 not finite"))
  }
}
