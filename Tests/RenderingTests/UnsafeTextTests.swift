import Figures
import Rendering
import Testing
import Text

/// Text from people never becomes gnuplot code or a shell command.
@Suite(.serialized) struct UnsafeTextTests {
  static let nasty = [
    "it's", "`touch MARK`", "$(touch MARK)", "@MARK", "a\nsystem('touch MARK')\n", "{/Bold %s %d %%}",
    "\"`touch MARK`\"",
    "'; system('touch MARK'); '", "' . system('touch MARK') . '", "\\'; !touch MARK #", "β → ∞ 数字 👩‍🔬", "\u{1}0\u{1}",
    "\u{2028}!touch MARK", "\u{7F}\u{85}\r!touch MARK", "''", "'", "\\",
    "'\u{301}`touch MARK`", "'\u{301}; system('\u{301}touch MARK'\u{301}); '\u{301}", "%\u{301}d%\u{20DD}s",
  ]

  /// The text in every place that takes one, in every kind.
  static func figures(_ text: String) -> [Figure] {
    var curves = Curves.Line(name: text, x: [1, 2], y: [1, 2])
    curves.notes = [text, text]
    var grid = ImageGrid(pixels: [0, 1, 1, 0], count: 2, channels: 1, height: 1, width: 2, columns: 2)
    (grid.rowLabels, grid.columnLabels) = ([text], [text, text])
    let kinds: [any FigureKind] = [
      Curves(lines: [curves], marks: [.init(x: 1, text: text)], xLabel: text, yLabel: text, lowerLabel: text),
      Scatter(x: [0, 1], y: [0, 1], classes: [0, 1], classNames: [text, text], xLabel: text, yLabel: text),
      Scatter(x: [0, 1], y: [0, 1], values: [0, 1], valueLabel: text, xLabel: text, yLabel: text),
      Bars(
        values: [1, 2], names: [text, text], kinds: .init(inactive: [1], activeName: text, inactiveName: text),
        xLabel: text,
        yLabel: text),
      Histogram(series: [.init(name: text, values: [1, 2, 3])], xLabel: text, showsNormal: true),
      MatrixMap(
        values: [1], rowNames: [text], columnNames: [text], rowLabel: text, columnLabel: text, valueLabel: text),
      grid,
    ]
    return kinds.map { Figure($0, title: text, subtitle: text) }
  }

  @Test(arguments: nasty) func nothingIsRunAndTheFigureIsDrawn(text: String) throws {
    let marker = "/tmp/elbo-plot-marker-\(UInt32.random(in: 0 ... .max))"
    let renderer = FigureRendererTests.renderer
    for figure in Self.figures(text.replacing("MARK", with: marker)) {
      let picture = try PNG.decode(try renderer.bytes(figure, .png))
      #expect(picture.width > 0)
      let text = figure.kind.text(figure, on: TextScreen(columns: 80, rows: 20))
      #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" || $0.value == 0x7F })
      if figure.kind is ImageGrid { _ = try renderer.bytes(figure, .pdf) }
      #expect(!fileExists(marker))
    }
  }

  @Test(arguments: nasty) func quotedTextIsOneStringOnOneLine(text: String) {
    let quoted = GnuplotScript.quoted(text)
    #expect(!quoted.contains { $0.isNewline })
    #expect(quoted.first == "'" && quoted.last == "'" && quoted.count >= 2)
    #expect(quoted.unicodeScalars.filter { $0 == "'" }.count == 2)
    #expect(!quoted.unicodeScalars.contains { $0.value < 32 })
  }

  @Test func textGoesIntoSVGAsText() throws {
    guard let figure = Self.figures("<script>&\"").last else { return }
    let svg = String(decoding: try FigureRendererTests.renderer.bytes(figure, .svg), as: UTF8.self)
    #expect(svg.contains("&lt;script&gt;&amp;"))
    #expect(!svg.contains("<script"))
  }

  @Test func csvFieldsAreQuoted() {
    let figure = Figure(
      Bars(values: [1], names: ["a,\"b\""], xLabel: "", yLabel: ""), title: "")
    #expect(figure.csv == "name,value\n\"a,\"\"b\"\"\",1.0\n")
    #expect(CSVText.field("a\r\nb") == "\"a\r\nb\"" && CSVText.field("x\"\u{301}") == "\"x\"\"\u{301}\"")
  }
}
