import Figures
import Synchronization

/// Draws figures. Owns one gnuplot, started with the first figure that needs it and again after a failure.
package final class FigureRenderer: Sendable {
  private let gnuplot: Mutex<GnuplotProcess>

  /// File formats by extension: images, the script with its data, the data alone.
  package enum Format: String, Sendable, CaseIterable { case png, svg, pdf, gif, gp, csv }

  /// Hundredths of a second between frames of an animation.
  package static let frameDelay = 12

  /// - Parameters:
  ///   - program: The gnuplot to start, looked up on PATH.
  ///   - seconds: How long one figure may take.
  package init(program: String = "gnuplot", seconds: Int = 20) {
    gnuplot = Mutex(GnuplotProcess(program: program, seconds: seconds))
  }

  /// The figure as a file's bytes.
  package func bytes(
    _ figure: Figure, _ format: Format, isCancelled: @Sendable () -> Bool = { false }
  ) throws(PlotError) -> [UInt8] {
    switch format {
    case .csv: return Array(figure.csv.utf8)
    case .gp: return Array(GnuplotScript(figure).standalone.utf8)
    case .gif:
      if let animation = figure.kind.animation(figure) {
        let frame = try picture(animation.still, isCancelled: isCancelled)
        let moments = animation.moments.map { draw in
          var moment = frame
          draw(&moment)
          return moment
        }
        return GIF.encode(moments, delay: Self.frameDelay)
      }
      return GIF.encode([try picture(figure, isCancelled: isCancelled)])
    case .png:
      if figure.kind.isLayered || GnuplotScript.shrink(of: figure) > 1 {
        return PNG.encode(try picture(figure, isCancelled: isCancelled))
      }
      return try run(GnuplotScript(figure), Self.terminal(figure, .png), isCancelled)
    case .svg:
      if let svg = figure.kind.svg(figure) { return svg }
      return SVGNames.named(try run(GnuplotScript(figure), Self.terminal(figure, .svg), isCancelled), figure)
    case .pdf: return try run(GnuplotScript(figure), Self.terminal(figure, .pdf), isCancelled)
    }
  }

  /// The figure as pixels.
  package func picture(_ figure: Figure, isCancelled: @Sendable () -> Bool = { false }) throws(PlotError) -> Picture {
    let picture = try laidOut(figure, isCancelled: isCancelled)
    guard let size = figure.size, GnuplotScript.shrink(of: figure) > 1 else { return picture }
    return picture.shrunk(width: size.width, height: size.height)
  }

  /// The figure as pixels, in the size of its layout.
  private func laidOut(_ figure: Figure, isCancelled: @Sendable () -> Bool) throws(PlotError) -> Picture {
    guard figure.kind.isLayered else {
      let bytes = try run(GnuplotScript(figure), Self.terminal(figure, .png), isCancelled)
      return try Self.read(bytes)
    }
    let script = GnuplotScript(figure, medium: .layer)
    let size = script.size
    let paper = Palette.bytes(script.palette.background)
    var picture = Picture(width: size.width, height: size.height, filledWith: paper)
    figure.kind.place(in: &picture, script, theme: figure.theme)
    do throws(PlotError) {
      picture.lay(try Self.read(try run(script, Self.terminal(figure, .png), isCancelled)), paper: paper)
    } catch {
      // Images are worth showing without their captions.
      if error == .missing, figure.kind.isPicture { return picture }
      throw error
    }
    return picture
  }

  private static func read(_ bytes: [UInt8]) throws(PlotError) -> Picture {
    do throws(PNGError) { return try PNG.decode(bytes) } catch {
      throw .failed("its image is damaged: \(error.reason)")
    }
  }

  private static func terminal(_ figure: Figure, _ format: Format) -> String {
    let size = GnuplotScript.size(of: figure)
    let background = Palette(figure.theme).background
    return switch format {
    case .svg: "svg size \(size.width),\(size.height) font 'Sans,16' background rgb '\(background)' dynamic"
    // Points as large against the page as pixels' letters against the picture: what fits there fits here.
    case .pdf:
      "pdfcairo size \(Double(size.width) / 96),\(Double(size.height) / 96) font 'Sans,14' fontscale 0.72 background rgb '\(background)'"
    default: "pngcairo size \(size.width),\(size.height) font 'Sans,14' background rgb '\(background)'"
    }
  }

  // MARK: Screens

  /// The figure for a terminal that shows pictures, at most so many pixels wide.
  package func inline(
    _ figure: Figure, _ how: TerminalImages.Encoding, width: Int, isCancelled: @Sendable () -> Bool = { false }
  ) throws(PlotError) -> String {
    let picture = try picture(figure, isCancelled: isCancelled).fitting(width: width)
    return switch how {
    case .sixel: TerminalImages.sixel(picture) + "\n"
    case .kitty: TerminalImages.kitty(PNG.encode(picture))
    case .iterm: TerminalImages.iterm(PNG.encode(picture))
    }
  }

  /// Shows the figure in a window of gnuplot's; `terminal` is qt, x11 or wxt. The window may be closed at any time.
  package func window(_ figure: Figure, _ terminal: String, isCancelled: @Sendable () -> Bool = { false })
    throws(PlotError)
  {
    let size = GnuplotScript.size(of: figure)
    let known = try windowTerminals()
    guard known.contains(terminal) else { throw .noWindow(terminal: terminal, known: known) }
    // Not `raise`: a live figure must not take the keyboard with every frame.
    let name = "\(terminal) 0 size \(size.width),\(size.height) font 'Sans,12' noraise persist"
    _ = try run(GnuplotScript(figure), name, isCancelled, closes: false)
  }

  /// The terminals of this gnuplot that open windows, best first.
  package func windowTerminals() throws(PlotError) -> [String] {
    let messages = try exchange("print GPVAL_TERMINALS\n", [], { false }).messages
    let known = Set(messages.split(separator: " ").map(String.init))
    return ["qt", "wxt", "x11"].filter(known.contains)
  }

  private func run(
    _ script: GnuplotScript, _ terminal: String, _ isCancelled: @Sendable () -> Bool, closes: Bool = true
  ) throws(PlotError) -> [UInt8] {
    let (commands, data) = script.packed
    // Browsers and terminals have fonts of their own.
    let drawsLetters = !terminal.hasPrefix("svg")
    let text = drawsLetters ? FontCoverage.replacingMissing(commands) : commands
    return try exchange("set terminal \(terminal)\n\(text)", data, isCancelled).output
  }

  private func exchange(
    _ commands: String, _ data: [Float], _ isCancelled: @Sendable () -> Bool
  ) throws(PlotError) -> (output: [UInt8], messages: String) {
    try gnuplot.withLock { gnuplot throws(PlotError) in
      try gnuplot.run(commands, data, isCancelled: isCancelled)
    }
  }

  /// The process now running.
  package var processIdentifier: Int32? { gnuplot.withLock { $0.identifier } }
}
