import Glibc
import Rendering

/// The graphics that a terminal supports, as it reports them.
package struct TerminalGraphics: Sendable, Equatable {
  package var encoding: TerminalImages.Encoding?
  /// Width of the screen in pixels, when it is known.
  package var pixelWidth: Int?

  package init(encoding: TerminalImages.Encoding? = nil, pixelWidth: Int? = nil) {
    (self.encoding, self.pixelWidth) = (encoding, pixelWidth)
  }

  /// - Parameters:
  ///   - environment: Names of terminals; inside tmux and screen they are those of another terminal and are ignored.
  ///   - asks: Sends the terminal a question (primary device attributes) and waits for at most a third of a second.
  package init(environment: [String: String], asks: Bool) {
    var size = winsize()
    if ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_xpixel > 0 { pixelWidth = Int(size.ws_xpixel) }
    if let named = Self.encoding(named: environment) {
      encoding = named
    } else if asks, (environment["TERM"] ?? "dumb") != "dumb" {
      encoding = Self.reportsSixel(Self.answer()) ? .sixel : nil
    }
  }

  /// By the names that terminals put into the environment.
  package static func encoding(named environment: [String: String]) -> TerminalImages.Encoding? {
    if environment["TMUX"] != nil || environment["STY"] != nil { return nil }
    let program = environment["TERM_PROGRAM"] ?? ""
    if environment["KITTY_WINDOW_ID"] != nil || environment["TERM"] == "xterm-kitty" || program == "ghostty" {
      return .kitty
    }
    if program == "iTerm.app" || program == "WezTerm" || environment["LC_TERMINAL"] == "iTerm2" { return .iterm }
    return nil
  }

  /// Whether an answer such as `ESC [ ? 62 ; 4 ; 22 c` names sixel graphics (4).
  package static func reportsSixel(_ answer: [UInt8]) -> Bool {
    let text = String(decoding: answer, as: UTF8.self)
    guard let start = text.firstRange(of: "\u{1B}[?"), let end = text[start.upperBound...].firstIndex(of: "c") else {
      return false
    }
    return text[start.upperBound..<end].split(separator: ";").contains("4")
  }

  /// The terminal's answer to `ESC [ c`; empty when something was typed ahead, which must not be read as the answer.
  private static func answer() -> [UInt8] {
    var before = termios()
    guard tcgetattr(STDIN_FILENO, &before) == 0 else { return [] }
    var waiting = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
    var raw = before
    raw.c_lflag &= ~tcflag_t(ICANON | ECHO)
    tcsetattr(STDIN_FILENO, TCSANOW, &raw)
    defer { tcsetattr(STDIN_FILENO, TCSANOW, &before) }
    guard poll(&waiting, 1, 0) == 0 else { return [] }
    writeAll("\u{1B}[c", to: STDOUT_FILENO)
    var answer: [UInt8] = []
    let limit = monotonicSeconds() + 0.33
    while !answer.contains(UInt8(ascii: "c")), answer.count < 256 {
      let left = limit - monotonicSeconds()
      guard left > 0, poll(&waiting, 1, Int32(left * 1000) + 1) > 0 else { break }
      var bytes = [UInt8](repeating: 0, count: 64)
      let count = read(STDIN_FILENO, &bytes, bytes.count)
      guard count > 0 else { break }
      answer += bytes[0..<count]
    }
    return answer
  }
}
