import CSignals
import Glibc
import POSIX
import Text

/// Shows text that is much longer than the screen in the user's pager.
package struct Pager: Sendable {
  package let command: String

  /// `$PAGER`, else `less`; nil when `$PAGER` is `cat` or empty.
  ///
  /// `LESSSECURE` is set: what was typed for the prompt must not write files or start programs from within `less`.
  /// Unless `$LESS` says otherwise, `less` leaves colors alone, quits when all fits, and says how it is left.
  package init?(environment: [String: String]) {
    let wish = environment["PAGER"]
    if let wish, wish.isEmpty || wish == "cat" { return nil }
    var settings = ["LESSSECURE=1"]
    if environment["LESS"] == nil {
      settings.append("LESS='-RFX -Pslines %lt-%lb, q quits, space continues?e (END).$'")
    }
    // Ours is UTF-8 text, whatever the locale says.
    if environment["LESSCHARSET"] == nil { settings.append("LESSCHARSET=utf-8") }
    command = "export \(settings.joined(separator: " ")); \(wish ?? "less")"
  }

  /// True when `text` takes more than one and a half screens: of less, a few lines scroll away, which is less of a
  /// surprise than a program that waits for a key.
  package static func isNeeded(for text: String, on screen: ScreenSize) -> Bool {
    var rows = 0
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      rows += max(1, (TextWidth.columns(line) + screen.columns - 1) / max(1, screen.columns))
      if rows > screen.rows * 3 / 2 { return true }
    }
    return false
  }

  /// Runs the pager on `text` and waits until the user quits it; false when it could not be started.
  ///
  /// - Parameter isUnwanted: Asked twenty times a second; the pager is ended, with what it started, when it says so.
  package func show(_ text: String, isUnwanted: () -> Bool) -> Bool {
    guard let ends = try? Descriptor.pipe() else { return false }
    let child = try? ChildProcess(shell: command, input: .descriptor(ends.read))
    close(ends.read)
    guard let process = child?.identifier else {
      close(ends.write)
      return false
    }
    var mode = termios()
    let isTerminal = tcgetattr(STDIN_FILENO, &mode) == 0
    feed(text, ends.write, isUnwanted)
    close(ends.write)
    let watch = elbo_process_watch(process)
    defer { if watch >= 0 { close(watch) } }
    var killsAt: SuspendingClock.Instant?
    while true {
      var status: Int32 = 0
      let ended = waitpid(process, &status, WNOHANG)
      if ended == process || (ended < 0 && errno != EINTR) {
        // 127: the shell found no such program.
        if killsAt == nil { return ended == process && (status >> 8) & 0xFF != 127 }
        if isTerminal { tcsetattr(STDIN_FILENO, TCSADRAIN, &mode) }
        writeAll("\r\u{1B}[K", to: STDOUT_FILENO)
        return true
      }
      if killsAt == nil, isUnwanted() {
        // Not the shell around it: it ends after the pager, which still has a screen to clean up.
        let started = ProcessTree.descendants(of: process)
        for each in started.isEmpty ? [process] : started { kill(each, SIGTERM) }
        killsAt = SuspendingClock.now + .milliseconds(500)
      } else if let time = killsAt, SuspendingClock.now > time {
        ProcessTree.signal(process, SIGKILL)
      }
      var item = pollfd(fd: watch, events: Int16(POLLIN), revents: 0)
      poll(&item, 1, 50)
    }
  }

  /// Writes as far as the pager reads. The person may leave before all was read: the closed pipe is no failure.
  private func feed(_ text: String, _ pipe: Int32, _ isUnwanted: () -> Bool) {
    _ = fcntl(pipe, F_SETFL, O_NONBLOCK)
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty, !isUnwanted() {
      var item = pollfd(fd: pipe, events: Int16(POLLOUT), revents: 0)
      guard poll(&item, 1, 50) > 0 else { continue }
      let count = rest.withUnsafeBytes { write(pipe, $0.baseAddress, $0.count) }
      if count > 0 { rest = rest.dropFirst(count) } else if count < 0, errno != EAGAIN, errno != EINTR { return }
    }
  }
}
