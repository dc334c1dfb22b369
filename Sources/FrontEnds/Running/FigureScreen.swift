import Figures
import Glibc
import Rendering
import SessionCore
import Synchronization
import Terminal

/// Shows figures on the terminal: in a window if gnuplot and a display are available, as an image if the terminal
/// supports it, else as text.
package final class FigureScreen: Sendable {
  private let process: ProcessContext
  private let interruption: Interruption
  private let detected = Mutex<TerminalGraphics?>(nil)
  private let windows = Mutex<[String]?>(nil)

  package init(process: ProcessContext, interruption: Interruption) {
    (self.process, self.interruption) = (process, interruption)
  }

  private enum DisplayMethod: Equatable { case window(String), inline(TerminalImages.Encoding), characters }

  /// The bytes to write to the terminal for a figure; nil when only its one-line description is shown.
  ///
  /// - Parameters:
  ///   - display: `set plot terminal=… characters=… points=…`.
  ///   - rows: Lines that characters may take; nil for most of the screen.
  package func text(_ figure: Figure, _ display: FigureDisplay, rows: Int? = nil) -> String? {
    let wish = display.terminal
    if wish == "none" { return nil }
    // In a file or a pipe only the description of a figure is written, unless graphics were requested.
    guard process.outputIsTerminal || (wish != nil && wish != "auto") else { return nil }
    let interruption = interruption
    let isCancelled: @Sendable () -> Bool = { interruption.isRequested }
    let renderer = FigureRendering.shared
    do throws(PlotError) {
      switch way(wish) {
      case .window(let name):
        try renderer.window(figure, name, isCancelled: isCancelled)
        return figure.summary + "\n"
      case .inline(let encoding):
        let width = graphics.pixelWidth ?? process.screen.columns * 9
        return try renderer.inline(figure, encoding, width: width, isCancelled: isCancelled)
      case .characters:
        let screen = process.screen
        let lines = rows ?? max(12, min(screen.rows - 3, screen.columns * 2 / 5))
        let page = TextScreen(
          columns: min(screen.columns, 240) - 1, rows: lines, color: color,
          characters: display.characters ?? TextCharacters(environment: process.environment), points: display.points)
        return figure.kind.text(figure, on: page) + "\n"
      }
    } catch {
      let line = "the figure could not be drawn: \(error.advice)"
      return FigureData(figure).text + "\n" + Style.warning.apply(line, process.outputColor) + "\n"
    }
  }

  /// A live figure: in a window, else as text, which can be overwritten.
  package func live(_ figure: Figure, _ display: FigureDisplay) -> String? {
    if display.terminal == "none" { return nil }
    if case .window(let name) = way(display.terminal) {
      let interruption = interruption
      do throws(PlotError) {
        try FigureRendering.shared.window(figure, name) { interruption.isRequested }
        return nil
      } catch { return "the figure could not be drawn: \(error.advice)\n" }
    }
    var inCharacters = display
    inCharacters.terminal = "dumb"
    return text(figure, inCharacters, rows: max(10, min(process.screen.rows - 2, 18)))
  }

  private var color: TextColor {
    guard process.outputColor.isOn else { return .none }
    if ["truecolor", "24bit"].contains(process.environment["COLORTERM"] ?? "") { return .full }
    // The terminals that are known to have no more than 16 colors.
    let term = process.environment["TERM"] ?? ""
    let isOld = ["linux", "ansi", "cygwin", "cons25", "sun"].contains(term) || term.hasPrefix("vt")
    return isOld || term.hasSuffix("-16color") ? .basic : .palette
  }

  private func way(_ wish: String?) -> DisplayMethod {
    switch wish {
    case "dumb": return .characters
    case "qt", "wxt", "x11": return .window(wish ?? "qt")
    case let name? where TerminalImages.Encoding(rawValue: name) != nil:
      return TerminalImages.Encoding(rawValue: name).map { .inline($0) } ?? .characters
    default: break
    }
    if hasDisplay, let window = knownWindows.first { return .window(window) }
    // NO_COLOR applies to text, not to images.
    if let encoding = graphics.encoding { return .inline(encoding) }
    return .characters
  }

  private var hasDisplay: Bool {
    guard process.isInteractive else { return false }
    return ["DISPLAY", "WAYLAND_DISPLAY"].contains { process.environment[$0].map { !$0.isEmpty } ?? false }
  }

  private var knownWindows: [String] {
    windows.withLock { known in
      if let known { return known }
      let found = (try? FigureRendering.shared.windowTerminals()) ?? []
      known = found
      return found
    }
  }

  private var graphics: TerminalGraphics {
    detected.withLock { known in
      if let known { return known }
      let found = TerminalGraphics(environment: process.environment, asks: process.isInteractive)
      known = found
      return found
    }
  }
}
