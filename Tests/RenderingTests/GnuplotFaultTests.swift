import Figures
import Glibc
import Rendering
import Testing

/// Everything that can happen to gnuplot, each tried: the error names the cause and the next figure is drawn.
@Suite(.serialized) struct GnuplotFaultTests {
  private let curves = SampleFigures.curves

  private func failure(_ renderer: FigureRenderer, _ figure: Figure? = nil) -> PlotError? {
    do throws(PlotError) {
      _ = try renderer.bytes(figure ?? curves, .png)
      return nil
    } catch { return error }
  }

  @Test func missing() throws {
    let error = failure(FigureRenderer(program: "no-such-gnuplot"))
    #expect(error == .missing)
    #expect(error?.advice == "gnuplot is not installed. Try: apt-get install gnuplot-nox")
  }

  @Test func imagesNeedNoGnuplot() throws {
    let bytes = try FigureRenderer(program: "no-such-gnuplot").bytes(SampleFigures.strip, .png)
    #expect(try PNG.decode(bytes).width > 0)
  }

  /// Fails the first time it is started and is gnuplot from the second time on.
  private func onceBroken(_ how: String) -> (FigureRenderer, FakeGnuplot) {
    let marker = "/tmp/elbo-plot-once-\(UInt32.random(in: 0 ... .max))"
    let fake = FakeGnuplot("if [ -e \(marker) ]; then rm \(marker); exec gnuplot -d; fi; touch \(marker); \(how)")
    return (FigureRenderer(program: fake.path, seconds: 1), fake)
  }

  @Test func dyingBeforeItDraws() throws {
    let (renderer, fake) = onceBroken("echo 'cannot open display' >&2; exit 3")
    #expect(failure(renderer) == .died("cannot open display"))
    #expect(failure(renderer) == nil, "the next figure starts \(fake.path) anew")
  }

  @Test func dyingWhileItDraws() throws {
    let (renderer, fake) = onceBroken("read line; echo 'out of cheese' >&2; kill -9 $$")
    #expect(failure(renderer) == .died("out of cheese"))
    #expect(failure(renderer) == nil, "\(fake.path)")
  }

  @Test func hanging() throws {
    let (renderer, fake) = onceBroken("cat >/dev/null & sleep 60")
    #expect(failure(renderer) == .timedOut(seconds: 1))
    #expect(failure(renderer) == nil, "\(fake.path)")
  }

  @Test func hangingWithoutReading() throws {
    let (renderer, fake) = onceBroken("sleep 60")
    // More commands than a pipe holds.
    var figure = curves
    if var content = figure.kind as? Curves {
      content.lines = (0..<2000).map { .init(name: "line \($0)", x: [0, 1], y: [0, 1]) }
      figure.kind = content
    }
    #expect(failure(renderer, figure) == .timedOut(seconds: 1))
    #expect(failure(renderer) == nil, "\(fake.path)")
  }

  @Test func waitingIsStoppedOnRequest() throws {
    let fake = FakeGnuplot("sleep 60")
    let renderer = FigureRenderer(program: fake.path, seconds: 30)
    #expect(throws: PlotError.canceled) { try renderer.bytes(curves, .png) { true } }
  }

  @Test func itsErrorsComeBackWordForWord() throws {
    let fake = FakeGnuplot("exec gnuplot -d -e \"set terminal = 3\"")
    guard case .died(let words)? = failure(FigureRenderer(program: fake.path)) else {
      Issue.record("no error")
      return
    }
    #expect(words.contains("constant expression required") || words.contains("terminal"))
  }

  @Test func anErrorInOneFigureLeavesTheNextAlone() throws {
    // A figure whose points are all outside of what a logarithm takes.
    var figure = curves
    if var content = figure.kind as? Curves {
      content.logY = true
      content.lines = [.init(name: "below nought", x: [1, 2], y: [-1, -2])]
      figure.kind = content
    }
    let renderer = FigureRendererTests.renderer
    let error = failure(renderer, figure)
    if let error { #expect(error.description.hasPrefix("gnuplot says: ")) }
    let identifier = renderer.processIdentifier
    #expect(failure(renderer) == nil)
    // It is still the same gnuplot.
    #expect(renderer.processIdentifier == identifier)
  }

  @Test func killedBetweenFigures() throws {
    let renderer = FigureRenderer()
    #expect(failure(renderer) == nil)
    let identifier = try #require(renderer.processIdentifier)
    kill(identifier, SIGKILL)
    _ = failure(renderer)
    #expect(failure(renderer) == nil)
    #expect(renderer.processIdentifier != identifier)
  }

  @Test func aWindowThatIsClosedHarmsNothing() throws {
    // Answers as a gnuplot with windows does; its window program is gone at the second figure.
    let fake = FakeGnuplot(
      """
      while read -r line; do case "$line" in
        *GPVAL_TERMINALS*) echo 'dumb png qt svg' >&2 ;;
        "set terminal qt"*) count=$((count + 1)); [ "$count" = 2 ] && echo 'qt_processTermEvent received SIGPIPE' >&2 ;;
        print*ELBO-ACK*) mark=${line#print \\'}; mark=${mark%% \\'*}; echo "$mark 0 " >&2 ;;
      esac; done
      """)
    let renderer = FigureRenderer(program: fake.path, seconds: 5)
    #expect(try renderer.windowTerminals() == ["qt"])
    for _ in 0..<3 { try renderer.window(curves, "qt") }
    #expect(throws: PlotError.noWindow(terminal: "x11", known: ["qt"])) { try renderer.window(curves, "x11") }
  }

  @Test func aGnuplotWithoutWindowsSaysSo() throws {
    let fake = FakeGnuplot("exec env -u DISPLAY gnuplot -d")
    let renderer = FigureRenderer(program: fake.path)
    guard try renderer.windowTerminals().isEmpty else { return }
    #expect(throws: PlotError.noWindow(terminal: "qt", known: [])) { try renderer.window(curves, "qt") }
  }
}
