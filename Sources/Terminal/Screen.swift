import Glibc
import POSIX

/// The size of a terminal's screen.
package struct ScreenSize: Equatable, Sendable {
  package var columns: Int
  package var rows: Int

  package init(columns: Int, rows: Int) {
    self.columns = columns
    self.rows = rows
  }

  /// The size of the terminal on `descriptor`; nil when it is not a terminal or does not report its size.
  package static func of(_ descriptor: Int32) -> ScreenSize? {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return ScreenSize(columns: Int(size.ws_col), rows: size.ws_row > 0 ? Int(size.ws_row) : 24)
  }
}

/// True when `descriptor` is a terminal.
package func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

/// Seconds on a clock that never jumps.
package func monotonicSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

/// Writes all of `text` to `descriptor`; false when its reader has closed it or writing fails.
@discardableResult
package func writeAll(_ text: String, to descriptor: Int32) -> Bool {
  var text = text
  let failure = text.withUTF8 { Descriptor.write(UnsafeRawBufferPointer($0), to: descriptor) }
  errno = failure
  return failure == 0
}

/// Whether something was typed that nobody has read yet, a line that is not finished included.
package func hasTypedAhead() -> Bool {
  var before = termios()
  guard tcgetattr(STDIN_FILENO, &before) == 0 else { return false }
  // Only whole lines can be seen otherwise; what waits stays where it is.
  var raw = before
  raw.c_lflag &= ~tcflag_t(ICANON)
  tcsetattr(STDIN_FILENO, TCSANOW, &raw)
  defer { tcsetattr(STDIN_FILENO, TCSANOW, &before) }
  var waiting = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
  return poll(&waiting, 1, 0) > 0
}

/// Runs `work` while the terminal on standard input shows no `^C` for Ctrl-C: it would appear in the middle of a
/// progress bar.
package func withoutControlEcho<Result>(_ work: () throws -> Result) rethrows -> Result {
  var before = termios()
  guard tcgetattr(STDIN_FILENO, &before) == 0 else { return try work() }
  var quiet = before
  quiet.c_lflag &= ~tcflag_t(ECHOCTL)
  tcsetattr(STDIN_FILENO, TCSANOW, &quiet)
  defer { tcsetattr(STDIN_FILENO, TCSANOW, &before) }
  return try work()
}
